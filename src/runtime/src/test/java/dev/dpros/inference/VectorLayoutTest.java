package dev.dpros.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.dpros.core.InputException;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.TransformerConfig;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.diffusion.VisionConfig;
import dev.dpros.diffusion.VisionConfig.Backbone;
import dev.dpros.diffusion.VisionConfig.Norm;
import dev.dpros.diffusion.VisionConfig.Pool;
import dev.dpros.inference.torchscript.ConvVariant;
import dev.dpros.inference.vector.VectorEncoder;
import dev.dpros.inference.vector.VectorTransformer;
import dev.dpros.inference.vector.VectorUnet;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Networks by this runtime's own kernels against libtorch's on the same weights. */
class VectorLayoutTest {
    private static final int BATCH = 3;

    static Stream<Arguments> unets() {
        return Stream.of(
                Arguments.of(16, new UnetConfig(List.of(64, 128), 5, 8, 32, false)),
                Arguments.of(8, new UnetConfig(List.of(64), 3, 4, 8, true)),
                Arguments.of(24, new UnetConfig(List.of(32, 96, 64), 7, 16, 16, true)),
                Arguments.of(8, new UnetConfig(List.of(32, 32, 32), 1, 2, 4, true)));
    }

    @ParameterizedTest
    @MethodSource("unets")
    void shouldEqualLibtorchsUnet(int horizon, UnetConfig unet) {
        PolicyDefinition policy = TestPolicies.stateOnly(horizon, unet);
        float[] expected = predict(policy, ConvVariant.CONV1D, BATCH).trajectory();
        assertArrayEquals(expected, predict(policy, ConvVariant.VECTOR, BATCH).trajectory(), 2e-5f);
    }

    static Stream<Arguments> transformers() {
        return Stream.of(Arguments.of(10, true, 2, 64), Arguments.of(16, false, 4, 96), Arguments.of(5, true, 1, 32));
    }

    @ParameterizedTest
    @MethodSource("transformers")
    void shouldEqualLibtorchsTransformer(int horizon, boolean causal, int heads, int width) {
        PolicyDefinition policy = TestPolicies.transformer(horizon, new TransformerConfig(3, heads, width, 0, causal, true, horizon, 2, 0, 0));
        float[] expected = predict(policy, ConvVariant.CONV1D, BATCH).trajectory();
        assertArrayEquals(expected, predict(policy, ConvVariant.VECTOR, BATCH).trajectory(), 2e-5f);
    }

    static Stream<Arguments> encoders() {
        return Stream.of(
                Arguments.of(resnet(Backbone.RESNET18, Norm.GROUP, List.of(47, 64), Pool.SPATIAL_SOFTMAX, false)),
                Arguments.of(resnet(Backbone.RESNET18, Norm.BATCH, null, Pool.AVERAGE, true)),
                Arguments.of(resnet(Backbone.RESNET50, Norm.GROUP, List.of(33, 40), Pool.SPATIAL_SOFTMAX, true)),
                Arguments.of(new VisionConfig(Backbone.CONV, Norm.GROUP, null, List.of(45, 46), true, Pool.SPATIAL_SOFTMAX, 8, 20, false,
                        false, List.of(new VisionConfig.ConvLayer(5, 3, 1, 16, 4), new VisionConfig.ConvLayer(3, 1, 0, 32, 2)))));
    }

    @ParameterizedTest
    @MethodSource("encoders")
    void shouldEqualLibtorchsEncoder(VisionConfig vision) {
        PolicyDefinition policy = TestPolicies.camera(vision);
        assertTrue(VectorEncoder.fits(policy));
        float[] expected = predict(policy, ConvVariant.CONV1D, 1).globalCond();
        assertArrayEquals(expected, predict(policy, ConvVariant.VECTOR, 1).globalCond(), 2e-5f);
    }

