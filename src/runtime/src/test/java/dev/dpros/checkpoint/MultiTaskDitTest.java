package dev.dpros.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.DitConfig;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.VisionConfig;
import dev.dpros.reference.Procedural;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** LeRobot's multi_task_dit: read with its task, written, refused without one. */
class MultiTaskDitTest {
    private static final String TEXT = "push the T";

    @TempDir
    private Path folder;
    private final TinyPolicy tiny = new TinyPolicy();
    private Path task;

    @BeforeEach
    void asLeRobotSavesIt() throws IOException {
        tiny.config.put("type", "multi_task_dit").put("hidden_dim", 16).put("num_layers", 2).put("num_heads", 2).put("timestep_embed_dim", 8);
        tiny.config.put("objective", "flow_matching").put("num_integration_steps", 4).put("integration_method", "rk4");
        ((ArrayNode) tiny.preprocessor.get("steps")).addObject().put("registry_name", "tokenizer_processor").putObject("config");
        tiny.tensors.clear();
        ExpectedTensors.of(LeRobotConfig.read(new ConfigNode("tiny", "", tiny.config.deepCopy()))).forEach((name, shape) -> {
            if (!name.equals(DitConfig.TASK)) {
                tiny.tensors.put(name, Procedural.weight(name, shape));
            }
        });
        tiny.tensors.put("observation_encoder.text_encoder.text_encoder.text_model.final_layer_norm.weight", TensorData.of(new float[4], 4));
        task = folder.resolve("task.safetensors");
        Safetensors.write(task, Map.of(TEXT, TensorData.of(Procedural.uniform("pooled", 512, -1, 1), 1, 512)));
    }

    @Test
    void shouldReadItWithItsTaskAndWriteItComplete() throws IOException {
        PolicyDefinition policy = PolicyReader.read(tiny.write(folder.resolve("policy")), TaskFeatures.read(task));

        DitConfig dit = (DitConfig) policy.config().denoiser();
        assertEquals(TEXT, dit.task());
        assertEquals(2 + 16, policy.config().conditioningPerStep(), "the environment's state is not used");
        assertEquals(SchedulerConfig.Type.RK4, policy.config().scheduler().type());
        assertEquals(4, policy.config().scheduler().inferenceSteps());
        PolicyWriter.write(policy, folder.resolve("imported"));
        PolicyDefinition again = PolicyReader.read(folder.resolve("imported"));
        assertEquals(policy.config(), again.config());
        assertEquals(policy.weights().keySet(), again.weights().keySet());
        assertArrayEquals(Procedural.uniform("pooled", 512, -1, 1), floats(again.weights().get(DitConfig.TASK)));
        assertTrue(PolicyInspection.of(folder.resolve("imported"), again).totalParameters() > 0);
    }

    private static float[] floats(TensorData tensor) {
        float[] values = new float[(int) tensor.count()];
        tensor.bytes().asFloatBuffer().get(values);
        return values;
    }

    @Test
    void shouldSayHowToTellItsTask() throws IOException {
        Path policy = tiny.write(folder.resolve("policy"));
        assertTrue(message(() -> PolicyReader.read(policy)).contains("dpros import SRC DIR --task TEXT, or --task-features FILE"));
        Path plain = new TinyPolicy().write(folder.resolve("plain"));
        assertTrue(message(() -> PolicyReader.read(plain, TaskFeatures.read(task))).contains("leave --task-features out"));
        Safetensors.write(folder.resolve("two"), Map.of("a", TensorData.of(new float[512], 512), "b", TensorData.of(new float[512], 512)));
        assertTrue(message(() -> TaskFeatures.read(folder.resolve("two"))).contains("expected one"));
        Safetensors.write(folder.resolve("short"), Map.of("a", TensorData.of(new float[5], 5)));
        assertTrue(message(() -> TaskFeatures.read(folder.resolve("short"))).contains("512 values"));
    }

    @Test
    void shouldCropToWhatClipSees() throws IOException {
        camera(240, 320);
        VisionConfig vision = config().vision();
        assertEquals(List.of(224, 224), vision.cropShape());
        assertEquals(new VisionConfig.Vit(16, 768, 12, 12), vision.vit());
        assertEquals(List.of(197L, 768L), ExpectedTensors.of(config()).get(
                "observation_encoder.vision_encoder.model.vision_model.embeddings.position_embedding.weight"));
        camera(96, 96);
        assertTrue(message(this::config).contains("[224, 224], the size of CLIP's images, found [96, 96]"), message(this::config));
        tiny.config.putArray("image_resize_shape").add(256).add(256);
        assertEquals(List.of(256, 256), config().vision().resizeShape());
        tiny.config.put("vision_encoder_name", "laion/CLIP-ViT-B-16");
        assertTrue(message(this::config).contains("openai/clip-vit-base-patch16"), message(this::config));
    }

    @Test
    void shouldNameTheVisionTowerAlikeInEveryRelease() {
        TensorData one = TensorData.of(new float[1], 1);
        Map<String, TensorData> tensors = MultiTaskDit.tensors(Map.of(DitConfig.TASK, one,
                "observation_encoder.vision_encoder.model.embeddings.class_embedding", one,
                "observation_encoder.vision_encoders.1.model.vision_model.pre_layrnorm.bias", one,
                "observation_encoder.vision_encoder.model.vision_model.post_layernorm.bias", one), "test");

        assertEquals(java.util.Set.of(DitConfig.TASK, "observation_encoder.vision_encoder.model.vision_model.embeddings.class_embedding",
                "observation_encoder.vision_encoders.1.model.vision_model.pre_layrnorm.bias"), tensors.keySet());
    }

    private void camera(int height, int width) {
        ((ObjectNode) tiny.config.get("input_features")).remove("observation.images.top");
        TinyPolicy.feature((ObjectNode) tiny.config.get("input_features"), "observation.images.top", "VISUAL", 3, height, width);
    }

    private PolicyConfig config() {
        return LeRobotConfig.read(new ConfigNode("tiny", "", tiny.config));
    }

    private static String message(org.junit.jupiter.api.function.Executable read) {
        String message = assertThrows(InputException.class, read).getMessage();
        assertEquals(1, message.lines().count(), message);
        return message;
    }
}
