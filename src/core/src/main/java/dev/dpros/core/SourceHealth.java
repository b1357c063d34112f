package dev.dpros.core;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What the control loop needs to know about one observation source: when it last delivered, and whether its content
 * can be believed. A source of named parts (joints) whose messages bring some of them each is as old as its oldest part.
 * One writer thread per source (the one that ingests or prepares it); any thread reads. Neither side
 * allocates, blocks or takes a lock.
 */
public final class SourceHealth {
    /** {@link #lastReceivedNs()} before the first sample. */
    public static final long NEVER = Long.MIN_VALUE;
    /** {@link #stampOffsetNs()} while it is not known. */
    public static final long UNKNOWN = Long.MIN_VALUE;
    /** By how much stamps may be later than their receive time: clocks that are kept by NTP differ by less. */
    public static final long MAX_AHEAD_NS = 50_000_000L;
    private static final long US = 1_000;

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
    private final long maxOffsetNs;
    private final List<String> parts;
    private final AtomicLongArray partsNs;
    private volatile boolean apart;
    private volatile long heardNs = NEVER;
    private volatile long receivedNs = NEVER;
    private volatile boolean frozen;
    private volatile boolean blank;
    private volatile long stampJumps;
    private volatile long stampOffsetNs = UNKNOWN;
    private volatile ConstantElements constants = ConstantElements.NONE;
    private volatile boolean offConstant;
    private volatile int offElement;
    private volatile double offValue = Double.NaN;

    /**
     * Describes a source that has not yet delivered.
     *
     * @param name the topic or feature, for messages
     * @param maxAgeNs age beyond which it counts as stale, ns
     */
    public SourceHealth(String name, Kind kind, long maxAgeNs) {
        this(name, kind, maxAgeNs, 0);
    }

    /**
     * The same, with a bound on the difference of its stamps and the node's clock.
     *
     * @param maxOffsetNs by how much its stamps may lie behind their receive time, ns; 0 for no bound
     */
    public SourceHealth(String name, Kind kind, long maxAgeNs, long maxOffsetNs) {
        this(name, kind, maxAgeNs, maxOffsetNs, List.of());
    }

    /**
     * The same, of named parts.
     *
     * @param parts names such as those of joints; empty if it has none
     */
    public SourceHealth(String name, Kind kind, long maxAgeNs, long maxOffsetNs, List<String> parts) {
        if (maxAgeNs <= 0) {
            throw new IllegalArgumentException(name + ": max age: expected a positive time, found " + maxAgeNs + " ns");
        }
        this.name = name;
        this.kind = kind;
        this.maxAgeNs = maxAgeNs;
        this.maxOffsetNs = maxOffsetNs;
        this.parts = List.copyOf(parts);
        partsNs = new AtomicLongArray(parts.size());
        for (int i = 0; i < parts.size(); i++) {
            partsNs.set(i, NEVER);
        }
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

    /** By how much its stamps may lie behind their receive time, ns; 0 for no bound. */
    public long maxOffsetNs() {
        return maxOffsetNs;
    }

    /** Writer: receive time less stamp, as it usually is now, ns; kept to the microsecond. {@link #UNKNOWN} if there are no stamps. */
    public void stampOffset(long offsetNs) {
        stampOffsetNs = offsetNs == UNKNOWN ? UNKNOWN : Math.floorDiv(offsetNs, US) * US;
    }

    /** Receive time less stamp, as it usually is, ns: above 0 the stamps lie behind the node's clock. {@link #UNKNOWN} at first. */
    public long stampOffsetNs() {
        return stampOffsetNs;
    }

    /**
     * The bound that an offset is held against, ns: the upper one, or the lower one, which is negative, if it is below 0.
     *
     * @param simulatedTime whether the node's clock stands still between messages of {@code /clock}: stamps are then
     *     ahead of it by up to a message's period
     */
    public long offsetBoundNs(long offsetNs, boolean simulatedTime) {
        return offsetNs >= 0 ? maxOffsetNs : -(simulatedTime ? maxOffsetNs : Math.min(MAX_AHEAD_NS, maxOffsetNs));
    }

    /** Whether an offset is beyond the bounds; never if it is unknown or there are none. */
    public boolean offsetBeyond(long offsetNs, boolean simulatedTime) {
        if (offsetNs == UNKNOWN || maxOffsetNs == 0) {
            return false;
        }
        long bound = offsetBoundNs(offsetNs, simulatedTime);
        return offsetNs >= 0 ? offsetNs > bound : offsetNs < bound;
    }

    /** Writer: a sample arrived at this {@link Clock#monotonicNs()}. */
    public void received(long monotonicNs) {
        receivedNs = monotonicNs;
    }

    /** Writer: a message came that did not bring every part, or none, at this {@link Clock#monotonicNs()}. */
    public void heard(long monotonicNs) {
        heardNs = monotonicNs;
    }

    /** Writer: a part's newest values came at this {@link Clock#monotonicNs()}, or {@link #NEVER}; from now on each has an age of its own. */
    public void received(int part, long monotonicNs) {
        partsNs.lazySet(part, monotonicNs);
        if (!apart) {
            apart = true;
        }
    }

    /** Names of the parts, or an empty list. */
    public List<String> parts() {
        return parts;
    }

    /** Monotonic time of a part's newest values, or {@link #NEVER}. */
    public long lastReceivedNs(int part) {
        return apart ? partsNs.get(part) : receivedNs;
    }

    /** Monotonic time of the newest message that brought parts, or came without any; {@link #NEVER} before the first. */
    public long lastHeardNs() {
        return Math.max(heardNs, receivedNs);
    }

    /**
     * Indices of the parts that are older than allowed, or never came, while messages still come. Any thread; allocates.
     *
     * @return empty too if no message comes: then there is nothing to tell the parts apart
     */
    public List<Integer> missing(long monotonicNowNs) {
        List<Integer> missing = new ArrayList<>();
        for (int i = 0; i < parts.size() && !stale(lastHeardNs(), monotonicNowNs); i++) {
            if (stale(lastReceivedNs(i), monotonicNowNs)) {
                missing.add(i);
            }
        }
        return missing;
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

    /** Sets which of its values the training data knew only as a constant. Any thread. */
    public void expect(ConstantElements newConstants) {
        constants = newConstants;
    }

    /** Which of its values the training data knew only as a constant. */
    public ConstantElements constants() {
        return constants;
    }

    /** Writer: the newest sample, as the policy gets it; compared with the constants. */
    public void values(float[] sample) {
        ConstantElements known = constants;
        int off = known.firstOff(sample);
        if (off >= 0) {
            offElement = known.element(off);
            offValue = sample[off];
        }
        offConstant = off >= 0;
    }

    /** Whether the newest sample has a value that is not the training data's constant. */
    public boolean offConstant() {
        return offConstant;
    }

    /** The element that was off last. */
    public int offElement() {
        return offElement;
    }

    /** Its value then, robot units; NaN before the first. */
    public double offValue() {
        return offValue;
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
