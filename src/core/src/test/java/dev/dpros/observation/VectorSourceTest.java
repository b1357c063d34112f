package dev.dpros.observation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.core.SourceHealth;
import dev.dpros.observation.SourceStatistics.Rejection;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class VectorSourceTest {
    private static final FeatureSpec STATE = FeatureSpec.of("observation.state", FeatureSpec.Kind.STATE, 2);
    private static final long MS = 1_000_000L;

    private final VectorSource source = new VectorSource(
            VectorConfig.of("joint_states", STATE, SourceHealth.Kind.JOINT_STATE, 100 * MS), new TestMessages.Vectors(2));

    @Test
    void shouldTakeSamplesInOnCommit() {
        TestMessages.sendVector(source, 10 * MS, 77, 11 * MS, 1.5f, -2f);
        double[] position = new double[2];
        assertTrue(source.read(position));
        assertArrayEquals(new double[] {1.5, -2}, position);
        assertEquals(77, source.health().lastReceivedNs());
        assertEquals(10 * MS, source.statistics().newestStampNs());
        assertEquals(1, source.statistics().taken());
    }

    @Test
    void shouldHaveNoPositionBeforeTheFirstSample() {
        assertFalse(source.read(new double[2]));
    }

    @Test
    void shouldCountWhatItRejectsAndStayStale() {
        TestMessages.sendVectorAt(source, 10 * MS, 1, 2, 3);
        assertEquals(Rejection.MALFORMED, source.statistics().lastRejection());
        TestMessages.sendVectorAt(source, 11 * MS, 1, Float.NaN);
        assertEquals(Rejection.NON_FINITE, source.statistics().lastRejection());
        assertTrue(source.health().stale(12 * MS));
        TestMessages.sendVectorAt(source, 12 * MS, 1, 2);
        TestMessages.sendVectorAt(source, 12 * MS, 1, 2);
        assertEquals(1, source.statistics().rejected(Rejection.OUT_OF_ORDER));
        assertEquals(3, source.statistics().rejected());
        assertEquals(1, source.statistics().taken());
        assertFalse(source.health().stale(12 * MS));
    }

    @Test
    void shouldReportStampJumps() {
        TestMessages.sendVector(source, 5000 * MS, 1, 5000 * MS, 1, 2);
        TestMessages.sendVector(source, 2000 * MS, 2, 5010 * MS, 3, 4);
        assertEquals(1, source.health().stampJumps());
        assertEquals(2000 * MS, source.reader().newestStampNs());
    }

    @Test
    void shouldMeasureMotionSinceATime() {
        TestMessages.sendVectorAt(source, 10 * MS, 0, 100);
        TestMessages.sendVectorAt(source, 20 * MS, 1, 100);
        TestMessages.sendVectorAt(source, 30 * MS, 4, 99);
        assertEquals(4, source.displacementSince(10 * MS), 0);
        assertEquals(0, source.displacementSince(25 * MS), 0, "motion before the first sample since then does not count");
        assertEquals(0, source.displacementSince(30 * MS), 0);
    }

    @Test
    void shouldRefuseMessagesOfAbsurdLength() {
        assertNull(source.claim(-1));
        assertNull(source.claim(1 << 21));
        assertNotNull(source.claim(1 << 19));
        source.abandon();
        assertThrows(IllegalStateException.class, () -> source.commit(0, 0));
    }

    @Test
    void shouldTakeSamplesInWithoutAllocating() {
        double[] position = new double[2];
        long[] now = {0};
        Allocation.assertNone(() -> {
            now[0] += MS;
            ByteBuffer slot = source.claim(16);
            slot.putLong(now[0]).putFloat(1).putFloat(2);
            source.commit(now[0], now[0]);
            source.read(position);
        });
        assertEquals(0, source.statistics().rejected());
    }

    @Test
    void shouldRejectAReaderOfAnotherSize() {
        InputException e = assertThrows(InputException.class, () -> new VectorSource(
                VectorConfig.of("arm", STATE, SourceHealth.Kind.JOINT_STATE, MS), new TestMessages.Vectors(3)));
        assertEquals("arm: number of values: expected 2 for observation.state, found 3; check the joint names or field path",
                e.getMessage());
    }
}
