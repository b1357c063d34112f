package dev.dpros.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.Precision;
import dev.dpros.diffusion.VisionConfig;
import dev.dpros.diffusion.VisionConfig.Backbone;
import dev.dpros.diffusion.VisionConfig.Norm;
import dev.dpros.diffusion.VisionConfig.Pool;
import dev.dpros.inference.torchscript.ConvVariant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Bfloat16Test {
    @Test
    void shouldEncodeInIt() {
        InferenceOptions lower = InferenceOptions.DEFAULT.withPrecision(Precision.BFLOAT16);
        assumeTrue(PrecisionSupport.possible(lower), "this processor cannot");
        PolicyDefinition policy = TestPolicies.camera(new VisionConfig(Backbone.RESNET18, Norm.GROUP, null, List.of(48, 64), false,
                Pool.SPATIAL_SOFTMAX, 12, 24, true, false, List.of()));
        float[] exact = conditioning(policy, InferenceOptions.DEFAULT.withConvVariant(ConvVariant.CONV1D));
        float[] found = conditioning(policy, lower);
        assertArrayEquals(exact, found, 3e-2f);
        assertFalse(Arrays.equals(exact, found), "float32 all the way");
    }

    private static float[] conditioning(PolicyDefinition policy, InferenceOptions options) {
        try (DiffusionPolicy runtime = DiffusionPolicy.load(policy, options)) {
            return runtime.predictAction(TestPolicies.observations(policy.config(), "half"), Sampling.of(NoiseSource.seeded(1), StepListener.NONE))
                    .globalCond();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'flags\t\t: fpu avx2 avx512_bf16 avx512_vnni', true",
        "'processor\t: 0\nflags\t\t: fpu amx_bf16\n\nprocessor\t: 1\nflags\t\t: fpu', true",
        "'flags\t\t: fpu avx2 avx512f avx512_bf16x', false",
        "'Features\t: fp asimd bf16', false",
        "'', false"})
    void shouldReadTheProcessorsFeatures(String text, boolean multiplied) {
        assertEquals(multiplied, Bfloat16.multiplied(text));
    }
}
