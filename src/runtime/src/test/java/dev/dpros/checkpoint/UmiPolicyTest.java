package dev.dpros.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.PoseConfig;
import dev.dpros.diffusion.PoseRepresentation;
import dev.dpros.diffusion.VisionConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What UMI's configurations say, and where its conditioning goes. */
class UmiPolicyTest {
    static final String CONFIG = """
            _target_: diffusion_policy.workspace.train_diffusion_unet_image_workspace.TrainDiffusionUnetImageWorkspace
            shape_meta: &shapes
              obs:
                robot0_eef_rot_axis_angle:
                  {shape: [6], horizon: 2, down_sample_steps: 3, type: low_dim,
                   latency_steps: "${eval:'(${task.camera_obs_latency} - ${task.robot_obs_latency}) * 59.94'}"}
                robot0_eef_pos: {shape: [3], horizon: 2, down_sample_steps: 3, type: low_dim}
                robot0_gripper_width: {shape: [1], horizon: 2, down_sample_steps: 3, type: low_dim, ignore_by_policy: true}
                camera1_rgb: {shape: [3, 224, 224], horizon: 2, down_sample_steps: 3, type: rgb}
                camera0_rgb: {shape: [3, 224, 224], horizon: 2, down_sample_steps: 3, type: rgb}
              action: {shape: [10], horizon: 16, down_sample_steps: 3}
            task:
              camera_obs_latency: 0.125
              robot_obs_latency: 0.0001
              pose_repr: {obs_pose_repr: relative, action_pose_repr: delta}
              dataset: {_target_: diffusion_policy.dataset.umi_dataset.UmiDataset, dataset_path: tables.zarr.zip, val_ratio: 0.05}
            policy:
              _target_: diffusion_policy.policy.diffusion_unet_timm_policy.DiffusionUnetTimmPolicy
              shape_meta: *shapes
              noise_scheduler:
                {_target_: diffusers.DDIMScheduler, num_train_timesteps: 50, beta_schedule: squaredcos_cap_v2, beta_start: 0.0001, beta_end: 0.02}
              num_inference_steps: 16
              diffusion_step_embed_dim: 8
              down_dims: [8, 16]
              obs_encoder:
                _target_: diffusion_policy.model.vision.timm_obs_encoder.TimmObsEncoder
                model_name: vit_base_patch16_clip_224.openai
                pretrained: true
                frozen: true
                feature_aggregation: attention_pool_2d
                transforms: [{type: RandomCrop, ratio: 0.95}, {_target_: torchvision.transforms.ColorJitter, brightness: 0.3}]
            ema: {_target_: diffusion_policy.model.diffusion.ema_model.EMAModel, power: 0.75}
            dataloader: {batch_size: 64}
            optimizer: {_target_: torch.optim.AdamW, lr: 0.0003, betas: [0.95, 0.999], eps: 1.0e-8, weight_decay: 1.0e-6}
            training: {seed: 42, num_epochs: 120, lr_scheduler: cosine, lr_warmup_steps: 2000, use_ema: true}
            """;

    @TempDir
    Path directory;

    private final ObjectNode root = tree();

