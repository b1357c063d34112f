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

    /** Stamp of the newest sample that the last read used; of several parts, the oldest of these. */
    long usedStampNs() {
        return usedStampNs;
    }

    /** Arrival, monotonic, of the newest sample that the last read used. */
    long usedReceivedNs() {
        return usedReceivedNs;
    }

    /**
     * Writes the value at a time: between samples by the rule, before the oldest that one, after the newest that one; for each
     * part by the part's own stamps.
     *
     * @return false if there is no sample, or the writer overtook the read
     */
    boolean read(long timeNs, float[] out, int offset) {
        long first = ring.oldest();
        long last = ring.newest();
        int parts = ring.parts();
        usedStampNs = Long.MAX_VALUE;
        usedReceivedNs = Long.MAX_VALUE;
        boolean read = last >= first;
        for (int part = 0; part < parts && read; part++) {
            read = read(part, parts, first, last, timeNs, out, offset);
        }
        return read;
    }

    private boolean read(int part, int parts, long first, long last, long timeNs, float[] out, int offset) {
        long before = last;
        long beforeNs = ring.stampNs(before, part);
        while (beforeNs > timeNs && before > first) {
            before--;
            beforeNs = ring.stampNs(before, part);
        }
        if (beforeNs == Long.MIN_VALUE) {
            return false;
        }
        int count = ring.size() / parts;
        int from = part * count;
        if (beforeNs >= timeNs || before == last || interpolation == Interpolation.PREVIOUS) {
            return use(before, beforeNs, from, count, out, offset);
        }
        long afterNs = ring.stampNs(before + 1, part);
        if (afterNs <= beforeNs) {
            return false;
        }
        if (interpolation == Interpolation.NEAREST) {
            boolean takeLater = afterNs - timeNs < timeNs - beforeNs;
            return takeLater ? use(before + 1, afterNs, from, count, out, offset) : use(before, beforeNs, from, count, out, offset);
        }
        if (!ring.copy(before, from, count, out, offset) || !use(before + 1, afterNs, from, count, later, 0)) {
            return false;
        }
        float weight = (float) ((double) (timeNs - beforeNs) / (afterNs - beforeNs));
        for (int i = from; i < from + count; i++) {
            out[offset + i] += weight * (later[i] - out[offset + i]);
        }
        return true;
    }

    /** Of several parts, the oldest stamp and arrival are remembered. */
    private boolean use(long number, long stampNs, int from, int count, float[] out, int offset) {
        usedStampNs = Math.min(usedStampNs, stampNs);
        usedReceivedNs = Math.min(usedReceivedNs, ring.receivedNs(number));
        return ring.copy(number, from, count, out, offset);
    }
}
