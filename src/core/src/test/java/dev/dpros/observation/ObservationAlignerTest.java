package dev.dpros.observation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.ConstantElements;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.ImageLayout.Encoding;
import dev.dpros.core.InputException;
import dev.dpros.core.LatencySink;
import dev.dpros.core.ManualClock;
import dev.dpros.core.ObservationWindow;
import dev.dpros.core.SourceHealth;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ObservationAlignerTest {
    private static final long MS = 1_000_000L;
    private static final FeatureSpec STATE = FeatureSpec.of("observation.state", FeatureSpec.Kind.STATE, 1);
    private static final FeatureSpec KEYPOINTS = FeatureSpec.of("observation.environment_state", FeatureSpec.Kind.ENV, 1);
    private static final FeatureSpec LEFT = FeatureSpec.of("observation.left", FeatureSpec.Kind.VISUAL, 1, 1, 2);
    private static final FeatureSpec RIGHT = FeatureSpec.of("observation.right", FeatureSpec.Kind.VISUAL, 1, 1, 2);

    private final ManualClock clock = new ManualClock(0);
    private final VectorSource state = vector(STATE, Interpolation.LINEAR);
    private final VectorSource keypoints = vector(KEYPOINTS, Interpolation.PREVIOUS);
    private final CameraSource left = camera(LEFT);
    private final CameraSource right = camera(RIGHT);

    private static VectorSource vector(FeatureSpec feature, Interpolation rule) {
        return new VectorSource(new VectorConfig(feature.key(), feature, SourceHealth.Kind.OTHER, MS, StampConfig.DEFAULT,
                rule, 64), new TestMessages.Vectors(1));
    }

    private CameraSource camera(FeatureSpec feature) {
        return new CameraSource(CameraConfig.of(feature.key(), feature, MS), new TestMessages.Images(), clock,
                LatencySink.NONE, null);
    }

    /** A frame whose first pixel is its time in ms. */
    private static void frame(CameraSource camera, int ms) {
        TestMessages.sendImage(camera.slots(), ms * MS, Encoding.MONO8, 2, 1, 2, new byte[] {(byte) ms, 0});
        camera.prepareNewest();
    }

    private static int ms(float[] pixels, int step) {
        return Math.round(pixels[2 * step] * 255);
    }

    @Test
    void shouldPutEverySourceOnTheGridOfTheSlowestCamera() {
        for (int ms = 0; ms <= 240; ms += 8) {
            TestMessages.sendVectorAt(state, ms * MS, ms);
        }
        for (int ms : new int[] {10, 43, 76, 110, 143, 176, 210}) {
            frame(left, ms);
        }
        for (int ms : new int[] {15, 65, 115, 165, 215}) {
            frame(right, ms);
        }
        clock.advanceNs(250 * MS);
        List<Long> ages = new ArrayList<>();
        ObservationAligner aligner = new ObservationAligner(List.of(STATE, LEFT, RIGHT), List.of(left, right, state), 2,
                100 * MS, clock, List.of(ages::add, ages::add, ages::add));
        ObservationWindow window = new ObservationWindow(List.of(STATE, LEFT, RIGHT), 2);
        assertTrue(aligner.fill(window));
        assertEquals(210 * MS, window.stampNs); // the left camera's newest; the right has a newer one
        assertArrayEquals(new float[] {110, 210}, window.values(0), 1e-4f);
        assertEquals(110, ms(window.values(1), 0));
        assertEquals(210, ms(window.values(1), 1));
        assertEquals(115, ms(window.values(2), 0));
        assertEquals(215, ms(window.values(2), 1));
        assertEquals(0, window.ageNs(1));
        assertEquals(List.of(34 * MS, 40 * MS, 35 * MS), ages); // 216, 210 and 215 ms at 250 ms
    }

    @Test
    void shouldUseTheVeryFrameThatSetsTheTime() {
        TestMessages.sendVectorAt(state, 0, 0);
        frame(left, 50);
        frame(left, 83);
        ObservationAligner aligner = aligner(List.of(STATE, LEFT), 1, state, left);
        ObservationWindow window = new ObservationWindow(List.of(STATE, LEFT), 1);
        assertTrue(aligner.fill(window));
        assertEquals(83, ms(window.values(1), 0));
        assertEquals(83 * MS, window.ageNs(0)); // the state is the older one
    }

    private ObservationAligner aligner(List<FeatureSpec> features, int steps, ObservationInput... inputs) {
        return new ObservationAligner(features, List.of(inputs), steps, 100 * MS, clock, List.of());
    }

    @Test
    void shouldRepeatTheFirstSampleAtTheStartOfAnEpisode() {
        ObservationAligner aligner = aligner(List.of(STATE, LEFT), 3, state, left);
        ObservationWindow window = new ObservationWindow(List.of(STATE, LEFT), 3);
        assertFalse(aligner.fill(window));
        for (int ms = 0; ms <= 200; ms += 20) {
            TestMessages.sendVectorAt(state, ms * MS, ms);
            frame(left, ms);
        }
        aligner.reset(190 * MS);
        assertTrue(aligner.fill(window));
        assertArrayEquals(new float[] {200, 200, 200}, window.values(0));
        assertEquals(200, ms(window.values(1), 0));
        TestMessages.sendVectorAt(state, 250 * MS, 250);
        aligner.reset(300 * MS);
        assertFalse(aligner.fill(window));
        assertEquals(Long.MIN_VALUE, aligner.newestStampNs());
    }

    @Test
    void shouldUseTheVectorsWhenThereIsNoCamera() {
        TestMessages.sendVectorAt(keypoints, 100 * MS, 1);
        TestMessages.sendVectorAt(keypoints, 200 * MS, 2);
        for (int ms = 90; ms <= 250; ms += 8) {
            TestMessages.sendVectorAt(state, ms * MS, ms);
        }
        ObservationAligner aligner = aligner(List.of(STATE, KEYPOINTS), 2, state, keypoints);
        ObservationWindow window = new ObservationWindow(List.of(STATE, KEYPOINTS), 2);
        assertTrue(aligner.fill(window));
        assertEquals(200 * MS, window.stampNs);
        assertArrayEquals(new float[] {100, 200}, window.values(0), 1e-4f);
        assertArrayEquals(new float[] {1, 2}, window.values(1));
    }

    @Test
    void shouldNotAllocate() {
        for (int ms = 0; ms <= 200; ms += 20) {
            TestMessages.sendVectorAt(state, ms * MS, ms);
            frame(left, ms);
        }
        ObservationAligner aligner = new ObservationAligner(List.of(STATE, LEFT), List.of(state, left), 2, 100 * MS,
                clock, List.of(LatencySink.NONE, LatencySink.NONE));
        ObservationWindow window = new ObservationWindow(List.of(STATE, LEFT), 2);
        Allocation.assertNone(() -> assertTrue(aligner.fill(window)));
        assertEquals(0, aligner.overtaken());
    }

    @Test
    void shouldNameTheFeatureThatHasNoSource() {
        InputException e = assertThrows(InputException.class, () -> aligner(List.of(STATE, LEFT), 2, state, right));
        assertEquals("observations: sources of observation.left: expected one, found 0; map one topic to it",
                e.getMessage());
    }

    @Test
    void shouldGiveOutNoWindowThatHoldsAnOlderSampleOffItsConstant() {
        state.health().expect(ConstantElements.of(STATE, new double[] {1}));
        left.health().expect(ConstantElements.of(LEFT, new double[] {0}));
        ObservationAligner aligner = new ObservationAligner(List.of(STATE, LEFT), List.of(left, state), 2, 100 * MS, clock, List.of());
        ObservationWindow window = new ObservationWindow(List.of(STATE, LEFT), 2);
        TestMessages.sendVectorAt(state, 100 * MS, 2);
        frame(left, 0);
        assertTrue(state.health().offConstant());
        TestMessages.sendVectorAt(state, 200 * MS, 1);
        TestMessages.sendImage(left.slots(), 200 * MS, Encoding.MONO8, 2, 1, 2, new byte[2]);
        left.prepareNewest();
        assertFalse(state.health().offConstant() || left.health().offConstant());
        assertFalse(aligner.fill(window), "the state of 100 ms is in it");
        TestMessages.sendVectorAt(state, 300 * MS, 1.00009f);
        TestMessages.sendImage(left.slots(), 300 * MS, Encoding.MONO8, 2, 1, 2, new byte[2]);
        left.prepareNewest();
        assertTrue(aligner.fill(window));
        frame(left, 255);
        assertTrue(left.health().offConstant());
        assertEquals(1, left.health().offValue(), 1e-6);
    }
}
