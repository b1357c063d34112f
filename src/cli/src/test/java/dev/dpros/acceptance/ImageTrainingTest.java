package dev.dpros.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.core.ObservationWindow;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.inference.InferenceOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/** {@code dpros train} with diffusion_policy's image configuration, from a replay buffer whose pictures are float32, as the public PushT file's are. */
@Timeout(300)
// processes of their own, beside the other classes, one at a time
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock("training")
class ImageTrainingTest {
    private static final int STEPS = 24;
    private static final int SIDE = 96;
    /** The form of image_pusht_diffusion_policy_cnn.yaml: everything resolved, the task within; a small network. */
    private static final String CONFIGURATION = """
            _target_: diffusion_policy.workspace.train_diffusion_unet_hybrid_workspace.TrainDiffusionUnetHybridWorkspace
            checkpoint: {save_last_ckpt: true, topk: {k: 5, mode: max, monitor_key: test_mean_score}}
            dataloader: {batch_size: 4, num_workers: 8, pin_memory: true, shuffle: true}
            dataset_obs_steps: 2
            ema: {_target_: diffusion_policy.model.diffusion.ema_model.EMAModel, inv_gamma: 1.0, max_value: 0.9999, min_value: 0.0,
              power: 0.75, update_after_step: 0}
            exp_name: default
            horizon: 16
            keypoint_visible_rate: 1.0
            logging: {mode: online, project: diffusion_policy_debug, resume: true}
            n_action_steps: 8
            n_latency_steps: 0
            n_obs_steps: 2
            name: train_diffusion_unet_hybrid
            obs_as_global_cond: true
            optimizer: {_target_: torch.optim.AdamW, betas: [0.95, 0.999], eps: 1.0e-08, lr: 0.0001, weight_decay: 1.0e-06}
            past_action_visible: false
            policy:
              _target_: diffusion_policy.policy.diffusion_unet_hybrid_image_policy.DiffusionUnetHybridImagePolicy
              cond_predict_scale: true
              crop_shape: [84, 84]
              diffusion_step_embed_dim: 32
              down_dims: [16, 32, 32]
              eval_fixed_crop: true
              horizon: 16
              kernel_size: 5
              n_action_steps: 8
              n_groups: 8
              n_obs_steps: 2
              noise_scheduler: {_target_: diffusers.schedulers.scheduling_ddpm.DDPMScheduler, beta_end: 0.02,
                beta_schedule: squaredcos_cap_v2, beta_start: 0.0001, clip_sample: true, num_train_timesteps: 100,
                prediction_type: epsilon, variance_type: fixed_small}
              num_inference_steps: 100
              obs_as_global_cond: true
              obs_encoder_group_norm: true
              shape_meta: &shapes
                action: {shape: [2]}
                obs: {agent_pos: {shape: [2], type: low_dim}, image: {shape: [3, 96, 96], type: rgb}}
            shape_meta: *shapes
            task:
              dataset: {_target_: diffusion_policy.dataset.pusht_image_dataset.PushTImageDataset, horizon: 16, max_train_episodes: 90,
                pad_after: 7, pad_before: 1, seed: 42, val_ratio: 0.5, zarr_path: data/pusht_cchi_v7_replay.zarr}
              env_runner: {_target_: diffusion_policy.env_runner.pusht_image_runner.PushTImageRunner, fps: 10, legacy_test: true,
                max_steps: 300, n_test: 50, n_test_vis: 4, n_train: 6, test_start_seed: 100000}
              image_shape: [3, 96, 96]
              name: pusht_image
              shape_meta: *shapes
            task_name: pusht_image
            training: {checkpoint_every: 50, device: 'cuda:0', gradient_accumulate_every: 1, lr_scheduler: cosine, lr_warmup_steps: 500,
              num_epochs: 3050, resume: true, rollout_every: 50, sample_every: 5, seed: 42, use_ema: true, val_every: 1}
            val_dataloader: {batch_size: 64, shuffle: false}
            """;

    @TempDir
    private Path folder;

    @BeforeEach
    void create() throws IOException {
        Files.writeString(folder.resolve("image.yaml"), CONFIGURATION);
        array("meta/episode_ends", "<i8", new int[] {2}, i -> (i + 1) * STEPS / 2.0);
        array("data/action", "<f4", new int[] {STEPS, 2}, i -> 100 + 10 * i);
        array("data/state", "<f4", new int[] {STEPS, 5}, i -> 200 + i);
        array("data/img", "<f4", new int[] {STEPS, SIDE, SIDE, 3}, i -> i % 256);
    }

    private void array(String name, String dtype, int[] shape, IntToDoubleFunction value) throws IOException {
        Path directory = Files.createDirectories(folder.resolve("data/pusht_cchi_v7_replay.zarr").resolve(name));
        Files.writeString(directory.resolve(".zarray"), "{\"zarr_format\": 2, \"order\": \"C\", \"filters\": null, \"compressor\": null, "
                + "\"dtype\": \"%s\", \"shape\": %s, \"chunks\": %s, \"fill_value\": 0}".formatted(dtype, Arrays.toString(shape),
                Arrays.toString(shape)));
        int count = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        boolean whole = dtype.equals("<i8");
        ByteBuffer bytes = ByteBuffer.allocate(count * (whole ? 8 : 4)).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            if (whole) {
                bytes.putLong((long) value.applyAsDouble(i));
            } else {
                bytes.putFloat((float) value.applyAsDouble(i));
            }
        }
        Files.write(directory.resolve(String.join(".", java.util.Collections.nCopies(shape.length, "0"))), bytes.array());
    }

    private DprosProcess train(String output, String... more) {
        String[] all = Arrays.copyOf(new String[] {"train", "--config", folder.resolve("image.yaml").toString(), "--output",
            folder.resolve(output).toString()}, 5 + more.length);
        System.arraycopy(more, 0, all, 5, more.length);
        return DprosProcess.start(folder, null, all);
    }

    /** The column is the reference's {@code img}; naming it as the file does is the same. */
    @Tag("long")
    @Test
    void shouldTrainFromFloatPictures() throws Exception {
        try (DprosProcess process = train("run", "--set", "steps=2", "--set", "evaluation.env=none", "--set", "validation.sample_every_steps=0",
                "--set", "columns/observation.image/from=img")) {
            assertEquals(0, process.awaitExit(), process::error);
            assertTrue(process.error().contains("trained after 2 of 2 steps"), process::error);
        }
        try (DiffusionPolicy loaded = DiffusionPolicy.load(PolicyReader.read(folder.resolve("run/last")), InferenceOptions.DEFAULT)) {
            ObservationWindow window = new ObservationWindow(loaded.config().inputs(), loaded.config().nObsSteps());
            assertTrue(loaded.predictAction(window).finite());
            assertEquals(16, loaded.config().horizon());
        }
    }

    @Test
    void shouldSayWhatTheDataLack() throws Exception {
        Path pictures = folder.resolve("data/pusht_cchi_v7_replay.zarr/data/img");
        try (java.util.stream.Stream<Path> files = Files.list(pictures)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(pictures);
        try (DprosProcess process = train("without", "--set", "steps=2")) {
            assertEquals(2, process.awaitExit(), process::error);
            assertEquals(1, process.error().lines().filter(line -> !line.contains("without effect")).count(), process::error);
            assertTrue(process.error().contains("observation.image"), process::error);
        }
    }
}
