package dev.dpros.cli.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.cli.Main;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyDefinition;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** diffusion_policy's configurations of robomimic's tasks, with smaller networks, trained from HDF5 that h5py has written. */
@Timeout(300)
class RobomimicTrainTest {
    private static final Path DATA = Path.of("src/learn/src/test/resources/recording/hdf5/robomimic_latest.hdf5").toAbsolutePath();
    private static final String DATASET = """
              dataset_path: &dataset_path data/robomimic/datasets/${task.task_name}/ph/%s_abs.hdf5
              horizon: ${horizon}
              pad_before: ${eval:'${n_obs_steps}-1+${n_latency_steps}'}
              pad_after: ${eval:'${n_action_steps}-1'}
              abs_action: %s
              use_legacy_normalizer: False
              seed: 42
              val_ratio: 0.02
            """;

    private final StringWriter said = new StringWriter();
    @TempDir
    private Path folder;

    @BeforeEach
    void task() throws IOException {
        Files.createDirectories(folder.resolve("task"));
    }

    private int dpros(String... args) {
        PrintWriter writer = new PrintWriter(said, true);
        return Main.commandLine().setOut(writer).setErr(writer).execute(args);
    }

    private PolicyDefinition trained(Path config, String... more) throws IOException {
        Path output = folder.resolve("run");
        List<String> command = new ArrayList<>(List.of("train", "--config", config.toString(), "--output", output.toString(), "--set",
                "datasets=[" + DATA + "]", "--set", "steps=2"));
        command.addAll(List.of(more));
        assertEquals(0, dpros(command.toArray(new String[0])), said::toString);
        return PolicyReader.read(output.resolve("last"));
    }

    private Path lowDim(String action, String absolute) throws IOException {
        Files.writeString(folder.resolve("task/push.yaml"), """
                name: square_lowdim
                obs_dim: 23
                action_dim: %s
                keypoint_dim: 3
                obs_keys: &obs_keys ['object', 'robot0_eef_pos', 'robot0_eef_quat', 'robot0_gripper_qpos']
                task_name: &task_name square
                env_runner:
                  _target_: diffusion_policy.env_runner.robomimic_lowdim_runner.RobomimicLowdimRunner
                  n_test: 50
                dataset:
                  _target_: diffusion_policy.dataset.robomimic_replay_lowdim_dataset.RobomimicReplayLowdimDataset
                  obs_keys: *obs_keys
                  max_train_episodes: null
                """.formatted(action) + DATASET.formatted("low_dim", absolute).replaceAll("(?m)^ *", "  "));
        String network = Files.readString(Path.of("src/runtime/src/test/resources/training/diffusion_policy_lowdim.yaml"));
        return Files.writeString(folder.resolve("train.yaml"), network.replace("horizon: 16", "horizon: 12")); // the episodes are short
    }

    /** The last step of demo_10 has the largest values: its object's last is 1000 + 5 + 5 + 13/8. */
    @Test
    void shouldTrainFromLowDimensionalStatesAndAbsoluteActions() throws IOException {
        PolicyDefinition policy = trained(lowDim("10", "True"), "--mask", "train");

        assertEquals(10, policy.config().action().size());
        Normalizer obs = policy.normalizers().get(policy.config().inputs().get(0).key());
        assertEquals(1, obs.normalize(13, 1011.625f), 1e-5);
        assertEquals(1, obs.normalize(20, 1011.625f), 1e-5, "one scale for all of them");
        Normalizer action = policy.normalizers().get("action");
        assertEquals(-1, action.normalize(0, 0.25f), 1e-5, "actions_abs of demo_0");
        assertEquals(1, action.normalize(0, 1005.25f), 1e-5, "and of demo_10");
        assertEquals(0.3f, action.normalize(5, 0.3f), 1e-6, "rotations as they are");
        assertTrue(said.toString().contains("demo_2: left out: not in mask 'train'"), said::toString);
    }

    @Test
    void shouldTrainFromRelativeActionsAsTheyAre() throws IOException {
        PolicyDefinition policy = trained(lowDim("7", "False"));

        assertEquals(7, policy.config().action().size());
        assertEquals(0.7f, policy.normalizers().get("action").normalize(2, 0.7f), 1e-6);
    }

