package dev.dpros.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceHealthTest {
    private static final long MAX_AGE_NS = 500;
    private static final long MAX_OFFSET_NS = 300_000_000;

    private static SourceHealth joints() {
        return new SourceHealth("/joint_states", SourceHealth.Kind.JOINT_STATE, MAX_AGE_NS, 0, List.of("arm", "gripper"));
    }

    @Test
    void shouldBeStaleBeforeTheFirstSampleAndOnceItIsOlderThanAllowed() {
        SourceHealth source = new SourceHealth("/camera", SourceHealth.Kind.CAMERA, MAX_AGE_NS);
        assertTrue(source.stale(0));
        assertTrue(source.stale(Long.MAX_VALUE), "never is not long ago: no difference is taken");
        source.received(1_000);
        assertFalse(source.stale(1_500));
        assertTrue(source.stale(1_501));
    }

    @Test
    void shouldRefuseAnAgeThatNothingCanHave() {
        assertThrows(IllegalArgumentException.class, () -> new SourceHealth("a", SourceHealth.Kind.OTHER, 0));
    }

    @Test
    void shouldGiveEachPartAnAgeOnceOnePartCameAlone() {
        SourceHealth source = joints();
        source.received(1_000);
        assertEquals(1_000, source.lastReceivedNs(0), "all came together so far");
        source.received(1, 2_000);
        assertEquals(SourceHealth.NEVER, source.lastReceivedNs(0));
        assertEquals(2_000, source.lastReceivedNs(1));
    }

    @Test
    void shouldNameThePartsThatAreMissingWhileOthersCome() {
        SourceHealth source = joints();
        source.heard(1_000);
        source.received(1, 1_000);
        assertEquals(List.of(0), source.missing(1_100));
        source.received(0, 1_400);
        source.heard(1_400);
        assertEquals(List.of(), source.missing(1_400));
        assertEquals(List.of(1), source.missing(1_501));
        assertEquals(List.of(), source.missing(2_000), "nothing comes at all: no part is told from the others");
    }

    /** Behind: as far as is configured. Ahead: no more than clocks differ, unless the node's own clock moves in steps. */
    @ParameterizedTest
    @CsvSource({"300000000, false, false", "300000001, false, true", "-50000000, false, false", "-50000001, false, true",
        "-300000000, true, false", "-300000001, true, true", "0, false, false"})
    void shouldBoundStampsOnBothSides(long offsetNs, boolean simulated, boolean beyond) {
        SourceHealth source = new SourceHealth("a", SourceHealth.Kind.OTHER, MAX_AGE_NS, MAX_OFFSET_NS);
        assertEquals(beyond, source.offsetBeyond(offsetNs, simulated));
    }

    @Test
    void shouldNotBoundWhatIsUnknownOrUnbounded() {
        SourceHealth bounded = new SourceHealth("a", SourceHealth.Kind.OTHER, MAX_AGE_NS, MAX_OFFSET_NS);
        assertEquals(SourceHealth.UNKNOWN, bounded.stampOffsetNs());
        assertFalse(bounded.offsetBeyond(SourceHealth.UNKNOWN, false));
        assertFalse(new SourceHealth("a", SourceHealth.Kind.OTHER, MAX_AGE_NS).offsetBeyond(Long.MAX_VALUE, false));
        assertEquals(-1_000, new SourceHealth("a", SourceHealth.Kind.OTHER, MAX_AGE_NS, 1_000).offsetBoundNs(-1, false),
                "a bound below what clocks differ by holds on both sides");
    }

    @Test
    void shouldKeepOffsetsToTheMicrosecondBelow() {
        SourceHealth source = new SourceHealth("a", SourceHealth.Kind.OTHER, MAX_AGE_NS);
        source.stampOffset(1_999);
        assertEquals(1_000, source.stampOffsetNs());
        source.stampOffset(-1);
        assertEquals(-1_000, source.stampOffsetNs());
        source.stampOffset(SourceHealth.UNKNOWN);
        assertEquals(SourceHealth.UNKNOWN, source.stampOffsetNs());
    }

    @Test
    void shouldRememberWhichConstantWasOffThoughItIsRightAgain() {
        SourceHealth source = new SourceHealth("a", SourceHealth.Kind.OTHER, MAX_AGE_NS);
        source.values(new float[] {9, 9});
        assertFalse(source.offConstant(), "no constants are known");
        source.expect(ConstantElements.of(FeatureSpec.of("state", FeatureSpec.Kind.STATE, 2), new double[] {Double.NaN, 3}));
        source.values(new float[] {9, 4});
        assertTrue(source.offConstant());
        source.values(new float[] {9, 3});
        assertFalse(source.offConstant());
        assertEquals(1, source.offElement());
        assertEquals(4, source.offValue());
    }
}
