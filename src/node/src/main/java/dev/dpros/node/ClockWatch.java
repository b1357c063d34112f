package dev.dpros.node;

import dev.dpros.core.Clock;
import dev.dpros.safety.CauseText;
import java.util.Locale;

/** Notices a simulated clock that does not come, or stands still: the control loop does not tick then. Any thread. */
final class ClockWatch {
    private static final long STANDS_AFTER_NS = 1_000_000_000L;

    private final Clock clock;
    private long rosNs;
    private long movedNs;

    /** Watches a clock that follows {@code /clock}. */
    ClockWatch(Clock clock) {
        this.clock = clock;
        rosNs = clock.rosNs();
        movedNs = clock.monotonicNs();
    }

    /** Whether it has not come yet, or has stood still for longer than a second; to be asked again and again. */
    synchronized boolean missing() {
        return look() == 0 || clock.monotonicNs() - movedNs > STANDS_AFTER_NS;
    }

    private long look() {
        long now = clock.rosNs();
        if (now != rosNs) {
            rosNs = now;
            movedNs = clock.monotonicNs();
        }
        return now;
    }

    /** What is missing, with its age. */
    synchronized String detail() {
        return look() == 0 ? "use_sim_time is true" : String.format(Locale.ROOT, "it stands still at %.3f s, for %s; use_sim_time is true",
                rosNs * 1e-9, CauseText.duration((clock.monotonicNs() - movedNs) * 1e-9));
    }
}
