package dev.dpros.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.SystemClock;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.VisionConfig;
import dev.dpros.diffusion.VisionConfig.Backbone;
import dev.dpros.diffusion.VisionConfig.Norm;
import dev.dpros.diffusion.VisionConfig.Pool;
import dev.dpros.inference.torchscript.ConvVariant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Frames that were encoded for an earlier window. */
class EncodedFramesTest {
    private static final PolicyDefinition POLICY = TestPolicies.camera(new VisionConfig(Backbone.RESNET18, Norm.GROUP, null, List.of(40, 40),
            false, Pool.SPATIAL_SOFTMAX, 12, 24, true, false, List.of()));

    private final List<Float> encoded = new ArrayList<>();
    private int calls;

    @Test
    void shouldEncodeAFrameOnceWhileTheLastWindowsHadIt() {
        EncodedFrames frames = new EncodedFrames(2);
        assertEncodes(frames, false, 0, 0, List.of(0f));
        assertEncodes(frames, false, 0, 1, List.of(1f));
        assertEncodes(frames, true, 1, 2, List.of(2f));
        assertEncodes(frames, true, 5, 6, List.of(5f, 6f));
        assertEncodes(frames, true, 2, 6, List.of());
        assertEncodes(frames, true, 7, 8, List.of(7f, 8f));
        assertEncodes(frames, true, 1, 9, List.of(9f));
        assertEncodes(frames, false, 0, 10, List.of(10f));
        assertEncodes(frames, true, 1, 0, List.of(0f));
        assertEncodes(frames, true, 0, 1, List.of(1f));
        frames.forget();
        assertEncodes(frames, true, 0, 1, List.of(0f, 1f));
        assertEquals(1, calls);
        assertEncodes(frames, false, 11, 12, List.of(11f, 12f));
        assertEquals(2, calls);
    }

    private void assertEncodes(EncodedFrames frames, boolean alike, float first, float second, List<Float> expected) {
        encoded.clear();
        calls = 0;
        float[] window = {1, first, 1, second};
        assertArrayEquals(new float[] {first, 10 * first, second, 10 * second}, frames.features(window, alike, (at, count) -> {
            calls++;
            float[] features = new float[2 * count];
            for (int i = 0; i < count; i++) {
                features[2 * i] = window[2 * (at + i) + 1];
                features[2 * i + 1] = 10 * features[2 * i];
                encoded.add(features[2 * i]);
            }
            return features;
        }));
        assertEquals(expected, encoded);
    }

    @ParameterizedTest
    @EnumSource(names = {"CONV1D", "PACKED", "VECTOR"})
    void shouldPredictWhateverWasEncodedBefore(ConvVariant variant) {
        ObservationBatch first = TestPolicies.observations(POLICY.config(), "first");
        ObservationBatch next = later(first, TestPolicies.observations(POLICY.config(), "next"));
        try (DiffusionPolicy plain = load(variant); DiffusionPolicy fresh = load(variant); DiffusionPolicy reusing = load(variant)) {
            fresh.reuseFrames();
            reusing.reuseFrames();
            reusing.warmUp();
            predict(reusing, first);
            float[] predicted = predict(reusing, next);
            assertArrayEquals(predict(fresh, next), predicted);
            assertArrayEquals(predict(plain, next), predicted, variant == ConvVariant.VECTOR ? 0 : 1e-5f);
        }
    }

    /** The window whose oldest frame is the newest of {@code before}. */
    private static ObservationBatch later(ObservationBatch before, ObservationBatch fresh) {
        List<float[]> values = new ArrayList<>();
        for (int f = 0; f < fresh.values().size(); f++) {
            int size = POLICY.config().inputs().get(f).size();
            float[] window = fresh.values().get(f).clone();
            System.arraycopy(before.values().get(f), window.length - size, window, 0, size);
            values.add(window);
        }
        return new ObservationBatch(1, values);
    }

    @Test
    void shouldTakeAFractionOfTheTimeForAWindowThatIsKnown() {
        List<Long> tookNs = new ArrayList<>();
        try (DiffusionPolicy policy = DiffusionPolicy.load(POLICY, InferenceOptions.DEFAULT.withConvVariant(ConvVariant.CONV1D),
                new InferenceLatency(new SystemClock(), tookNs::add, ns -> {}, ns -> {}))) {
            policy.reuseFrames();
            policy.warmUp();
            List<Long> fresh = new ArrayList<>();
            List<Long> known = new ArrayList<>();
            for (int i = 0; i < 9; i++) {
                ObservationBatch window = TestPolicies.observations(POLICY.config(), "window " + i);
                predict(policy, window);
                fresh.add(tookNs.get(tookNs.size() - 1));
                predict(policy, window);
                known.add(tookNs.get(tookNs.size() - 1));
            }
            Collections.sort(fresh);
            Collections.sort(known);
            assertTrue(known.get(4) < fresh.get(4) / 2, known + " against " + fresh + " ns");
        }
    }

    private static DiffusionPolicy load(ConvVariant variant) {
        return DiffusionPolicy.load(POLICY, InferenceOptions.DEFAULT.withConvVariant(variant));
    }

    private static float[] predict(DiffusionPolicy policy, ObservationBatch window) {
        return policy.predictAction(window, Sampling.of(NoiseSource.seeded(1), StepListener.NONE)).trajectory();
    }
}
