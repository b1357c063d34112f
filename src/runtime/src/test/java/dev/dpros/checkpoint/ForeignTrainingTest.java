package dev.dpros.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.diffusion.EnergyConfig;
import dev.dpros.diffusion.TrajectoryConfig;
import dev.dpros.diffusion.TransformerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForeignTrainingTest {
    /** In the form of diffusion_policy's config/: a task beside, references, evaluations. */
    private static final Path FIXTURES = Path.of("src/runtime/src/test/resources/training");
    private static final String LOW_DIM = read("diffusion_policy_lowdim.yaml");

    @TempDir
    private Path folder;

    private static String read(String name) {
        try {
            return Files.readString(FIXTURES.resolve(name));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private Path lowDim(String text) throws IOException {
        Files.createDirectories(folder.resolve("task"));
        Files.writeString(folder.resolve("task/push.yaml"), read("diffusion_policy_task.yaml"));
        return Files.writeString(folder.resolve("low.yaml"), text);
    }

    @Test
    void shouldReadDiffusionPolicysConfiguration() throws IOException {
        Path file = lowDim(LOW_DIM);
        assertTrue(ForeignTraining.is(file));
        ForeignTraining training = ForeignTraining.read(file);
        assertEquals(List.of(FeatureSpec.of("observation.environment_state", FeatureSpec.Kind.ENV, 18),
                FeatureSpec.of("observation.state", FeatureSpec.Kind.STATE, 2)), training.policy().inputs());
        assertEquals(8, training.policy().nActionSteps());
        assertEquals(50, training.policy().scheduler().numTrainTimesteps());
        assertEquals(training.policy(), PolicyReader.architecture(file));
        assertEquals(List.of("data.zarr"), training.settings().get("datasets"));
        assertEquals(Map.of("lr", 2e-4, "betas", List.of(0.9, 0.99), "eps", 1e-8, "weight_decay", 1e-5, "schedule", "cosine",
                "warm_up_steps", 3, "ema_power", 0.7), training.settings().get("optimizer"));
        assertEquals(Map.of("ratio", 0.3, "most_trained", 90), training.settings().get("validation"));
        assertEquals(new ForeignTraining.Epochs(2, 50, 1, 1, 5), training.epochs());
        assertTrue(training.ignored().containsAll(List.of("logging", "dataloader.num_workers", "training.device")),
                training.ignored()::toString);
        assertFalse(training.ignored().stream().anyMatch(key -> key.startsWith("policy") || key.startsWith("optimizer")));
    }

    @Test
    void shouldReadATransformersConfiguration() throws IOException {
        ForeignTraining training = ForeignTraining.read(lowDim(read("diffusion_policy_transformer.yaml")));

        assertEquals(new TransformerConfig(2, 4, 32, 0, true, true, 16, 2, 0, 0.1), training.policy().transformer());
        assertEquals(40, training.policy().globalConditioning());
        assertEquals(Map.of("lr", 1e-4, "betas", List.of(0.9, 0.95), "eps", 1e-8, "weight_decay", 0.1, "schedule", "cosine",
                "warm_up_steps", 1000, "ema_power", 0.75), training.settings().get("optimizer"));
    }

    /** No noise scheduler and no average of the weights. */
    @Test
    void shouldReadIbcsConfiguration() throws IOException {
        ForeignTraining training = ForeignTraining.read(lowDim(read("diffusion_policy_ibc.yaml")));

        assertEquals(new EnergyConfig(1024, 0.1, 16, 32, false), training.policy().energy());
        assertEquals(3, training.policy().scheduler().inferenceSteps());
        assertEquals(1, training.policy().denoisedSteps());
        assertEquals(Map.of("lr", 1e-4, "betas", List.of(0.95, 0.999), "eps", 1e-8, "weight_decay", 1e-6, "schedule", "cosine",
                "warm_up_steps", 1000, "ema_power", 0.0), training.settings().get("optimizer"));
        assertFalse(training.ignored().stream().anyMatch(key -> key.startsWith("policy") || key.startsWith("optimizer")), training.ignored()::toString);
    }

    /** Without {@code obs_as_cond} the observations are columns, and the model has no token of them. */
    @Test
    void shouldFollowHowATransformerIsConditioned() throws IOException {
        ForeignTraining training = ForeignTraining.read(
                lowDim(read("diffusion_policy_transformer.yaml").replace("obs_as_cond: True", "obs_as_cond: False")));

        assertTrue(training.policy().conditionedBy(TrajectoryConfig.Conditioning.INPAINTING));
        assertEquals(22, training.policy().denoisedWidth());
    }

    @Test
    void shouldReadTheGroupsOfAHybridTransformersOptimizer() throws IOException {
        String lowDim = read("diffusion_policy_transformer.yaml");
        String text = lowDim.substring(0, lowDim.indexOf("policy:")) + """
                shape_meta: {action: {shape: [2]}, obs: {image: {shape: [3, 96, 96], type: rgb}, agent_pos: {shape: [2], type: low_dim}}}
                policy:
                  _target_: diffusion_policy.policy.diffusion_transformer_hybrid_image_policy.DiffusionTransformerHybridImagePolicy
                  shape_meta: ${shape_meta}
                """ + lowDim.substring(lowDim.indexOf("  noise_scheduler:")).replace("weight_decay: 1.0e-1",
                        "transformer_weight_decay: 1.0e-3, obs_encoder_weight_decay: 1.0e-6");

        ForeignTraining training = ForeignTraining.read(lowDim(text));

        Map<?, ?> optimizer = (Map<?, ?>) training.settings().get("optimizer");
        assertEquals(1e-3, optimizer.get("weight_decay"));
        assertEquals(1e-6, optimizer.get("encoder_weight_decay"));
        assertEquals(new TransformerConfig(8, 4, 256, 0, true, true, 16, 2, 0, 0.3), training.policy().transformer());
    }

    @Test
    void shouldNameWhatItCannotFollow() throws IOException {
        Path file = lowDim(LOW_DIM.replace("task: push", "task: other"));
        assertTrue(message(file).contains("defaults, task"));
        assertTrue(message(lowDim(LOW_DIM.replace("'${n_action_steps}+${n_latency_steps}'", "'__import__(os)'")))
                .contains("policy.n_action_steps: expected an integer"));
        assertTrue(message(lowDim(LOW_DIM.replace("DiffusionUnetLowdimPolicy", "DiffusionUnetLowdimPolice"))).contains("did you mean"));
        assertTrue(message(lowDim(LOW_DIM.replace("num_epochs: 2,", ""))).contains("training.num_epochs"));
        assertFalse(ForeignTraining.is(Files.writeString(folder.resolve("own.yaml"), "policy: x\n")));
    }

    private static String message(Path file) {
        return assertThrows(InputException.class, () -> ForeignTraining.read(file)).getMessage();
    }

    @Test
    void shouldReadLeRobotsTrainConfig() throws IOException {
        ObjectNode root = StrictJson.MAPPER.createObjectNode();
        root.putObject("dataset").put("repo_id", "lerobot/pusht").put("root", "data/pusht");
        root.putObject("env").put("type", "pusht");
        ObjectNode policy = (ObjectNode) StrictJson.read(Path.of("models/pusht_keypoints/config.json")).json();
        policy.put("optimizer_lr", 3e-4).put("optimizer_eps", 1e-8).put("optimizer_weight_decay", 1e-6)
                .put("scheduler_name", "cosine").put("scheduler_warmup_steps", 500).put("do_mask_loss_for_padding", true);
        policy.putArray("optimizer_betas").add(0.95).add(0.999);
        root.set("policy", policy);
        root.put("batch_size", 64).put("steps", 200_000).put("seed", 1000).put("save_freq", 5_000).put("eval_freq", 10_000)
                .put("num_workers", 4).putObject("wandb").put("enable", true);
        Path file = Files.writeString(folder.resolve("train_config.json"), root.toString());
        assertTrue(ForeignTraining.is(file));
        ForeignTraining training = ForeignTraining.read(file);
        assertEquals(PolicyReader.architecture(Path.of("models/pusht_keypoints")), training.policy());
        assertEquals(Map.of("type", "adam", "lr", 3e-4, "betas", List.of(0.95, 0.999), "eps", 1e-8, "weight_decay", 1e-6, "clip_norm", 10.0,
                "schedule", "cosine", "warm_up_steps", 500, "ema_power", 0), training.settings().get("optimizer"));
        assertEquals(Map.of("batch_size", 64, "mask_padding", true), training.settings().get("loader"));
        assertEquals(200_000, training.settings().get("steps"));
        assertEquals(List.of("dataset.repo_id", "num_workers", "wandb"), training.ignored().stream().sorted().toList());
        assertFalse(ForeignTraining.is(Path.of("models/pusht_keypoints/config.json")));
    }

    private Path leRobot2026(String dataset, String more) throws IOException {
        ObjectNode policy = (ObjectNode) StrictJson.read(Path.of("models/pusht_keypoints/config.json")).json();
        policy.putArray("optimizer_betas").add(0.95).add(0.999);
        policy.put("pretrained_backbone_weights", "ResNet18_Weights.IMAGENET1K_V1");
        return Files.writeString(folder.resolve("train_config.json"), "{\"dataset\": " + dataset + ", \"policy\": " + policy + more + "}");
    }

    @Test
    void shouldFollowLeRobotsTrainConfigOf2026() throws IOException {
        ForeignTraining training = ForeignTraining.read(leRobot2026("{\"repo_id\": \"lerobot/pusht\", \"root\": null, \"eval_split\": 0.1}",
                ", \"save_freq\": 0, \"env_eval_freq\": 0, \"env\": {\"type\": \"pusht\"}, \"ema\": {\"enable\": true, \"decay\": null, "
                + "\"update_after_step\": 0, \"inv_gamma\": 2.0, \"power\": 0.5, \"min_decay\": 0.0, \"max_decay\": 0.99}"));

        Map<?, ?> optimizer = (Map<?, ?>) training.settings().get("optimizer");
        assertEquals(0.5, optimizer.get("ema_power"));
        assertEquals(Map.of("update_after_step", -1, "inv_gamma", 2.0, "min_value", 0.0, "max_value", 0.99), optimizer.get("ema"));
        assertEquals(Map.of("every_steps", 0, "keep_best", 1), training.settings().get("checkpoint"));
        assertEquals("none", ((Map<?, ?>) training.settings().get("evaluation")).get("env"));
        assertEquals(Map.of("ratio", 0.1), training.settings().get("validation"));
        String data = ((List<?>) training.settings().get("datasets")).get(0).toString();
        assertTrue(data.endsWith("lerobot/lerobot/pusht") && Path.of(data).isAbsolute(), data);
        assertFalse(training.settings().containsKey("backbone_weights"), "it has no image");
        assertFalse(training.ignored().stream().anyMatch(key -> key.startsWith("ema")), training.ignored()::toString);
    }

    /** get_scheduler's "constant" has no warm-up, whatever stands beside it. */
    @Test
    void shouldFollowTheNamesOfDiffusersSchedules() throws IOException {
        assertEquals(List.of("constant", 0), schedule(ForeignTraining.read(lowDim(LOW_DIM.replace("lr_scheduler: cosine", "lr_scheduler: constant")))));
        assertEquals(List.of("constant", 3), schedule(ForeignTraining.read(lowDim(LOW_DIM.replace("lr_scheduler: cosine",
                "lr_scheduler: constant_with_warmup")))));
        String own = ", \"use_policy_training_preset\": false, \"optimizer\": {\"type\": \"adamw\", \"lr\": 0.001, \"betas\": [0.9, 0.99]}, "
                + "\"scheduler\": {\"type\": \"diffuser\", \"name\": \"constant_with_warmup\", \"num_warmup_steps\": 7}";
        ForeignTraining training = ForeignTraining.read(leRobot2026("{\"repo_id\": \"a/b\"}", own));
        assertEquals(List.of("constant", 7), schedule(training));
        assertEquals("adamw", ((Map<?, ?>) training.settings().get("optimizer")).get("type"));
        assertTrue(message(leRobot2026("{\"repo_id\": \"a/b\"}", own.replace("adamw", "sgd"))).contains("optimizer.type: expected one of "));
        assertTrue(message(leRobot2026("{\"repo_id\": \"a/b\"}", own.replace("\"diffuser\"", "\"vqbet\""))).contains("scheduler.type"));
    }

    @Test
    void shouldTakeTheOptimizerThatDiffusionPolicyNames() throws IOException {
        assertTrue(LOW_DIM.contains("torch.optim.AdamW"));
        Map<?, ?> optimizer = (Map<?, ?>) ForeignTraining.read(lowDim(LOW_DIM.replace("torch.optim.AdamW", "torch.optim.Adam"))).settings().get("optimizer");
        assertEquals("adam", optimizer.get("type"));
        assertTrue(message(lowDim(LOW_DIM.replace("torch.optim.AdamW", "torch.optim.SGD"))).contains("optimizer._target_"));
    }

    private static List<Object> schedule(ForeignTraining training) {
        Map<?, ?> optimizer = (Map<?, ?>) training.settings().get("optimizer");
        return List.of(optimizer.get("schedule"), optimizer.get("warm_up_steps"));
    }

    /** Of LeRobot's own defaults (64 steps, of which 32 are carried out) windows reach 55 steps beyond an episode: all but its last 7 frames count. */
    @Test
    void shouldTakeWindowsAsFarAsTheReferences() throws IOException {
        Path file = leRobot2026("{\"repo_id\": \"a/b\"}", "");
        assertFalse(((Map<?, ?>) ForeignTraining.read(file).settings().get("loader")).containsKey("pad_after"), "8 of 16: the usual 7 steps");
        Files.writeString(file, Files.readString(file).replace("\"horizon\":16", "\"horizon\":64").replace("\"n_action_steps\":8",
                "\"n_action_steps\":32"));
        assertEquals(55, ((Map<?, ?>) ForeignTraining.read(file).settings().get("loader")).get("pad_after"));
        Files.writeString(file, Files.readString(file).replace("\"horizon\":64", "\"drop_n_last_frames\":63,\"horizon\":64"));
        assertTrue(message(file).contains("drop_n_last_frames: expected 0 to 62"), message(file));
        Path task = lowDim(LOW_DIM).resolveSibling("task/push.yaml");
        Files.writeString(task, Files.readString(task).replace("  pad_before:", "  pad_after: 3\n  pad_before:"));
        assertEquals(3, ((Map<?, ?>) ForeignTraining.read(folder.resolve("low.yaml")).settings().get("loader")).get("pad_after"));
    }

    /** Pictures by ImageNet's statistics unless told otherwise; what the mapping leaves out is not normalized. */
    @Test
    void shouldNormalizeAsLeRobotDoes() throws IOException {
        ObjectNode policy = (ObjectNode) StrictJson.read(Path.of("models/pusht_image/config.json")).json();
        policy.putArray("optimizer_betas").add(0.95).add(0.999);
        Path file = Files.writeString(folder.resolve("train_config.json"), "{\"dataset\": {\"repo_id\": \"a/b\"}, \"policy\": " + policy + "}");
        assertEquals(Map.of("observation.image", Map.of("normalize", "imagenet")), ForeignTraining.read(file).settings().get("columns"));
        ((ObjectNode) policy.get("normalization_mapping")).put("STATE", "MEAN_STD").remove("ACTION");
        Files.writeString(file, "{\"dataset\": {\"repo_id\": \"a/b\", \"use_imagenet_stats\": false}, \"policy\": " + policy + "}");
        ForeignTraining training = ForeignTraining.read(file);
        assertEquals(Map.of("observation.state", Map.of("normalize", "mean_std"), "action", Map.of("normalize", "identity")),
                training.settings().get("columns"));
        assertTrue(training.ignored().contains("dataset.use_imagenet_stats"), training.ignored()::toString);
        Files.writeString(file, Files.readString(file).replace("\"STATE\":\"MEAN_STD\"", "\"STATE\":\"QUANTILES\""));
        assertTrue(message(file).contains("normalization_mapping.STATE: expected MIN_MAX"), message(file));
    }

    /** multi_task_dit's vision tower learns at a tenth of the rate, unless the configuration says otherwise. */
    @Test
    void shouldFollowTheLearningRateOfAVisionTower() throws IOException {
        String policy = "{\"type\": \"multi_task_dit\", \"task\": \"push\", \"optimizer_betas\": [0.95, 0.999], "
                + "\"input_features\": {\"observation.state\": {\"type\": \"STATE\", \"shape\": [2]}}, "
                + "\"output_features\": {\"action\": {\"type\": \"ACTION\", \"shape\": [2]}}%s}";
        String file = "{\"dataset\": {\"repo_id\": \"a/b\"}, \"policy\": %s}";
        Path usual = Files.writeString(folder.resolve("train_config.json"), file.formatted(policy.formatted("")));
        assertEquals(0.1, ((Map<?, ?>) ForeignTraining.read(usual).settings().get("optimizer")).get("encoder_lr_factor"));
        Path frozen = Files.writeString(usual, file.formatted(policy.formatted(", \"vision_encoder_lr_multiplier\": 0.0")));
        assertEquals(0.0, ((Map<?, ?>) ForeignTraining.read(frozen).settings().get("optimizer")).get("encoder_lr_factor"));
    }

    @Test
    void shouldTakeAConstantDecayAndNoNameThatLeadsElsewhere() throws IOException {
        ForeignTraining training = ForeignTraining.read(leRobot2026("{\"repo_id\": \"a/b\"}", ", \"ema\": {\"enable\": true, \"decay\": 0.99}"));
        assertEquals(Map.of("update_after_step", -1, "inv_gamma", 1.0, "min_value", 0.99, "max_value", 0.99),
                ((Map<?, ?>) training.settings().get("optimizer")).get("ema"));
        for (String name : List.of("../../etc", "a/..b/c", "/etc/x", "pusht", "a/../..")) {
            assertTrue(message(leRobot2026("{\"repo_id\": \"" + name + "\"}", "")).contains("dataset.repo_id: expected OWNER/NAME"), name);
        }
    }

    @Test
    void shouldFindTheConfigurationInARunsFolder() throws IOException {
        Path policy = new TinyPolicy().write(folder.resolve("run/checkpoints/000020/pretrained_model"));
        assertEquals(folder.resolve("run"), ForeignTraining.within(folder.resolve("run")));
        Path file = Files.writeString(policy.resolve("train_config.json"), "{}");
        assertEquals(file, ForeignTraining.within(folder.resolve("run")));
        assertEquals(file, ForeignTraining.within(policy));
        Path hydra = Files.writeString(Files.createDirectories(folder.resolve("out/.hydra")).resolve("config.yaml"), "a: 1\n");
        assertEquals(hydra, ForeignTraining.within(folder.resolve("out")));
        assertEquals(hydra, ForeignTraining.within(hydra));
    }

    /** Anchors and aliases as the public task files have them, a merge key, and numbers as OmegaConf reads them. */
    @Test
    void shouldFollowAnchorsAndAliases() throws IOException {
        String text = LOW_DIM.replace("[16, 32, 32]", "&sizes [16, 32]\n    also: *sizes").replace("lr: 2.0e-4", "lr: &rate 2e-4, again: *rate")
                .replace("n_obs_steps: 2\n", "n_obs_steps: &steps 2\n").replace("n_obs_steps: ${n_obs_steps}", "n_obs_steps: *steps");

        ForeignTraining training = ForeignTraining.read(lowDim(text));

        assertEquals(List.of(16, 32), training.policy().unet().downDims());
        assertEquals(2, training.policy().nObsSteps());
        assertEquals(2e-4, ((Map<?, ?>) training.settings().get("optimizer")).get("lr"));
    }

    @Test
    void shouldFollowMergeKeys() throws IOException {
        Path file = lowDim("sizes: &sizes {horizon: 16, n_obs_steps: 2}\n" + LOW_DIM.replace("horizon: 16\nn_obs_steps: 2\n", "<<: *sizes\n"));

        assertEquals(16, ForeignTraining.read(file).policy().horizon());
    }

    @Test
    void shouldBoundWhatAliasesMultiply() throws IOException {
        StringBuilder text = new StringBuilder("a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n");
        for (int i = 1; i < 8; i++) {
            text.append("a").append(i).append(": &a").append(i).append(" [").append(("*a" + (i - 1) + ", ").repeat(9)).append("1]\n");
        }
        Path file = Files.writeString(folder.resolve("many.yaml"), text);

        String message = assertThrows(InputException.class, () -> ForeignTraining.is(file)).getMessage();
        assertEquals(1, message.lines().count(), message);
        assertTrue(message.contains("many.yaml"), message);
    }

    @Test
    void shouldRefuseAKeyGivenTwiceWithBothLines() throws IOException {
        Path file = Files.writeString(folder.resolve("twice.yaml"), "a: &a {x: 1}\nb:\n- x: 1\n  y: 2\n  <<: *a\n  y: 3\n");

        String message = assertThrows(InputException.class, () -> ForeignTraining.is(file)).getMessage();
        assertTrue(message.endsWith("twice.yaml:6: found duplicate key y, first in line 4"), message);
    }

    @Test
    void shouldNameTheLineOfWhatIsNoYaml() throws IOException {
        Path file = Files.writeString(folder.resolve("bad.yaml"), "a: 1\nb: *nowhere\n");

        String message = assertThrows(InputException.class, () -> ForeignTraining.is(file)).getMessage();
        assertTrue(message.contains("bad.yaml:2") && message.contains("nowhere"), message);
    }
}