    @Test
    @Tag("long")
    void shouldTrainFromPictures() throws IOException {
        Files.writeString(folder.resolve("task/square.yaml"), """
                name: square_image
                shape_meta: &shape_meta
                  obs:
                    agentview_image:
                      shape: [3, 12, 16]
                      type: rgb
                    robot0_eef_pos:
                      shape: [3]
                    robot0_eef_quat:
                      shape: [4]
                    robot0_gripper_qpos:
                      shape: [2]
                  action:
                    shape: [10]
                task_name: &task_name square
                env_runner:
                  _target_: diffusion_policy.env_runner.robomimic_image_runner.RobomimicImageRunner
                  max_steps: ${eval:'500 if "${task.dataset_type}" == "mh" else 400'}
                  n_test: 50
                dataset:
                  _target_: diffusion_policy.dataset.robomimic_replay_image_dataset.RobomimicReplayImageDataset
                  shape_meta: *shape_meta
                  n_obs_steps: ${dataset_obs_steps}
                  rotation_rep: 'rotation_6d'
                  use_cache: True
                """ + DATASET.formatted("image", "True").replaceAll("(?m)^ *", "  "));
        Path config = Files.writeString(folder.resolve("image.yaml"), """
                defaults:
                  - _self_
                  - task: square
                name: train_diffusion_unet_hybrid
                _target_: diffusion_policy.workspace.train_diffusion_unet_hybrid_workspace.TrainDiffusionUnetHybridWorkspace
                task_name: ${task.name}
                shape_meta: ${task.shape_meta}
                horizon: 4
                n_obs_steps: 2
                n_action_steps: 2
                n_latency_steps: 0
                dataset_obs_steps: ${n_obs_steps}
                past_action_visible: False
                keypoint_visible_rate: 1.0
                obs_as_global_cond: True
                policy:
                  _target_: diffusion_policy.policy.diffusion_unet_hybrid_image_policy.DiffusionUnetHybridImagePolicy
                  shape_meta: ${shape_meta}
                  noise_scheduler:
                    _target_: diffusers.schedulers.scheduling_ddpm.DDPMScheduler
                    num_train_timesteps: 10
                    beta_schedule: squaredcos_cap_v2
                    variance_type: fixed_small
                    clip_sample: True
                    prediction_type: epsilon
                  horizon: ${horizon}
                  n_action_steps: ${eval:'${n_action_steps}+${n_latency_steps}'}
                  n_obs_steps: ${n_obs_steps}
                  num_inference_steps: 10
                  obs_as_global_cond: ${obs_as_global_cond}
                  crop_shape: [10, 14]
                  diffusion_step_embed_dim: 16
                  down_dims: [16, 32]
                  kernel_size: 3
                  n_groups: 8
                  cond_predict_scale: True
                  obs_encoder_group_norm: True
                  eval_fixed_crop: True
                ema: {_target_: diffusion_policy.model.diffusion.ema_model.EMAModel, update_after_step: 0, inv_gamma: 1.0, power: 0.75}
                dataloader: {batch_size: 4, num_workers: 8, shuffle: True}
                optimizer: {_target_: torch.optim.AdamW, lr: 1.0e-4, betas: [0.95, 0.999], eps: 1.0e-8, weight_decay: 1.0e-6}
                training: {device: "cuda:0", seed: 42, lr_scheduler: cosine, lr_warmup_steps: 500, num_epochs: 3050, gradient_accumulate_every: 1,
                  use_ema: True, rollout_every: 50, checkpoint_every: 50, val_every: 1, sample_every: 5}
                checkpoint: {topk: {k: 5, mode: max}}
                """);
        PolicyDefinition policy = trained(config);
        assertEquals(List.of("agentview_image", "robot0_eef_pos", "robot0_eef_quat", "robot0_gripper_qpos"),
                policy.config().inputs().stream().map(input -> input.key().replaceFirst("^observation\\.(images\\.)?", "")).sorted().toList());
        String quat = policy.config().inputs().stream().filter(input -> input.key().endsWith("quat")).findFirst().orElseThrow().key();
        assertEquals(0.4f, policy.normalizers().get(quat).normalize(1, 0.4f), 1e-6);
    }
}
