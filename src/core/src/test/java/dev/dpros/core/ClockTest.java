package dev.dpros.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Clocks that a test or a trace moves; the machine's own is in {@link SystemClockTest}. */
class ClockTest {
    private static final long STAMP_NS = 1_700_000_000_000_000_000L;

    @Test
    void shouldAdvanceBothTimesAlike() {
        ManualClock clock = new ManualClock(STAMP_NS);
        clock.advanceNs(20);
        assertEquals(20, clock.monotonicNs());
        assertEquals(STAMP_NS + 20, clock.rosNs());
    }

    @Test
    void shouldLetTheStampTimeJumpAlone() {
        ManualClock clock = new ManualClock(STAMP_NS);
        clock.advanceNs(20);
        clock.jumpRosNs(-1_000);
        assertEquals(20, clock.monotonicNs(), "deadlines do not move");
        assertEquals(STAMP_NS - 980, clock.rosNs());
        assertEquals(STAMP_NS - 990, clock.rosNs(10), "an instant before now");
        assertEquals(STAMP_NS - 970, clock.rosNs(30), "an instant after now");
    }

    @Test
    void shouldStampAnInstantByHowFarItIsFromNow() {
        Clock clock = new Clock() {
            @Override
            public long monotonicNs() {
                return 500;
            }

            @Override
            public long rosNs() {
                return STAMP_NS;
            }
        };
        assertEquals(STAMP_NS - 100, clock.rosNs(400));
        assertEquals(STAMP_NS + 100, clock.rosNs(600));
    }
}
