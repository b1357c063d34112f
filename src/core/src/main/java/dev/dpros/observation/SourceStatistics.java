package dev.dpros.observation;

import dev.dpros.core.SampleListener;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * What a source has counted. Its own thread writes; any thread reads. Counting neither blocks nor allocates.
 */
public final class SourceStatistics {
    /** Why a message was not used. */
    public enum Rejection {
        /** Lengths that do not fit, or values that are missing. */
        MALFORMED("malformed message, or a configured field is missing"),
        /** NaN or infinite value. */
        NON_FINITE("value is not finite"),
        /** Pixels that cannot become the policy's image. */
        UNSUPPORTED("pixel format cannot be converted to the policy's image"),
        /** A picture without colours for a feature of three channels. */
        COLOURLESS("picture without colours for a colour feature"),
        /** Another size than the policy's while the rule is exact. */
        WRONG_SIZE("image size differs from the policy's and the fit rule is EXACT"),
        /** JPEG or PNG bytes that do not decode. */
        UNDECODABLE("compressed image does not decode"),
        /** Stamp not newer than the one before. */
        OUT_OF_ORDER("stamp is not newer than the one before");

        private final String text;

        Rejection(String text) {
            this.text = text;
        }

        /** What it means, for a person. */
        public String text() {
            return text;
        }
    }

    private static final int TAKEN = Rejection.values().length;
    private static final int SKIPPED = TAKEN + 1;
    private static final int PASSED_OVER = SKIPPED + 1;
    private static final Rejection[] REJECTIONS = Rejection.values();

    private final AtomicLongArray counts = new AtomicLongArray(PASSED_OVER + 1);
    private volatile @Nullable SampleListener listener;
    private volatile @Nullable Rejection lastRejection;
    private volatile long newestStampNs = Long.MIN_VALUE;
    private volatile long newestArrivalNs;
    private volatile long newestPreparationNs;

    void took(long stampNs, long receivedNs, long preparationNs) {
        newestArrivalNs = receivedNs;
        newestPreparationNs = preparationNs;
        newestStampNs = stampNs;
        counts.lazySet(TAKEN, counts.get(TAKEN) + 1);
        SampleListener hears = listener;
        if (hears != null) {
            hears.sampled(stampNs, receivedNs, preparationNs);
        }
    }

    /** Sets who hears of every usable sample. Any thread. */
    public void report(SampleListener newListener) {
        listener = newListener;
    }

    void reject(Rejection reason) {
        counts.lazySet(reason.ordinal(), counts.get(reason.ordinal()) + 1);
        lastRejection = reason;
    }

    void skipped(long messages) {
        counts.lazySet(SKIPPED, counts.get(SKIPPED) + messages);
    }

    void passOver() {
        counts.lazySet(PASSED_OVER, counts.get(PASSED_OVER) + 1);
    }

    /** Sound messages that have none of the configured names: somebody else's on the topic. */
    public long passedOver() {
        return counts.get(PASSED_OVER);
    }

    /** Samples that became usable. */
    public long taken() {
        return counts.get(TAKEN);
    }

    /** Messages rejected for one reason. */
    public long rejected(Rejection reason) {
        return counts.get(reason.ordinal());
    }

    /** Messages rejected for any reason. */
    public long rejected() {
        long sum = 0;
        for (Rejection reason : REJECTIONS) {
            sum += counts.get(reason.ordinal());
        }
        return sum;
    }

    /** Messages passed over because newer ones had already arrived. */
    public long skipped() {
        return counts.get(SKIPPED);
    }

    /** Why the last rejected message was rejected, or null. */
    public @Nullable Rejection lastRejection() {
        return lastRejection;
    }

    /** Stamp of the newest usable sample, stamp time, ns; MIN_VALUE before the first. */
    public long newestStampNs() {
        return newestStampNs;
    }

    /** Arrival of the newest usable sample, monotonic, ns; 0 before the first. */
    public long newestArrivalNs() {
        return newestArrivalNs;
    }

    /** How long a camera's newest usable image took from its arrival to the policy's image, ns; 0 for other sources. */
    public long newestPreparationNs() {
        return newestPreparationNs;
    }
}
