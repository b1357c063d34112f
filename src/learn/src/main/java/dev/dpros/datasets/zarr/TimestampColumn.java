package dev.dpros.datasets.zarr;

import dev.dpros.datasets.EpisodeDataset.Stretch;
import dev.dpros.datasets.array.ChunkedArray;
import java.util.Arrays;
import java.util.List;

/** A replay buffer's column {@code timestamp}, s: how long its steps really are. Immutable. */
final class TimestampColumn {
    /** By how much the median step may differ from the rate. */
    private static final double RATE_TOLERANCE = 0.1;

    private final String disorder;
    private final double medianSeconds;

    /**
     * Reads it.
     *
     * @param where its path, for messages
     * @param episodes rows of each
     */
    TimestampColumn(String where, ChunkedArray array, List<Stretch> episodes) {
        double[] steps = new double[episodes.stream().mapToInt(episode -> episode.to() - episode.from() - 1).sum()];
        String first = "";
        int count = 0;
        for (Stretch episode : episodes) {
            double before = array.number(episode.from());
            for (int row = episode.from() + 1; row < episode.to(); row++) {
                double now = array.number(row);
                steps[count++] = now - before;
                if (!(now > before) && first.isEmpty()) {
                    first = where + ": row " + row + ": expected later than the row before, " + before + ", found " + now;
                }
                before = now;
            }
        }
        Arrays.sort(steps);
        disorder = first;
        medianSeconds = count == 0 ? Double.NaN : steps[count / 2];
    }

    /** The median step, s; the other value if there is none, or no time passes. */
    double stepSeconds(double otherwise) {
        return medianSeconds > 0 && Double.isFinite(medianSeconds) ? medianSeconds : otherwise;
    }

    /** What it says against the rate, or an empty text. */
    String fault(String where, double fps) {
        if (!disorder.isEmpty()) {
            return disorder;
        }
        return Double.isNaN(medianSeconds) || Math.abs(medianSeconds * fps - 1) <= RATE_TOLERANCE ? "" : where + ": steps: expected "
                + 1 / fps + " s, 1 / fps (" + fps + "), found " + medianSeconds + " (median); give --fps";
    }
}
