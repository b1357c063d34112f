package dev.dpros.safety;

import dev.dpros.core.SourceHealth;
import java.util.List;

/**
 * Turns the health of the observation sources into causes of the watchdog. Called once per tick on the control thread;
 * allocates nothing.
 */
public final class HealthMonitor {
    private final SourceHealth[] sources;
    private final Watchdog watchdog;
    private final long[] jumpsSeen;

    /** Watches these sources; the index of each is its index in the watchdog. */
    public HealthMonitor(List<SourceHealth> sources, Watchdog watchdog) {
        this.sources = sources.toArray(new SourceHealth[0]);
        this.watchdog = watchdog;
        jumpsSeen = new long[this.sources.length];
    }

    /**
     * Raises and clears the causes.
     *
     * @return true if all sources are fresh and believable, so that an inference is worth while
     */
    public boolean check(long monotonicNowNs) {
        boolean healthy = true;
        for (int i = 0; i < sources.length; i++) {
            SourceHealth source = sources[i];
            boolean stale = source.stale(monotonicNowNs);
            boolean joints = source.kind() == SourceHealth.Kind.JOINT_STATE;
            watchdog.set(joints ? SafetyEvent.JOINT_STATE_STALE : SafetyEvent.CAMERA_STALE, i, stale);
            boolean frozen = !joints && !stale && source.frozen();
            boolean blank = !joints && !stale && source.blank();
            watchdog.set(SafetyEvent.CAMERA_FROZEN, i, frozen);
            watchdog.set(SafetyEvent.CAMERA_BLANK, i, blank);
            boolean jumped = source.stampJumps() != jumpsSeen[i];
            if (jumped) {
                jumpsSeen[i] = source.stampJumps();
                watchdog.raise(SafetyEvent.STAMPS_JUMP, i);
            }
            healthy &= !stale && !frozen && !blank && !jumped;
        }
        return healthy;
    }
}
