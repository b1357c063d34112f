package dev.dpros.observation;

import dev.dpros.core.SourceHealth;

/**
 * Turns message stamps into sample times and notices when they jump. One thread; allocates nothing.
 *
 * <p>Stamps are compared with the stamp clock: between two samples both should have advanced alike. When they disagree
 * by more than the configured jump, or the stamp clock itself runs backward (a restarted bag or simulation), older
 * samples can no longer be compared with newer ones and a new epoch begins.
 */
final class StampTracker {
    /** What to do with a sample. */
    enum Verdict {
        /** Keep it. */ KEEP,
        /** Keep it and forget everything before: the stamps jumped. */ NEW_EPOCH,
        /** Drop it: not newer than the one before. */ OUT_OF_ORDER
    }

    private final StampConfig config;
    private final StampOffset offset = new StampOffset();
    private boolean any;
    private long lastStampNs;
    private long lastReceivedRosNs;

    StampTracker(StampConfig config) {
        this.config = config;
    }

    /** The time that a sample belongs to. */
    long stampNs(long headerNs, long receivedRosNs) {
        boolean useHeader = config.origin() == StampConfig.Origin.HEADER && headerNs != 0;
        return (useHeader ? headerNs : receivedRosNs) - config.latencyNs();
    }

    /** Judges a sample by its time; remembers it unless it is out of order. */
    Verdict accept(long stampNs, long receivedRosNs) {
        Verdict verdict = any ? judge(stampNs - lastStampNs, receivedRosNs - lastReceivedRosNs) : Verdict.KEEP;
        if (verdict != Verdict.OUT_OF_ORDER) {
            any = true;
            lastStampNs = stampNs;
            lastReceivedRosNs = receivedRosNs;
        }
        return verdict;
    }

    /**
     * Compares a sample's header with its receive time; once per sample that was kept.
     *
     * @return how the two usually differ, or {@link SourceHealth#UNKNOWN} if headers are not used or not known to fit
     */
    long offsetNs(Verdict verdict, long headerNs, long receivedRosNs, long receivedNs) {
        if (verdict == Verdict.NEW_EPOCH) {
            offset.forget();
        }
        boolean known = config.origin() == StampConfig.Origin.HEADER && headerNs != 0 && receivedRosNs != 0;
        return known ? offset.add(receivedRosNs - headerNs, receivedNs) : SourceHealth.UNKNOWN;
    }

    private Verdict judge(long stampStepNs, long clockStepNs) {
        boolean clockRanBackward = clockStepNs < 0 && stampStepNs <= 0;
        if (clockRanBackward || Math.abs(stampStepNs - clockStepNs) > config.jumpNs()) {
            return Verdict.NEW_EPOCH;
        }
        return stampStepNs <= 0 ? Verdict.OUT_OF_ORDER : Verdict.KEEP;
    }
}
