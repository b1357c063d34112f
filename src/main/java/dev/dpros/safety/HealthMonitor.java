package dev.dpros.safety;

import dev.dpros.core.HealthSnapshot;
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
     * @param health of the same sources, in the same order
     * @return true if all sources are fresh and believable, so that an inference is worth while
     */
    public boolean check(HealthSnapshot health, long monotonicNowNs) {
        boolean healthy = true;
        for (int i = 0; i < sources.length; i++) {
            SourceHealth source = sources[i];
            boolean stale = source.stale(health.receivedNs[i], monotonicNowNs);
            boolean joints = source.kind() == SourceHealth.Kind.JOINT_STATE;
            watchdog.set(joints ? SafetyEvent.JOINT_STATE_STALE : SafetyEvent.CAMERA_STALE, i, stale);
            boolean frozen = !joints && !stale && health.frozen[i];
            boolean blank = !joints && !stale && health.blank[i];
            watchdog.set(SafetyEvent.CAMERA_FROZEN, i, frozen);
            watchdog.set(SafetyEvent.CAMERA_BLANK, i, blank);
            boolean jumped = health.stampJumps[i] != jumpsSeen[i];
            if (jumped) {
                jumpsSeen[i] = health.stampJumps[i];
                watchdog.raise(SafetyEvent.STAMPS_JUMP, i);
            }
            healthy &= !stale && !frozen && !blank && !jumped;
        }
        return healthy;
    }
}
