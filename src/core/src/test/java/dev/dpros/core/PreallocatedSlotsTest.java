package dev.dpros.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The slots that stages hand to each other, and the features that say how large they are. */
class PreallocatedSlotsTest {
    private static final FeatureSpec STATE = FeatureSpec.of("observation.state", FeatureSpec.Kind.STATE, 7);
    private static final FeatureSpec IMAGE = FeatureSpec.of("observation.image", FeatureSpec.Kind.VISUAL, 3, 4, 5);

    @Test
    void shouldHoldEveryStepOfEveryFeature() {
        ObservationWindow window = new ObservationWindow(List.of(STATE, IMAGE), 2);
        assertEquals(14, window.values(0).length);
        assertEquals(120, window.values(1).length);
        assertSame(window.values(1), window.values(1), "the live array: filling it allocates nothing");
        assertEquals(1, window.indexOf("observation.image"));
        assertEquals(-1, window.indexOf("observation"));
        window.setAgeNs(1, 30);
        assertEquals(0, window.ageNs(0));
        assertEquals(30, window.ageNs(1));
    }

    @ParameterizedTest
    @CsvSource({"VISUAL, 3", "STATE, 3 4", "ACTION, 0", "STATE, -7", "VISUAL, 3 0 4", "ENV, ''"})
    void shouldRefuseAShapeThatTheKindCannotHave(FeatureSpec.Kind kind, String shape) {
        List<Integer> dims = shape.isEmpty() ? List.of() : List.of(shape.split(" ")).stream().map(Integer::valueOf).toList();
        String line = assertThrows(IllegalArgumentException.class, () -> new FeatureSpec("key", kind, dims)).getMessage();
        assertTrue(line.startsWith("key: shape: expected ") && line.endsWith("found " + dims), line);
    }

    /** A size that wrapped around would make a small array for a large feature. */
    @Test
    void shouldNotWrapTheSizeOfAHugeFeature() {
        String line = assertThrows(IllegalArgumentException.class,
                () -> FeatureSpec.of("huge", FeatureSpec.Kind.VISUAL, 4, 1 << 15, 1 << 15)).getMessage();
        assertEquals("huge: shape: expected at most 2147483647 values, found [4, 32768, 32768]", line);
    }

    @Test
    void shouldGiveACommandRoomForEachPointOfEachJoint() {
        List<String> joints = new ArrayList<>(List.of("shoulder", "elbow", "wrist"));
        CommandFrame frame = new CommandFrame(joints, 5);
        joints.clear();
        assertEquals(List.of("shoulder", "elbow", "wrist"), frame.names());
        assertEquals(3, frame.dims());
        assertEquals(5, frame.capacity());
        assertEquals(15, frame.positions.length);
        assertEquals(15, frame.velocities.length);
        assertEquals(5, frame.timeFromStartNs.length);
        assertEquals(0, frame.points);
        assertEquals(0, frame.newcomersNs, "no subscriber that connects gets an old command");
    }

    @Test
    void shouldGrowAPictureToTheLargestAndKeepItsRoom() {
        CameraFrame frame = new CameraFrame();
        byte[] large = frame.reserve(100);
        assertEquals(100, large.length);
        assertSame(large, frame.reserve(10));
        assertEquals(10, frame.length, "of the bytes so many are valid");
        assertSame(large, frame.bytes());
        assertNotSame(large, frame.reserve(101));
    }

    @Test
    void shouldReadTheHealthOfEverySourceAtOnce() {
        SourceHealth[] sources = {new SourceHealth("a", SourceHealth.Kind.CAMERA, 10), new SourceHealth("b", SourceHealth.Kind.OTHER, 10)};
        HealthSnapshot snapshot = new HealthSnapshot(2);
        assertArrayEquals(new long[] {SourceHealth.UNKNOWN, SourceHealth.UNKNOWN}, snapshot.stampOffsetNs);
        sources[1].received(5);
        sources[1].content(true, false);
        sources[1].stampJumped();
        sources[1].stampOffset(2_000);
        snapshot.read(sources);
        sources[1].received(6);
        assertArrayEquals(new long[] {SourceHealth.NEVER, 5}, snapshot.receivedNs, "as it was when it was read");
        assertArrayEquals(new boolean[] {false, true}, snapshot.frozen);
        assertArrayEquals(new boolean[] {false, false}, snapshot.blank);
        assertArrayEquals(new boolean[] {false, false}, snapshot.offConstant);
        assertArrayEquals(new long[] {0, 1}, snapshot.stampJumps);
        assertArrayEquals(new long[] {SourceHealth.UNKNOWN, 2_000}, snapshot.stampOffsetNs);
    }

    /** Traces store the ordinals: one that moved would give old traces another meaning. */
    @Test
    void shouldKeepTheNumbersOfFailuresThatTracesStore() {
        assertEquals("[FAILED, NO_OBSERVATION, NON_FINITE, ABANDONED, DEVICE_LOST]",
                List.of(SamplingFailure.values()).subList(0, 5).toString());
        for (int i = 0; i < SamplingFailure.count(); i++) {
            assertEquals(i, SamplingFailure.of(i).ordinal());
        }
    }
}
