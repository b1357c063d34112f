package dev.dpros.safety;

import dev.dpros.core.HealthSnapshot;
import dev.dpros.core.SourceHealth;
import java.util.List;

/**
 * Turns the health of the observation sources into causes of the watchdog. Called once per tick on the control thread;
 * allocates nothing.
 */
public final class HealthMonitor {
    private static final double S = 1e-9;
    private final SourceHealth[] sources;
    private final Watchdog watchdog;
    private final boolean simulatedTime;
    private final long[] jumpsSeen;

    /**
     * Watches these sources; the index of each is its index in the watchdog.
     *
     * @param simulatedTime whether stamp time follows {@code /clock}
     */
    public HealthMonitor(List<SourceHealth> sources, Watchdog watchdog, boolean simulatedTime) {
        this.simulatedTime = simulatedTime;
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
            stale(joints ? SafetyEvent.JOINT_STATE_STALE : SafetyEvent.CAMERA_STALE, i, stale, health, monotonicNowNs);
            boolean frozen = !joints && !stale && health.frozen[i];
            boolean blank = !joints && !stale && health.blank[i];
            watchdog.set(SafetyEvent.CAMERA_FROZEN, i, frozen);
            watchdog.set(SafetyEvent.CAMERA_BLANK, i, blank);
            boolean constant = constant(i, !stale && health.offConstant[i]);
            boolean jumped = health.stampJumps[i] != jumpsSeen[i];
            if (jumped) {
                jumpsSeen[i] = health.stampJumps[i];
                watchdog.raise(SafetyEvent.STAMPS_JUMP, i);
            }
            boolean offset = offset(i, !stale, health.stampOffsetNs[i]);
            healthy &= !stale && !frozen && !blank && !constant && !jumped && !offset;
        }
        return healthy;
    }

    private void stale(SafetyEvent event, int source, boolean stale, HealthSnapshot health, long nowNs) {
        if (!stale) {
            watchdog.clear(event, source);
            return;
        }
        long last = health.receivedNs[source];
        double ageS = last == SourceHealth.NEVER ? Double.NaN : (nowNs - last) * S;
        watchdog.raise(event, source, Watchdog.NO_JOINT, ageS, sources[source].maxAgeNs() * S);
    }

    /** Which element and which value is the source's to say; a replay does not know them. */
    private boolean constant(int i, boolean off) {
        SourceHealth source = sources[i];
        if (off && !source.constants().isEmpty()) {
            int element = source.offElement();
            watchdog.raise(SafetyEvent.CONSTANT_INPUT, i, element, source.offValue(), source.constants().constant(element));
        } else {
            watchdog.set(SafetyEvent.CONSTANT_INPUT, i, off);
        }
        return off;
    }

    /** A source that has gone silent is stale, whatever its last stamps were. */
    private boolean offset(int source, boolean delivers, long offsetNs) {
        boolean beyond = delivers && sources[source].offsetBeyond(offsetNs, simulatedTime);
        if (beyond) {
            watchdog.raise(SafetyEvent.STAMPS_OFFSET, source, Watchdog.NO_JOINT, offsetNs * S,
                    sources[source].offsetBoundNs(offsetNs, simulatedTime) * S);
        } else {
            watchdog.clear(SafetyEvent.STAMPS_OFFSET, source);
        }
        return beyond;
    }
}
