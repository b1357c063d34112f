package dev.dpros.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.reference.Procedural;
import dev.dpros.reference.TorchCheckpointWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pretrained ResNets from files as torchvision and R3M publish them. */
class BackboneWeightsTest {
    @TempDir
    private Path folder;

    private static PolicyConfig config(boolean groupNorm) {
        return config("resnet18", groupNorm);
    }

    private static PolicyConfig config(String backbone, boolean groupNorm) {
        TinyPolicy tiny = new TinyPolicy();
        TinyPolicy.feature((ObjectNode) tiny.config.get("input_features"), "observation.images.a", "VISUAL", 3, 32, 32);
        TinyPolicy.feature((ObjectNode) tiny.config.get("input_features"), "observation.images.b", "VISUAL", 3, 32, 32);
        tiny.config.put("vision_backbone", backbone).put("use_group_norm", groupNorm);
        return LeRobotConfig.read(new ConfigNode("tiny", "", tiny.config));
    }

    /** torchvision's names of one encoder's tensors, with its classifier. */
    private static Map<String, TensorData> published(String prefix) {
        return published("resnet18", prefix);
    }

    private static Map<String, TensorData> published(String backbone, String prefix) {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        ExpectedTensors.of(config(backbone, false)).forEach((name, shape) -> {
            if (name.startsWith("rgb_encoder.0.backbone.")) {
                String own = name.substring("rgb_encoder.0.backbone.".length()).replaceFirst("^0\\.", "conv1.").replaceFirst("^1\\.", "bn1.");
                for (int stage = 1; stage <= 4; stage++) {
                    own = own.replaceFirst("^" + (stage + 3) + "\\.", "layer" + stage + ".");
                }
                tensors.put(prefix + own, Procedural.weight(own, shape));
            }
        });
        tensors.put(prefix + "fc.weight", TensorData.of(new float[4], 2, 2));
        return tensors;
    }

    private static void isPublished(Map<String, TensorData> weights, String name, String own) {
        assertEquals(Procedural.weight(own, weights.get(name).shape()).bytes(), weights.get(name).bytes(), name);
    }

    @Test
    void shouldReadWhatTorchvisionPublishesIntoEveryEncoder() throws IOException {
        Path file = folder.resolve("resnet18-f37072fd.pth");
        TorchCheckpointWriter.write(file, published(""));

        Map<String, TensorData> weights = BackboneWeights.read(file, config(false));

        assertEquals(2 * 100, weights.size());
        isPublished(weights, "rgb_encoder.0.backbone.0.weight", "conv1.weight");
        isPublished(weights, "rgb_encoder.1.backbone.1.running_var", "bn1.running_var");
        isPublished(weights, "rgb_encoder.1.backbone.7.0.downsample.0.weight", "layer4.0.downsample.0.weight");
    }

    @Test
    void shouldReadR3MAndSafetensors() throws IOException {
        Path r3m = folder.resolve("model.pt");
        TorchCheckpointWriter.write(r3m, Map.of("r3m", published("module.convnet.")));
        isPublished(BackboneWeights.read(r3m, config(false)), "rgb_encoder.0.backbone.4.1.bn2.bias", "layer1.1.bn2.bias");
        Path safe = folder.resolve("resnet18.safetensors");
        Safetensors.write(safe, published(""));
        isPublished(BackboneWeights.read(safe, config(false)), "rgb_encoder.0.backbone.4.1.bn2.bias", "layer1.1.bn2.bias");
    }

    @Test
    void shouldReadABottleneckNetwork() throws IOException {
        Path r3m = folder.resolve("model.pt");
        TorchCheckpointWriter.write(r3m, Map.of("r3m", published("resnet50", "module.convnet.")));

        Map<String, TensorData> weights = BackboneWeights.read(r3m, config("resnet50", false));

        assertEquals(2 * 265, weights.size(), "53 convolutions with their normalisations, of each camera");
        isPublished(weights, "rgb_encoder.0.backbone.7.2.conv3.weight", "layer4.2.conv3.weight");
        isPublished(weights, "rgb_encoder.1.backbone.4.0.downsample.1.running_mean", "layer1.0.downsample.1.running_mean");
        assertTrue(assertThrows(InputException.class, () -> BackboneWeights.read(r3m, config("resnet34", false))).getMessage()
                .contains("'layer1.0.conv1.weight': expected shape [64, 64, 3, 3], found [64, 64, 1, 1]"));
    }

    @Test
    void shouldSayWhatToGive() throws IOException {
        Path file = folder.resolve("resnet18-f37072fd.pth");
        assertTrue(message(file, false).contains("--set backbone_weights=FILE"), message(file, false));
        Map<String, TensorData> other = published("");
        other.put("layer1.0.conv1.weight", TensorData.of(new float[64 * 64], 64, 64, 1, 1));
        TorchCheckpointWriter.write(file, other);
        assertTrue(message(file, false).contains("'layer1.0.conv1.weight': expected shape [64, 64, 3, 3], found [64, 64, 1, 1]"),
                message(file, false));
        assertTrue(message(file, true).contains("BatchNorm"), message(file, true));
        TorchCheckpointWriter.write(file, List.of(1L));
        assertTrue(message(file, false).contains("state_dict"), message(file, false));
    }

    private static String message(Path file, boolean groupNorm) {
        String message = assertThrows(InputException.class, () -> BackboneWeights.read(file, config(groupNorm))).getMessage();
        assertEquals(1, message.lines().count(), message);
        return message;
    }
}
