package dev.dpros.dataview;

/**
 * Counts of values whose range is not known beforehand, in one pass: where a value lies outside, bins become twice as wide. Mean and
 * deviation are exact but for rounding. One thread; constant memory.
 */
final class Histogram {
    private static final int BINS = 64;

    private final long[] bins = new long[BINS];
    private double low;
    private double width;
    private long count;
    private long notFinite;
    private double min;
    private double max;
    private double mean;
    private double squares;

    void add(double value) {
        if (!Double.isFinite(value)) {
            notFinite++;
            return;
        }
        min = count == 0 ? value : Math.min(min, value);
        max = count == 0 ? value : Math.max(max, value);
        count++;
        double off = value - mean;
        mean += off / count;
        squares += off * (value - mean);
        if (width > 0) {
            cover(value);
            bins[bin(value)]++;
        } else if (max > min) { // all before it were the same
            begin(value);
        }
    }

    private void begin(double second) {
        double first = second == min ? max : min;
        low = min;
        width = Math.max((max - min) / (BINS - 1), Math.max(Math.ulp(max), Math.ulp(min)) * 2);
        bins[bin(first)] += count - 1;
        bins[bin(second)]++;
    }

    private int bin(double value) {
        return (int) Math.min(BINS - 1, Math.max(0, Math.floor((value - low) / width)));
    }

    private void cover(double value) {
        while (value < low || value >= low + BINS * width) {
            boolean down = value < low;
            for (int pair = 0; pair < BINS / 2; pair++) { // from that end, so that nothing is overwritten before it is read
                int to = down ? BINS - 1 - pair : pair;
                int from = down ? BINS - 2 - 2 * pair : 2 * pair;
                long sum = bins[from] + bins[from + 1];
                bins[from] = 0;
                bins[from + 1] = 0;
                bins[to] = sum;
            }
            low -= down ? BINS * width : 0;
            width *= 2;
        }
    }

    /** Its values so far. */
    Shape shape() {
        if (width == 0) {
            return new Shape(count, notFinite, min, max, mean, 0, min, max, count == 0 ? new long[0] : new long[] {count});
        }
        int first = bin(min);
        int last = bin(max);
        long[] used = new long[last - first + 1];
        System.arraycopy(bins, first, used, 0, used.length);
        return new Shape(count, notFinite, min, max, mean, Math.sqrt(squares / count), low + first * width, low + (last + 1) * width, used);
    }

    /**
     * What was counted.
     *
     * @param count finite values
     * @param notFinite the others
     * @param low where the first bin begins
     * @param high where the last ends
     * @param bins counts, of equal width
     */
    record Shape(long count, long notFinite, double min, double max, double mean, double std, double low, double high, long[] bins) {}
}
