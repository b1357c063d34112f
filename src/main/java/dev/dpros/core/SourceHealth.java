package dev.dpros.core;

/**
 * What the control loop needs to know about one observation source: when it last delivered, and whether its content
 * can be believed. One writer thread per source (the one that ingests or prepares it); any thread reads. Neither side
 * allocates, blocks or takes a lock.
 */
public final class SourceHealth {
    /** {@link #lastReceivedNs()} before the first sample. */
    public static final long NEVER = Long.MIN_VALUE;

    /** What the source is: it decides what its loss means. */
    public enum Kind {
        /** A camera: the policy is blind without it, the robot is not. */
        CAMERA,
        /** Joint states: without them the robot itself is unknown. */
        JOINT_STATE,
        /** Any other input of the policy. */
        OTHER
    }

    private final String name;
    private final Kind kind;
    private final long maxAgeNs;
    private volatile long receivedNs = NEVER;
    private volatile boolean frozen;
    private volatile boolean blank;
    private volatile long stampJumps;

    /**
     * Describes a source that has not yet delivered.
     *
     * @param name the topic or feature, for messages
     * @param maxAgeNs age beyond which it counts as stale, ns
     */
    public SourceHealth(String name, Kind kind, long maxAgeNs) {
        if (maxAgeNs <= 0) {
            throw new IllegalArgumentException(name + ": max age: expected a positive time, found " + maxAgeNs + " ns");
        }
        this.name = name;
        this.kind = kind;
        this.maxAgeNs = maxAgeNs;
    }

    /** Topic or feature. */
    public String name() {
        return name;
    }

    /** What it is. */
    public Kind kind() {
        return kind;
    }

    /** Age beyond which it counts as stale, ns. */
    public long maxAgeNs() {
        return maxAgeNs;
    }

    /** Writer: a sample arrived at this {@link Clock#monotonicNs()}. */
    public void received(long monotonicNs) {
        receivedNs = monotonicNs;
    }

    /**
     * Writer: what the newest samples look like.
     *
     * @param frozen the content has repeated bit by bit for longer than a live sensor's noise allows
     * @param blank the content carries no information (uniform image, lens covered)
     */
    public void content(boolean frozen, boolean blank) {
        this.frozen = frozen;
        this.blank = blank;
    }

    /** Writer: a stamp jumped against the stamp clock, forward or backward. */
    public void stampJumped() {
        stampJumps++;
    }

    /** How often the stamps have jumped. */
    public long stampJumps() {
        return stampJumps;
    }

    /** Monotonic time of the newest sample, or {@link #NEVER}. */
    public long lastReceivedNs() {
        return receivedNs;
    }

    /** Whether it is older than allowed, or never came. */
    public boolean stale(long monotonicNowNs) {
        return stale(receivedNs, monotonicNowNs);
    }

    /** Whether a newest sample of this time is older than allowed, or never came. */
    public boolean stale(long lastReceivedNs, long monotonicNowNs) {
        return lastReceivedNs == NEVER || monotonicNowNs - lastReceivedNs > maxAgeNs;
    }

    /** Whether the content repeats. */
    public boolean frozen() {
        return frozen;
    }

    /** Whether the content is empty. */
    public boolean blank() {
        return blank;
    }
}
