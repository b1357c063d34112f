package dev.dpros.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.ManualClock;
import org.junit.jupiter.api.Test;

/** A clock that does not come, goes on, and stops. */
class ClockWatchTest {
    private static final long MS = 1_000_000L;

    @Test
    void shouldNoticeAClockThatDoesNotComeAndOneThatStops() {
        ManualClock clock = new ManualClock(0);
        ClockWatch watch = new ClockWatch(clock);
        assertTrue(watch.missing());
        assertEquals("use_sim_time is true", watch.detail());
        clock.jumpRosNs(1000_000 * MS);
        assertFalse(watch.missing());
        stop(clock, 900);
        assertFalse(watch.missing());
        stop(clock, 200);
        assertTrue(watch.missing());
        stop(clock, 2000);
        assertEquals("it stands still at 1000.000 s, for 3.1 s; use_sim_time is true", watch.detail());
        clock.advanceNs(20 * MS);
        assertFalse(watch.missing());
    }

    private static void stop(ManualClock clock, long ms) {
        clock.advanceNs(ms * MS);
        clock.jumpRosNs(-ms * MS);
    }
}
