package dev.dpros.inference;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Named.named;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.diffusion.DenoiserConfig;
import dev.dpros.diffusion.DitConfig;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.Precision;
import dev.dpros.diffusion.TrajectoryConfig;
import dev.dpros.diffusion.TrajectoryConfig.Conditioning;
import dev.dpros.diffusion.TransformerConfig;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.reference.Procedural;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Networks of every family with layers wide enough for 8 bits, random weights: how far from float32. */
@Tag("long")
class Int8FamiliesTest {
    private static final int HORIZON = 8;
    /** Root mean square, in shares of float32's output. */
    private static final double BOUND = 0.05;

    static Stream<Named<PolicyDefinition>> families() {
        return Stream.of(
                named("UNet", policy(new UnetConfig(List.of(64, 192), 5, 8, 16, true), Conditioning.GLOBAL)),
                named("UNet, local, without scale", policy(new UnetConfig(List.of(32, 256), 3, 8, 16, false), Conditioning.LOCAL)),
                named("transformer", policy(new TransformerConfig(2, 4, 384, 0, true, true, HORIZON, 2, 0, 0), Conditioning.GLOBAL)),
                named("transformer, conditioning layers", policy(new TransformerConfig(1, 4, 384, 1, false, true, HORIZON, 2, 0, 0),
                        Conditioning.GLOBAL)),
                named("transformer, encoder only", policy(new TransformerConfig(2, 4, 384, 0, true, false, HORIZON, 2, 0, 0),
                        Conditioning.INPAINTING)),
                named("diffusion transformer", policy(new DitConfig(256, 2, 4, 0, false, 64, true, 10_000, null), Conditioning.GLOBAL)));
    }

    private static PolicyDefinition policy(DenoiserConfig denoiser, Conditioning conditioning) {
        return TestPolicies.withWeights(new PolicyConfig(2, HORIZON, 4, List.of(FeatureSpec.of("observation.state", Kind.STATE, 5)),
                FeatureSpec.of("action", Kind.ACTION, 3), denoiser, null, TestPolicies.ddim(5), new TrajectoryConfig(conditioning, false, true)));
    }

    private static float[] output(PolicyDefinition definition, Precision precision) {
        PolicyConfig config = definition.config();
        try (DiffusionPolicy policy = DiffusionPolicy.load(definition, InferenceOptions.DEFAULT.withPrecision(precision))) {
            return policy.evaluate(Procedural.normal("seen", config.globalConditioning()),
                    Procedural.normal("sample", config.denoisedSteps() * config.denoisedWidth()), 40);
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void shouldBeCloseToFloat32(PolicyDefinition definition) {
        float[] exact = output(definition, Precision.FLOAT32);
        float[] int8 = output(definition, Precision.INT8);
        double off = 0;
        double all = 0;
        for (int i = 0; i < exact.length; i++) {
            off += (exact[i] - int8[i]) * (exact[i] - int8[i]);
            all += exact[i] * exact[i];
        }
        double error = Math.sqrt(off / all);
        assertTrue(error > 1e-4 && error < BOUND, "error " + error);
    }
}
