package dev.dpros.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dpros.core.FeatureSpec;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.inference.torchscript.ConvVariant;
import dev.dpros.reference.Procedural;
import dev.dpros.reference.ReferenceCase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * predict_action of diffusion_policy's transformers, and of its UNets with inpainting, local conditioning and the other
 * conventions, by way of a checkpoint with the configuration that its workspace saves.
 */
@Tag("long")
class DiffusionPolicyFamiliesParityTest {
    private static final Pattern UNIFORM = Pattern.compile("uniform\\((.+), \\[(.+)], (.+), (.+)\\)");

    @TempDir
    Path directory;

    static Stream<Arguments> cases() {
        return ReferenceCase.STANFORD_FAMILIES.stream()
                .flatMap(name -> Stream.of(ConvVariant.CONV1D, ConvVariant.ROWS, ConvVariant.PACKED)
                        .filter(variant -> variant != ConvVariant.ROWS || !name.contains("transformer"))
                        .map(variant -> Arguments.of(name, variant)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("cases")
    void shouldEqualTheReferencesPredictAction(String name, ConvVariant variant) {
        ReferenceCase reference = ReferenceCase.load(name, directory);
        ReferenceFile file = new ReferenceFile(name, reference.json());
        PolicyConfig config = reference.policy().config();
        assertEquals(List.of(1, config.denoisedSteps(), config.denoisedWidth()), integers(file.json().get("sample_shape")));
        int each = config.denoisedSteps() * config.denoisedWidth();
        try (DiffusionPolicy runtime = DiffusionPolicy.load(reference.policy(), InferenceOptions.DEFAULT.withConvVariant(variant))) {
            Prediction found = runtime.predictAction(observations(file.json(), config),
                    Sampling.of(file.noise(file.json().get("n_variance").asInt(), each), StepListener.NONE));
            double conditioning = ReferenceFile.worst(found.globalCond(), file.floats("conditioning"));
            double network = 0;
            for (Map.Entry<String, JsonNode> eps : file.json().get("eps").properties()) {
                float[] output = runtime.evaluate(file.floats("conditioning"), Procedural.normal(file.tag() + "/noise", each),
                        Integer.parseInt(eps.getKey()));
                network = Math.max(network, ReferenceFile.worst(output, ReferenceFile.flatten(eps.getValue())));
            }
            double trajectory = ReferenceFile.worst(found.trajectory(), file.floats("trajectory"));
            double actions = worst(found.actions(0, config.nActionSteps()), file.floats("action"));
            ParityTable.record(name.replace("stanford", "diffusion_policy"), variant.name(), conditioning, network, trajectory, actions);
            assertTrue(conditioning < 1e-4, "conditioning off by " + conditioning);
            assertTrue(network < 1e-4, "network off by " + network);
            assertTrue(trajectory < 1e-3, "trajectory off by " + trajectory);
            assertTrue(actions < 2e-2, "action off by " + actions);
        }
    }

    private static double worst(double[] found, float[] expected) {
        float[] values = new float[found.length];
        for (int i = 0; i < found.length; i++) {
            values[i] = (float) found[i];
        }
        return ReferenceFile.worst(values, expected);
    }

    private static List<Integer> integers(JsonNode node) {
        List<Integer> values = new ArrayList<>();
        node.forEach(value -> values.add(value.asInt()));
        return values;
    }

    private static ObservationBatch observations(JsonNode json, PolicyConfig config) {
        List<float[]> values = new ArrayList<>();
        for (FeatureSpec input : config.inputs()) {
            Matcher how = UNIFORM.matcher(json.get("inputs").get(input.key()).asText());
            assertTrue(how.matches());
            values.add(Procedural.uniform(how.group(1), config.nObsSteps() * input.size(), Double.parseDouble(how.group(3)),
                    Double.parseDouble(how.group(4))));
        }
        return new ObservationBatch(1, values);
    }
}
