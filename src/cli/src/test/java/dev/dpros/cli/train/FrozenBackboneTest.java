package dev.dpros.cli.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.checkpoint.ExpectedTensors;
import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.checkpoint.Safetensors;
import dev.dpros.cli.MainAccess;
import dev.dpros.core.TensorData;
import dev.dpros.reference.Procedural;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code dpros train} with a published ResNet that stays as it is. */
@Tag("long")
@Timeout(300)
class FrozenBackboneTest {
    private static final String BACKBONE = "rgb_encoder.backbone.";
    private static final Path DATA = Path.of("src/learn/src/test/resources/recording/pusht_slice_blosc.zarr").toAbsolutePath();

    @TempDir
    private Path folder;

    private int train(String... more) {
        List<String> command = new ArrayList<>(List.of("train", "--config", folder.resolve("train.yaml").toString(), "--output",
                folder.resolve("run").toString()));
        command.addAll(List.of(more));
        return MainAccess.execute(command.toArray(new String[0]));
    }

    /** What is frozen is in no saved state: a training that goes on must read it again. */
    @Test
    void shouldKeepAFrozenBackboneWhenTheTrainingGoesOn() throws IOException {
        ObjectNode policy = (ObjectNode) new ObjectMapper().readTree(Path.of("models/pusht_image/config.json").toFile());
        policy.remove("conv_encoder");
        policy.put("vision_backbone", "resnet18").put("use_group_norm", false);
        policy.putArray("crop_shape").add(32).add(32);
        policy.putArray("down_dims").add(16).add(32).add(32);
        Files.writeString(folder.resolve("policy.json"), policy.toString());
        Map<String, TensorData> published = new LinkedHashMap<>();
        ExpectedTensors.of(PolicyReader.architecture(folder.resolve("policy.json"))).forEach((name, shape) -> {
            if (name.startsWith(BACKBONE)) {
                published.put(torchvision(name.substring(BACKBONE.length())), Procedural.weight(name, shape));
            }
        });
        Safetensors.write(folder.resolve("resnet18.safetensors"), published);
        Files.writeString(folder.resolve("train.yaml"), """
                policy: policy.json
                backbone_weights: resnet18.safetensors
                frozen: [%s]
                datasets: [%s]
                pusht: {poses: true}
                loader: {batch_size: 1}
                steps: 1
                validation: {ratio: 0, sample_every_steps: 0}
                """.formatted(BACKBONE, DATA));
        assertEquals(0, train());

        assertEquals(0, train("--resume"));

        Map<String, TensorData> weights = PolicyReader.read(folder.resolve("run/last")).weights();
        assertTrue(weights.keySet().stream().anyMatch(name -> name.startsWith(BACKBONE)));
        weights.forEach((name, tensor) -> {
            if (name.startsWith(BACKBONE)) {
                assertEquals(Procedural.weight(name, tensor.shape()).bytes(), tensor.bytes(), name);
            }
        });
    }

    private static String torchvision(String name) {
        String own = name.replaceFirst("^0\\.", "conv1.").replaceFirst("^1\\.", "bn1.");
        for (int stage = 1; stage <= 4; stage++) {
            own = own.replaceFirst("^" + (stage + 3) + "\\.", "layer" + stage + ".");
        }
        return own;
    }
}
