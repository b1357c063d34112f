package dev.dpros.observation;

/**
 * Reads one {@link SampleRing} at given times. Owned by one thread; allocates nothing; never waits.
 *
 * <p>A sample that the writer overtakes during the read fails the read, and the caller starts again with newer ones.
 */
final class SampleReader {
    private final SampleRing ring;
    private final Interpolation interpolation;
    private final float[] later;
    private long usedStampNs;
    private long usedReceivedNs;

    SampleReader(SampleRing ring, Interpolation interpolation) {
        this.ring = ring;
        this.interpolation = interpolation;
        later = interpolation == Interpolation.LINEAR ? new float[ring.size()] : new float[0];
    }

    /** Stamp of the newest sample that may be used, or MIN_VALUE. */
    long newestStampNs() {
        long newest = ring.newest();
        return newest >= ring.oldest() ? ring.stampNs(newest) : Long.MIN_VALUE;
    }

    /** Stamp of the newest sample that the last read used. */
    long usedStampNs() {
        return usedStampNs;
    }

    /** Arrival, monotonic, of the newest sample that the last read used. */
    long usedReceivedNs() {
        return usedReceivedNs;
    }

    /**
     * Writes the value at a time: between samples by the rule, before the oldest that one, after the newest that one.
     *
     * @return false if there is no sample, or the writer overtook the read
     */
    boolean read(long timeNs, float[] out, int offset) {
        long first = ring.oldest();
        long last = ring.newest();
        if (last < first) {
            return false;
        }
        long before = last;
        long beforeNs = ring.stampNs(before);
        while (beforeNs > timeNs && before > first) {
            before--;
            beforeNs = ring.stampNs(before);
        }
        if (beforeNs == Long.MIN_VALUE) {
            return false;
        }
        if (beforeNs >= timeNs || before == last || interpolation == Interpolation.PREVIOUS) {
            return use(before, beforeNs, out, offset);
        }
        return between(before, beforeNs, timeNs, out, offset);
    }

    private boolean between(long before, long beforeNs, long timeNs, float[] out, int offset) {
        long afterNs = ring.stampNs(before + 1);
        if (afterNs <= beforeNs) {
            return false;
        }
        if (interpolation == Interpolation.NEAREST) {
            boolean takeLater = afterNs - timeNs < timeNs - beforeNs;
            return takeLater ? use(before + 1, afterNs, out, offset) : use(before, beforeNs, out, offset);
        }
        if (!ring.copy(before, out, offset) || !use(before + 1, afterNs, later, 0)) {
            return false;
        }
        float weight = (float) ((double) (timeNs - beforeNs) / (afterNs - beforeNs));
        for (int i = 0; i < later.length; i++) {
            out[offset + i] += weight * (later[i] - out[offset + i]);
        }
        return true;
    }

    private boolean use(long number, long stampNs, float[] out, int offset) {
        usedStampNs = stampNs;
        usedReceivedNs = ring.receivedNs(number);
        return ring.copy(number, out, offset);
    }
}
