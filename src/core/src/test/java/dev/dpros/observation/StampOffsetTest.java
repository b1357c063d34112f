package dev.dpros.observation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dpros.core.SourceHealth;
import dev.dpros.core.StampOrder;
import dev.dpros.observation.StampConfig.Origin;
import org.junit.jupiter.api.Test;

class StampOffsetTest {
    private static final long MS = 1_000_000L;
    private final StampOffset offset = new StampOffset();
    private long nowNs;

    private long add(long everyMs, long differenceMs) {
        nowNs += everyMs * MS;
        return offset.add(differenceMs * MS, nowNs);
    }

    @Test
    void shouldBeUnknownBeforeThreeSamplesAndThenTheirMedian() {
        assertEquals(SourceHealth.UNKNOWN, add(100, 10));
        assertEquals(SourceHealth.UNKNOWN, add(100, 30));
        assertEquals(20 * MS, add(100, 20));
    }

    @Test
    void shouldNotFollowASingleSampleAndFollowFiveOfNine() {
        for (int i = 0; i < 9; i++) {
            add(100, 10);
        }
        assertEquals(10 * MS, add(100, -4000));
        for (int i = 0; i < 3; i++) {
            assertEquals(10 * MS, add(100, -4000));
        }
        assertEquals(-4000 * MS, add(100, -4000));
    }

    @Test
    void shouldCountABurstAfterAStandstillOnce() {
        for (int i = 0; i < 500; i++) {
            add(2, 1);
        }
        for (int i = 0; i < 300; i++) {
            assertEquals(MS, add(0, 600 - 2 * i));
        }
    }

    @Test
    void shouldBeUnknownWithoutStampsAndBeforeTheFirstClockMessage() {
        StampTracker header = new StampTracker(new StampConfig(Origin.HEADER, 0, 1000 * MS));
        StampTracker received = new StampTracker(new StampConfig(Origin.RECEIVED, 0, 1000 * MS));
        for (int i = 1; i < 6; i++) {
            long t = i * 100 * MS;
            assertEquals(SourceHealth.UNKNOWN, header.offsetNs(StampOrder.Verdict.KEEP, 0, t, t));
            assertEquals(SourceHealth.UNKNOWN, header.offsetNs(StampOrder.Verdict.KEEP, t, 0, t));
            assertEquals(SourceHealth.UNKNOWN, received.offsetNs(StampOrder.Verdict.KEEP, t, t, t));
        }
    }

    @Test
    void shouldBeginAnewAfterAJump() {
        StampTracker tracker = new StampTracker(new StampConfig(Origin.HEADER, 0, 1000 * MS));
        for (int i = 1; i < 6; i++) {
            tracker.offsetNs(StampOrder.Verdict.KEEP, i * 100 * MS, i * 100 * MS, i * 100 * MS);
        }
        assertEquals(SourceHealth.UNKNOWN, tracker.offsetNs(StampOrder.Verdict.NEW_EPOCH, 9000 * MS, 700 * MS, 700 * MS));
    }
}