    @Test
    void shouldEncodeEachEnvironmentOfABatchAsAlone() {
        PolicyDefinition policy = TestPolicies.camera(resnet(Backbone.RESNET18, Norm.GROUP, List.of(32, 32), Pool.SPATIAL_SOFTMAX, false));
        ObservationBatch one = TestPolicies.observations(policy.config(), "alone");
        ObservationBatch other = TestPolicies.observations(policy.config(), "beside");
        try (DiffusionPolicy runtime = load(policy, ConvVariant.VECTOR)) {
            Sampling two = Sampling.of(List.of(NoiseSource.seeded(1), NoiseSource.seeded(2)));
            float[] both = runtime.predictAction(TestPolicies.joined(one, other), two).trajectory();
            float[] second = runtime.predictAction(other, Sampling.of(NoiseSource.seeded(2), StepListener.NONE)).trajectory();
            assertArrayEquals(second, Arrays.copyOfRange(both, second.length, both.length), 1e-5f);
        }
    }

    @Test
    void shouldRefuseNetworksThatItCannotCompute() {
        PolicyDefinition odd = TestPolicies.stateOnly(16, new UnetConfig(List.of(40), 3, 8, 8, true));
        assertFalse(VectorUnet.fits(odd.config()));
        InputException refused = assertThrows(InputException.class, () -> predict(odd, ConvVariant.VECTOR, 1));
        assertTrue(refused.getMessage().contains("VECTOR"), refused.getMessage());
        assertFalse(VectorTransformer.fits(TestPolicies.transformer(8, new TransformerConfig(1, 2, 64, 1, true, true, 8, 2, 0, 0)).config()));
        assertFalse(VectorUnet.fits(TestPolicies.stateOnly(16, new UnetConfig(List.of(512, 1024, 2048), 5, 8, 128, true)).config()));
        VisionConfig resized = new VisionConfig(Backbone.RESNET18, Norm.GROUP, List.of(40, 40), null, false, Pool.AVERAGE, 12, 512, true,
                false, List.of());
        assertFalse(VectorEncoder.fits(TestPolicies.camera(resized)));
    }

    @Test
    void shouldAllocateNothingOnceCompiled() {
        PolicyDefinition policy = TestPolicies.stateOnly(16, new UnetConfig(List.of(64, 128), 5, 8, 32, true));
        VectorUnet unet = new VectorUnet(policy);
        float[] sample = new float[16 * policy.config().denoisedWidth()];
        float[] output = new float[sample.length];
        float[] steps = new float[1 << 12];
        float[] condition = new float[1 << 12];
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long deadline = System.nanoTime() + 120_000_000_000L;
        long allocated;
        do {
            long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
            for (int i = 0; i < 100; i++) {
                unet.denoise(steps, 0, condition, 0, sample, 0, output);
            }
            allocated = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
        } while (allocated > 1000 && System.nanoTime() < deadline);
        assertTrue(allocated <= 1000, allocated + " bytes in 100 evaluations");
    }

    private static VisionConfig resnet(Backbone backbone, Norm norm, List<Integer> crop, Pool pool, boolean imagenet) {
        return new VisionConfig(backbone, norm, null, crop, false, pool, 12, pool == Pool.AVERAGE ? 512 : 24, true, imagenet, List.of());
    }

    private static DiffusionPolicy load(PolicyDefinition policy, ConvVariant variant) {
        return DiffusionPolicy.load(policy, InferenceOptions.DEFAULT.withConvVariant(variant));
    }

    private static Prediction predict(PolicyDefinition policy, ConvVariant variant, int chunks) {
        try (DiffusionPolicy runtime = load(policy, variant)) {
            List<NoiseSource> noise = IntStream.range(0, chunks).mapToObj(NoiseSource::seeded).toList();
            Prediction prediction = runtime.predictAction(TestPolicies.observations(policy.config(), "shapes"), Sampling.of(noise));
            assertEquals(variant, runtime.layout().unet());
            return prediction;
        }
    }
}