    private static ObjectNode tree() {
        try {
            ObjectNode tree = (ObjectNode) new YAMLMapper().readTree(CONFIG);
            tree.withObject("/policy").set("shape_meta", tree.get("shape_meta")); // one object, as an anchor gives it
            return tree;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private ConfigNode cfg() {
        return new ConfigNode("umi.ckpt: cfg", "", root);
    }

    private String refusal() {
        String message = assertThrows(InputException.class, () -> DiffusionPolicyConfig.read(cfg(), name -> null)).getMessage();
        assertEquals(1, message.lines().count(), message);
        assertTrue(message.startsWith("umi.ckpt"), message);
        return message;
    }

    @Test
    void shouldReadHorizonsOrderEncoderAndPoses() {
        PolicyConfig config = DiffusionPolicyConfig.read(cfg(), name -> null);

        assertEquals(List.of("camera0_rgb", "camera1_rgb", "robot0_eef_pos", "robot0_eef_rot_axis_angle"),
                config.inputs().stream().map(FeatureSpec::key).toList());
        assertEquals(2, config.nObsSteps());
        assertEquals(16, config.denoisedSteps());
        assertEquals(0, config.presentStep());
        assertEquals(16, config.chunkSteps());
        assertEquals(2 * (2 * 768 + 9), config.filmConditioning());
        assertEquals(VisionConfig.Backbone.TIMM_CLIP_VIT, config.vision().backbone());
        assertEquals(List.of(212, 212), config.vision().cropShape());
        assertEquals(List.of(224, 224), config.vision().seen(List.of(3, 224, 224)));
        assertTrue(config.vision().separatePerCamera());
        assertEquals(new PoseConfig(PoseRepresentation.RELATIVE, PoseRepresentation.DELTA), config.trajectory().poses());
    }

    @Test
    void shouldComeBackFromOurOwnFormat() throws IOException {
        PolicyConfig config = DiffusionPolicyConfig.read(cfg(), name -> null);
        ObjectNode json = LeRobotConfigWriter.write(new PolicyDefinition(config, Map.of(), Map.of(), "umi"));

        assertEquals(config, LeRobotConfig.read(new ConfigNode("config.json", "", new ObjectMapper().readTree(json.toString()))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "/shape_meta/obs/camera0_rgb|down_sample_steps|1|all keys are on one grid here",
        "/shape_meta/obs/robot0_eef_pos|horizon|0|expected 1 to 64",
        "/shape_meta/obs/robot0_eef_pos|horizon|65|expected 1 to 64",
        "/shape_meta/obs/robot0_eef_pos|type|\"depth\"|expected rgb or low_dim",
        "/shape_meta/obs/camera1_rgb|shape|[3, 96, 96]|this one sees [3, 224, 224]",
        "/policy/obs_encoder|model_name|\"resnet34.a1_in1k\"|expected one of vit_base_patch16_clip_224",
        "/policy/obs_encoder|feature_aggregation|\"all_tokens\"|first token, as in UMI itself",
        "/policy/obs_encoder|transforms|[{\"_target_\": \"torchvision.transforms.RandomCrop\", \"size\": 192}]|{type: RandomCrop, ratio} first",
        "/policy/obs_encoder|transforms|[{\"type\": \"RandomCrop\", \"ratio\": 0}]|a ratio in (0, 1]",
        "/policy/obs_encoder|transforms|[{\"type\": \"CenterCrop\", \"ratio\": 0.9}]|type: RandomCrop",
        "/task/pose_repr|obs_pose_repr|\"absolute\"|expected one of abs, relative, delta, rel",
        "/shape_meta/action|horizon|15|a multiple of 2"})
    void shouldRefuseWhatItCannotRun(String at, String field, String value, String says) throws IOException {
        ((ObjectNode) root.at(at)).set(field, new ObjectMapper().readTree(value));

        String message = refusal();

        assertTrue(message.contains(says), message);
    }

    @Test
    void shouldMoveTheConditioningStepByStepAndFillShorterHorizonsWithZeros() {
        ((ObjectNode) root.at("/shape_meta/obs/camera0_rgb")).put("horizon", 1);
        PolicyConfig config = DiffusionPolicyConfig.read(cfg(), name -> null);
        int there = 8 + 768 + 2 * 768 + 2 * 9; // the step's embedding; one step of camera 0, two of the others
        float[] own = new float[there];
        for (int i = 0; i < there; i++) {
            own[i] = i + 1;
        }
        String name = "model.mid_modules.0.cond_encoder.1.weight";

        TensorData moved = UmiPolicy.perStep(cfg(), config, Map.of(name, TensorData.of(own, 1, there)), "umi.ckpt").get(name);

        assertEquals(List.of(1L, 8L + 2 * (2 * 768 + 9)), moved.shape());
        var values = moved.bytes().asFloatBuffer();
        int step = 2 * 768 + 9;
        assertEquals(8, values.get(7)); // the embedding's last
        assertEquals(0, values.get(8)); // camera 0, older step: not seen
        assertEquals(8 + 768 + 1, values.get(8 + 768)); // camera 1, older step
        assertEquals(8 + 768 + 2 * 768 + 1, values.get(8 + 2 * 768)); // position, older step
        assertEquals(8 + 768 + 2 * 768 + 2 * 3 + 1, values.get(8 + 2 * 768 + 3)); // rotation, older step
        assertEquals(8 + 1, values.get(8 + step)); // camera 0, newest
        assertEquals(8 + 768 + 768 + 1, values.get(8 + step + 768)); // camera 1, newest
        assertEquals(there, values.get(8 + 2 * step - 1)); // rotation's last, newest
    }

    @Test
    void shouldRefuseConditioningOfAnotherSize() {
        PolicyConfig config = DiffusionPolicyConfig.read(cfg(), name -> null);
        String name = "model.mid_modules.0.cond_encoder.1.weight";

        String message = assertThrows(InputException.class,
                () -> UmiPolicy.perStep(cfg(), config, Map.of(name, TensorData.of(new float[6], 2, 3)), "umi.ckpt")).getMessage();

        assertTrue(message.contains("3098 columns") && message.contains("does not fit"), message);
    }

    @Test
    void shouldTrainFromItsOwnYaml() throws IOException {
        Path file = directory.resolve("train.yaml");
        Files.writeString(file, CONFIG);

        ForeignTraining training = ForeignTraining.read(file);

        Map<?, ?> tools = new HashMap<>((Map<?, ?>) training.settings().get("tool_poses"));
        assertEquals(3, tools.get("down_sample_steps"));
        assertEquals(0.1, tools.get("input_perturbation"));
        assertEquals(0.05, tools.get("start_noise"));
        assertEquals((0.125 - 0.0001) * 59.94, (Double) ((Map<?, ?>) tools.get("latency_steps")).get("robot0_eef_rot_axis_angle"), 1e-12);
        assertEquals(List.of("rgb_encoder."), training.settings().get("frozen"));
        assertEquals(0.1, ((Map<?, ?>) training.settings().get("optimizer")).get("encoder_lr_factor"), "an encoder that begins pretrained");
        assertEquals("vit_base_patch16_clip_224.openai.safetensors", training.settings().get("backbone_weights"));
        assertEquals(List.of("tables.zarr.zip"), training.settings().get("datasets"));
        assertTrue(training.ignored().stream().noneMatch(key -> key.startsWith("task")), training.ignored().toString());
    }
}
