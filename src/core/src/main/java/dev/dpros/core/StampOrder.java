package dev.dpros.core;

/**
 * Judges the stamps of one series of samples in order of arrival, live and recorded alike. One thread; allocates nothing.
 *
 * <p>Stamps are compared with the clock that they were received by: between two samples both should have advanced alike.
 * When they disagree by more than the jump, or that clock itself runs backward (a restarted bag or simulation), older
 * samples can no longer be compared with newer ones and a new epoch begins.
 */
public final class StampOrder {
    /** By how much stamps and clock may usually disagree from one sample to the next, ns. */
    public static final long JUMP_NS = 1_000_000_000L;

    /** What to do with a sample. */
    public enum Verdict {
        /** Keep it. */ KEEP,
        /** Keep it and forget everything before: the stamps jumped. */ NEW_EPOCH,
        /** Drop it: not newer than the one before. */ OUT_OF_ORDER
    }

    private final long jumpNs;
    private boolean any;
    private long lastStampNs;
    private long lastReceivedRosNs;

    /** @param jumpNs by how much both may disagree, ns */
    public StampOrder(long jumpNs) {
        this.jumpNs = jumpNs;
    }

    /** Judges a sample by its time; remembers it unless it is out of order. */
    public Verdict accept(long stampNs, long receivedRosNs) {
        Verdict verdict = any ? judge(stampNs - lastStampNs, receivedRosNs - lastReceivedRosNs) : Verdict.KEEP;
        if (verdict != Verdict.OUT_OF_ORDER) {
            any = true;
            lastStampNs = stampNs;
            lastReceivedRosNs = receivedRosNs;
        }
        return verdict;
    }

    private Verdict judge(long stampStepNs, long clockStepNs) {
        boolean clockRanBackward = clockStepNs < 0 && stampStepNs <= 0;
        if (clockRanBackward || Math.abs(stampStepNs - clockStepNs) > jumpNs) {
            return Verdict.NEW_EPOCH;
        }
        return stampStepNs <= 0 ? Verdict.OUT_OF_ORDER : Verdict.KEEP;
    }

    /** Keeps whatever comes next. */
    public void forget() {
        any = false;
    }

    /** Goes on from where another series is. */
    public void follow(StampOrder other) {
        any = other.any;
        lastStampNs = other.lastStampNs;
        lastReceivedRosNs = other.lastReceivedRosNs;
    }
}
