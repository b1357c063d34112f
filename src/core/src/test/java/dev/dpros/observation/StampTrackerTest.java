package dev.dpros.observation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import dev.dpros.core.StampOrder.Verdict;
import dev.dpros.observation.StampConfig.Origin;
import org.junit.jupiter.api.Test;

class StampTrackerTest {
    private final StampTracker tracker = new StampTracker(new StampConfig(Origin.HEADER, 10, 1000));

    @Test
    void shouldSubtractTheLatencyFromHeaderOrReceiveStamp() {
        assertEquals(490, tracker.stampNs(500, 900));
        assertEquals(890, tracker.stampNs(0, 900));
        assertEquals(890, new StampTracker(new StampConfig(Origin.RECEIVED, 10, 1000)).stampNs(500, 900));
    }

    @Test
    void shouldKeepSamplesThatKeepPaceWithTheClock() {
        assertEquals(Verdict.KEEP, tracker.accept(5000, 5100));
        assertEquals(Verdict.KEEP, tracker.accept(5100, 5900)); // late by less than the bound
        assertEquals(Verdict.KEEP, tracker.accept(60_000, 60_000)); // a gap that the clock shows too
    }

    @Test
    void shouldDropSamplesThatAreNotNewer() {
        tracker.accept(5000, 5000);
        assertEquals(Verdict.OUT_OF_ORDER, tracker.accept(5000, 5100));
        assertEquals(Verdict.OUT_OF_ORDER, tracker.accept(4800, 5200));
        assertEquals(Verdict.KEEP, tracker.accept(5001, 5300));
    }

    @Test
    void shouldBeginAnEpochWhenStampsJumpEitherWay() {
        tracker.accept(5000, 5000);
        assertEquals(Verdict.NEW_EPOCH, tracker.accept(3000, 5100));
        assertEquals(Verdict.KEEP, tracker.accept(3100, 5200));
        assertEquals(Verdict.NEW_EPOCH, tracker.accept(9000, 5300));
    }

    @Test
    void shouldBeginAnEpochWhenTheClockItselfRestarts() {
        tracker.accept(5000, 5000);
        assertEquals(Verdict.NEW_EPOCH, tracker.accept(100, 100));
    }

    @Test
    void shouldRejectImpossibleTimes() {
        assertTrue(assertThrows(InputException.class, () -> new StampConfig(Origin.HEADER, -1, 1)).getMessage()
                .contains("latency: expected 0 to 10 s, found -1 ns"));
        assertThrows(InputException.class, () -> new StampConfig(Origin.HEADER, 0, 0));
    }
}
