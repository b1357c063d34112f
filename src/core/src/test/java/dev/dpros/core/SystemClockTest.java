package dev.dpros.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SystemClockTest {
    private static final long EPOCH_NS = 1_700_000_000_000_000_000L;
    private static final long SECOND_NS = 1_000_000_000L;

    private long monotonicNs = 5 * SECOND_NS;
    private long wallAheadNs = EPOCH_NS;
    private final SystemClock clock = new SystemClock(() -> monotonicNs, () -> monotonicNs + wallAheadNs);

    @Test
    void shouldGiveBothTimesOfOneInstantHoweverLateItIsAsked() {
        long before = monotonicNs;
        monotonicNs += 3_000_000; // the thread was interrupted here
        assertEquals(EPOCH_NS + before, clock.rosNs(before));
    }

    @Test
    void shouldNotLetAMeasurementsErrorIntoTheStamps() {
        wallAheadNs += 40_000;
        assertEquals(0, clock.recalibrate());
        monotonicNs += SECOND_NS;
        assertEquals(EPOCH_NS + monotonicNs, clock.rosNs());
    }

    @Test
    void shouldFollowAStepAtOnceAndSayByHowMuch() {
        wallAheadNs -= 2 * SECOND_NS;
        assertEquals(-2 * SECOND_NS, clock.recalibrate());
        assertEquals(EPOCH_NS - 2 * SECOND_NS + monotonicNs, clock.rosNs());
    }

    @Test
    void shouldMakeUpForLessThanAStepWithoutChangingRatesByMoreThan50ppm() {
        wallAheadNs += 400_000;
        assertEquals(0, clock.recalibrate());
        long last = clock.rosNs();
        for (int i = 0; i < 20; i++) {
            monotonicNs += SECOND_NS;
            clock.recalibrate();
            long passed = clock.rosNs() - last;
            assertTrue(passed >= SECOND_NS && passed <= SECOND_NS + 50_000, () -> "in a second " + passed);
            last = clock.rosNs();
        }
        assertEquals(EPOCH_NS + 400_000 + monotonicNs, clock.rosNs(), 50_000);
    }
}
