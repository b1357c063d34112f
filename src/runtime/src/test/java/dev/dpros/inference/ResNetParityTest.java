package dev.dpros.inference;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dpros.checkpoint.ExpectedTensors;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.diffusion.VisionConfig;
import dev.dpros.diffusion.VisionConfig.Backbone;
import dev.dpros.diffusion.VisionConfig.Norm;
import dev.dpros.inference.torchscript.ConvVariant;
import dev.dpros.reference.Procedural;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Features of torchvision's own ResNets (0.28), averaged as MultiImageObsEncoder does, with ImageNet's normalisation. */
@Tag("long")
class ResNetParityTest {
    private static final ReferenceFile FILE = ReferenceFile.read("reference/resnets");

    /** Of ResNet34 and of GroupNorm one layout each: their layouts are compared with each other elsewhere. */
    static Stream<Arguments> cases() {
        return Stream.of(Arguments.of(0, ConvVariant.CONV1D), Arguments.of(1, ConvVariant.PACKED), Arguments.of(2, ConvVariant.CONV1D),
                Arguments.of(2, ConvVariant.PACKED), Arguments.of(3, ConvVariant.PACKED));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("cases")
    void shouldEqualTorchvision(int index, ConvVariant variant) {
        JsonNode expected = FILE.json().get("cases").get(index);
        String name = expected.get("backbone").asText();
        Backbone backbone = Backbone.valueOf(name.toUpperCase(Locale.ROOT));
        Norm norm = expected.get("group_norm").asBoolean() ? Norm.GROUP : Norm.BATCH;
        VisionConfig vision = new VisionConfig(backbone, norm, null, null, false, VisionConfig.Pool.AVERAGE, 0, backbone.channels(), false, true,
                List.of());
        PolicyConfig config = new PolicyConfig(2, 8, 4, List.of(FeatureSpec.of("observation.image", FeatureSpec.Kind.VISUAL, 3, 60, 80)),
                FeatureSpec.of("action", FeatureSpec.Kind.ACTION, 2), new UnetConfig(List.of(8), 3, 4, 8, false), vision, TestPolicies.ddim(1));
        Map<String, TensorData> weights = new HashMap<>();
        ExpectedTensors.of(config).forEach((tensor, shape) -> weights.put(tensor, Procedural.weight(tensor, shape)));
        PolicyDefinition policy = new PolicyDefinition(config, weights, Map.of(), name);
        try (DiffusionPolicy runtime = DiffusionPolicy.load(policy, InferenceOptions.DEFAULT.withConvVariant(variant))) {
            float[] found = runtime.predictAction(new ObservationBatch(1, List.of(Procedural.uniform("resnet/image", 2 * 3 * 60 * 80, 0, 1))),
                    Sampling.of(NoiseSource.seeded(1), StepListener.NONE)).globalCond();
            int every = FILE.json().get("every").asInt();
            float[] some = new float[found.length / every];
            for (int i = 0; i < some.length; i++) {
                some[i] = found[i * every];
            }
            double worst = ReferenceFile.worst(some, ReferenceFile.flatten(expected.get("features")));
            ParityTable.record("torchvision_" + name + "_" + norm.name().toLowerCase(Locale.ROOT) + "_norm", variant.name(), worst, Double.NaN,
                    Double.NaN, Double.NaN);
            assertTrue(worst < 1e-4, "features off by " + worst);
        }
    }
}
