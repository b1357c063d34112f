package dev.dpros.datasets;

import dev.dpros.core.DepthPixels;
import dev.dpros.core.InputException;
import java.util.Arrays;
import java.util.List;

/**
 * Exact statistics of one feature: of vectors per value, of images per channel in [0, 1], of depth in mm, as the codes of its 12 bits
 * tell it. Quantiles are numpy's linear ones. One thread; grows with the number of vector steps, constant for images.
 */
public final class FeatureStatistics {
    /** The quantiles that LeRobot's stats.json names, as {@code q01} and so on. */
    public static final List<Double> QUANTILES = List.of(0.01, 0.10, 0.50, 0.90, 0.99);
    private static final int LEVELS = 256;
    private static final long MOST_VALUES = Integer.MAX_VALUE - 8;

    private final int dims;
    private final long[][] histogram;
    private final DepthCodes depth;
    private float[] values = new float[1024];
    private int used;
    private long steps;

    /**
     * A summary of one value or channel.
     *
     * @param quantiles in the order of {@link #QUANTILES}
     */
    public record Summary(double min, double max, double mean, double std, double[] quantiles) {}

    /** Statistics of a feature. */
    public FeatureStatistics(DatasetFeature feature) {
        depth = feature.depth();
        dims = !feature.visual() ? feature.size() : depth == null ? 3 : 1;
        histogram = !feature.visual() ? null : new long[dims][depth == null ? LEVELS : DepthCodes.LARGEST + 1];
    }

    /** Whether it counts pixels. */
    public boolean visual() {
        return histogram != null;
    }

    /** Number of values, or of channels. */
    public int dims() {
        return dims;
    }

    /** Steps added. */
    public long steps() {
        return steps;
    }

    /** Adds a vector. */
    public void add(float[] vector) {
        reserve(dims);
        System.arraycopy(vector, 0, values, used, dims);
        used += dims;
        steps++;
    }

    /** Whether it is of depth: told in mm. */
    public boolean depth() {
        return depth != null;
    }

    /** Twice the room when there is none, so that many small parts are not copied again and again. */
    private void reserve(int more) {
        long wanted = (long) used + more;
        if (wanted > MOST_VALUES) {
            throw new InputException("statistics: expected at most " + MOST_VALUES + " values of a column, found more; make several data sets");
        }
        if (wanted > values.length) {
            values = Arrays.copyOf(values, (int) Math.min(MOST_VALUES, Math.max(2L * values.length, wanted)));
        }
    }

    /** Adds an image of RGB rows, or of depth. */
    public void add(byte[] rgb) {
        for (int i = 0; depth != null && i < rgb.length / DepthPixels.BYTES; i++) {
            histogram[0][depth.code(DepthPixels.mm(rgb, i))]++;
        }
        for (int i = 0; depth == null && i < rgb.length; i += 3) {
            histogram[0][rgb[i] & 0xFF]++;
            histogram[1][rgb[i + 1] & 0xFF]++;
            histogram[2][rgb[i + 2] & 0xFF]++;
        }
        steps++;
    }

    /** Adds all that another holds. */
    public void add(FeatureStatistics other) {
        if (histogram == null) {
            reserve(other.used);
            System.arraycopy(other.values, 0, values, used, other.used);
            used += other.used;
        } else {
            for (int c = 0; c < dims; c++) {
                for (int level = 0; level < histogram[c].length; level++) {
                    histogram[c][level] += other.histogram[c][level];
                }
            }
        }
        steps += other.steps;
    }

    /** The pixel counts {@code [3][256]}, of depth {@code [1][4096]}, to keep and restore; null for vectors. */
    public long[][] histogram() {
        return histogram;
    }

    /** Restores image statistics from their pixel counts. */
    public void restore(long[][] counts, long imageSteps) {
        for (int c = 0; c < dims; c++) {
            System.arraycopy(counts[c], 0, histogram[c], 0, histogram[c].length);
        }
        steps = imageSteps;
    }

    /** The summary of one value or channel. */
    public Summary summary(int dim) {
        return histogram == null ? ofValues(dim) : ofPixels(histogram[dim]);
    }

    private Summary ofValues(int dim) {
        double[] sorted = new double[used / dims];
        double sum = 0;
        for (int i = 0; i < sorted.length; i++) {
            sorted[i] = values[i * dims + dim];
            sum += sorted[i];
        }
        double mean = sum / sorted.length;
        double squares = 0;
        for (double value : sorted) {
            squares += (value - mean) * (value - mean);
        }
        Arrays.sort(sorted);
        double[] quantiles = new double[QUANTILES.size()];
        for (int q = 0; q < quantiles.length; q++) {
            double at = QUANTILES.get(q) * (sorted.length - 1);
            int low = (int) at;
            double high = sorted[Math.min(low + 1, sorted.length - 1)];
            quantiles[q] = sorted[low] + (at - low) * (high - sorted[low]);
        }
        return new Summary(sorted[0], sorted[sorted.length - 1], mean, Math.sqrt(squares / sorted.length), quantiles);
    }

    /** What a level stands for: a brightness of 255, or mm. */
    private int value(int level) {
        return depth == null ? level : depth.mm(level);
    }

    private Summary ofPixels(long[] counts) {
        double full = depth == null ? LEVELS - 1 : 1;
        long total = 0;
        double sum = 0;
        double squares = 0;
        int min = -1;
        int max = 0;
        for (int level = 0; level < counts.length; level++) {
            total += counts[level];
            sum += (double) counts[level] * value(level);
            squares += (double) counts[level] * value(level) * value(level);
            if (counts[level] > 0) {
                min = min < 0 ? level : min;
                max = level;
            }
        }
        double mean = sum / total;
        double[] quantiles = new double[QUANTILES.size()];
        for (int q = 0; q < quantiles.length; q++) {
            double at = QUANTILES.get(q) * (total - 1);
            long low = (long) at;
            int value = value(level(counts, low));
            int next = value(level(counts, Math.min(low + 1, total - 1)));
            quantiles[q] = (value + (at - low) * (next - value)) / full;
        }
        double variance = Math.max(0, squares / total - mean * mean);
        return new Summary(value(min) / full, value(max) / full, mean / full, Math.sqrt(variance) / full, quantiles);
    }

    /** The pixel value with this rank. */
    private static int level(long[] counts, long rank) {
        long seen = 0;
        for (int level = 0; level < counts.length; level++) {
            seen += counts[level];
            if (seen > rank) {
                return level;
            }
        }
        return counts.length - 1;
    }
}
