package dev.dpros.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.inference.TextEncoder;
import dev.dpros.reference.Procedural;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Mutations of what the newer policy families bring: 200 of each file, 10,000 in {@code .ci/nightly} ({@code -Ddpros.fuzz=5}).
 * Each is read, or refused in one line.
 */
@Tag("long")
@Timeout(value = 600, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PolicyFamiliesFuzzTest {
    private static final int SCALE = Integer.getInteger("dpros.fuzz", 1);
    private static final int MUTATIONS = SCALE == 1 ? 200 : 2000 * SCALE;
    private static final Path TRAINING = Path.of("src/runtime/src/test/resources/training");

    @TempDir
    private Path directory;
    private final Mutations mutations = new Mutations(MUTATIONS, 20261130);

    @Test
    void shouldSurviveMutatedTaskPolicies() throws IOException {
        Path task = directory.resolve("task.safetensors");
        Safetensors.write(task, Map.of("push the T", TensorData.of(Procedural.uniform("pooled", 512, -1, 1), 512)));
        Path policy = ClipFolder.policy().write(directory.resolve("dit"));
        mutations.of(policy.resolve("config.json"), 1, () -> PolicyReader.read(policy, TaskFeatures.read(task)));
        mutations.of(task, 0.8, () -> PolicyReader.read(policy, TaskFeatures.read(task)));
        TinyPolicy cameras = ClipFolder.policy();
        TinyPolicy.feature((ObjectNode) cameras.config.get("input_features"), "observation.images.top", "VISUAL", 3, 240, 320);
        cameras.config.put("vision_encoder_name", "openai/clip-vit-base-patch32").putArray("image_resize_shape").add(224).add(224);
        Path config = Files.writeString(directory.resolve("config.json"), cameras.config.toString());
        mutations.of(config, 1, () -> PolicyReader.architecture(config));
    }

    /** LeRobot's defaults of 2026: BatchNorm, resize with a crop ratio, pretrained weights. */
    @Test
    void shouldSurviveMutatedConfigurationsOfLeRobot() throws IOException {
        TinyPolicy tiny = new TinyPolicy();
        TinyPolicy.feature((ObjectNode) tiny.config.get("input_features"), "observation.images.top", "VISUAL", 3, 96, 96);
        tiny.config.put("vision_backbone", "resnet50").put("use_group_norm", false).put("crop_ratio", 0.9);
        tiny.config.put("pretrained_backbone_weights", "ResNet50_Weights.IMAGENET1K_V2").putArray("resize_shape").add(64).add(64);
        Path config = Files.writeString(directory.resolve("config.json"), tiny.config.toString());
        mutations.of(config, 1, () -> ExpectedTensors.of(PolicyReader.architecture(config)));
        ObjectNode root = StrictJson.MAPPER.createObjectNode();
        root.putObject("dataset").put("repo_id", "lerobot/pusht").putNull("root");
        ObjectNode policy = tiny.config.deepCopy();
        policy.putArray("optimizer_betas").add(0.95).add(0.999);
        root.set("policy", policy);
        root.put("batch_size", 8).put("steps", 100).put("save_freq", 0).putObject("ema").put("enable", true).put("decay", 0.999);
        Path train = Files.writeString(directory.resolve("train_config.json"), root.toString());
        mutations.of(train, 1, () -> {
            if (ForeignTraining.is(train)) {
                ForeignTraining.read(train);
            }
        });
    }

    @Test
    void shouldSurviveMutatedConfigurationsOfDiffusionPolicy() throws IOException {
        Files.createDirectories(directory.resolve("task"));
        Files.copy(TRAINING.resolve("diffusion_policy_task.yaml"), directory.resolve("task/push.yaml"));
        for (String name : List.of("diffusion_policy_transformer.yaml", "diffusion_policy_ibc.yaml")) {
            Path file = Files.copy(TRAINING.resolve(name), directory.resolve("train_" + name));
            Runnable read = () -> {
                if (ForeignTraining.is(file)) {
                    ForeignTraining.read(file);
                }
            };
            mutations.of(file, 0.5, read);
        }
        Path own = Files.copy(Path.of("models/recipes/pusht_ibc.json"), directory.resolve("config.json"));
        mutations.of(own, 1, () -> ExpectedTensors.of(PolicyReader.architecture(own)));
    }

    /** Its training's YAML, and its policy as it is written here. */
    @Test
    void shouldSurviveMutatedConfigurationsOfUmi() throws IOException {
        Path training = Files.writeString(directory.resolve("train_umi.yaml"), UmiPolicyTest.CONFIG);
        mutations.of(training, 0.5, () -> {
            if (ForeignTraining.is(training)) {
                ForeignTraining.read(training);
            }
        });
        PolicyConfig policy = ForeignTraining.read(training).policy();
        Path config = Files.writeString(directory.resolve("config.json"),
                LeRobotConfigWriter.write(new PolicyDefinition(policy, Map.of(), Map.of(), "umi")).toString());
        mutations.of(config, 1, () -> ExpectedTensors.of(PolicyReader.architecture(config)));
    }

    @Test
    void shouldSurviveMutatedTokenizers() throws IOException {
        Path clip = ClipFolder.tokenizer(directory.resolve("clip"));
        Runnable split = () -> TextEncoder.tokens(ClipTokenizer.read(clip).description(), "Push the T, don't stop 123!", 16);
        mutations.of(clip.resolve("vocab.json"), 0.5, split);
        mutations.of(clip.resolve("merges.txt"), 0.5, split);
        ObjectNode model = new ObjectMapper().createObjectNode().put("type", "BPE");
        model.set("vocab", new ObjectMapper().valueToTree(ClipFolder.vocabulary(ClipFolder.merges())));
        model.set("merges", new ObjectMapper().valueToTree(ClipFolder.merges()));
        Files.delete(clip.resolve("vocab.json"));
        mutations.of(Files.writeString(clip.resolve("tokenizer.json"), "{\"model\": " + model + "}"), 0.5, split);
    }

    /** A tower of one layer; only the header of its file is mutated, since the rest is numbers that are checked one by one. */
    @Test
    void shouldSurviveMutatedTextTowers() throws IOException {
        Path policy = ClipFolder.policy().write(directory.resolve("policy"));
        Path clip = ClipFolder.tokenizer(directory.resolve("clip"));
        Map<String, TensorData> tower = ClipFolder.tower("text_model.");
        tower.keySet().removeIf(name -> name.contains("layers.1."));
        Path model = clip.resolve("model.safetensors");
        Safetensors.write(model, tower);
        byte[] whole = Files.readAllBytes(model);
        int header = 8 + (int) java.nio.ByteBuffer.wrap(whole).order(java.nio.ByteOrder.LITTLE_ENDIAN).getLong();
        Path small = Files.write(directory.resolve("header"), java.util.Arrays.copyOf(whole, header));
        new Mutations(SCALE == 1 ? 20 : MUTATIONS, 20261130).of(small, 1, () -> {
            put(model, small, header);
            TextTower.read(policy, clip);
        });
    }

    /** The file with another header in the place of its own, of the same length or not. */
    private static void put(Path model, Path mutated, int header) {
        try (var out = java.nio.channels.FileChannel.open(model, java.nio.file.StandardOpenOption.WRITE)) {
            byte[] bytes = Files.readAllBytes(mutated);
            if (bytes.length != header) {
                bytes = java.util.Arrays.copyOf(bytes, header);
            }
            out.write(java.nio.ByteBuffer.wrap(bytes), 0);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
