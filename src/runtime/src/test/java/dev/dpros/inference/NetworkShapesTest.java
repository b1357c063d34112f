package dev.dpros.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.diffusion.VisionConfig;
import dev.dpros.diffusion.VisionConfig.Backbone;
import dev.dpros.diffusion.VisionConfig.Norm;
import dev.dpros.diffusion.VisionConfig.Pool;
import dev.dpros.inference.torchscript.ConvVariant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Configurations beyond the recorded cases: every layout of a network must agree with the plain one. */
@Tag("long")
class NetworkShapesTest {
    static Stream<Arguments> unets() {
        return Stream.of(
                Arguments.of(8, new UnetConfig(List.of(16), 3, 4, 8, true)),
                Arguments.of(16, new UnetConfig(List.of(64, 320), 5, 8, 32, false)),
                Arguments.of(64, new UnetConfig(List.of(16, 32, 48, 64), 7, 16, 128, true)),
                Arguments.of(32, new UnetConfig(List.of(8, 8, 8), 1, 2, 4, true)));
    }

    @ParameterizedTest
    @MethodSource("unets")
    void shouldAgreeInEveryLayoutOfTheUnet(int horizon, UnetConfig unet) {
        PolicyDefinition policy = TestPolicies.stateOnly(horizon, unet);
        float[] expected = trajectory(policy, ConvVariant.CONV1D);
        assertEquals(horizon * 3, expected.length);
        assertArrayEquals(expected, trajectory(policy, ConvVariant.ROWS), 1e-4f);
        assertArrayEquals(expected, trajectory(policy, ConvVariant.PACKED), 1e-4f);
    }

    static Stream<Arguments> encoders() {
        return Stream.of(
                Arguments.of(resnet(Backbone.RESNET34, Norm.GROUP, null, List.of(48, 64), Pool.SPATIAL_SOFTMAX, false)),
                Arguments.of(resnet(Backbone.RESNET18, Norm.BATCH, List.of(40, 56), List.of(39, 55), Pool.SPATIAL_SOFTMAX, false)),
                Arguments.of(resnet(Backbone.RESNET18, Norm.BATCH, null, null, Pool.AVERAGE, true)),
                Arguments.of(new VisionConfig(Backbone.CONV, Norm.GROUP, null, null, true, Pool.SPATIAL_SOFTMAX, 8, 16, false,
                        false, List.of(new VisionConfig.ConvLayer(5, 3, 1, 8, 4), new VisionConfig.ConvLayer(3, 1, 0, 8, 2)))));
    }

    @ParameterizedTest
    @MethodSource("encoders")
    void shouldAgreeInEveryLayoutOfTheEncoder(VisionConfig vision) {
        PolicyDefinition policy = TestPolicies.camera(vision);
        float[] plain = conditioning(policy, ConvVariant.CONV1D);
        assertEquals(policy.config().globalConditioning(), plain.length);
        for (float value : plain) {
            assertTrue(Float.isFinite(value));
        }
        assertArrayEquals(plain, conditioning(policy, ConvVariant.PACKED), 1e-4f);
    }

    private static VisionConfig resnet(Backbone backbone, Norm norm, List<Integer> resize, List<Integer> crop, Pool pool,
            boolean imagenet) {
        return new VisionConfig(backbone, norm, resize, crop, false, pool, 12, pool == Pool.AVERAGE ? 512 : 24, true, imagenet,
                List.of());
    }

    private static float[] trajectory(PolicyDefinition policy, ConvVariant variant) {
        return predict(policy, variant).trajectory();
    }

    private static float[] conditioning(PolicyDefinition policy, ConvVariant variant) {
        return predict(policy, variant).globalCond();
    }

    private static Prediction predict(PolicyDefinition policy, ConvVariant variant) {
        try (DiffusionPolicy runtime = DiffusionPolicy.load(policy, InferenceOptions.DEFAULT.withConvVariant(variant))) {
            return runtime.predictAction(TestPolicies.observations(policy.config(), "shapes"),
                    Sampling.of(NoiseSource.seeded(5), StepListener.NONE));
        }
    }
}
