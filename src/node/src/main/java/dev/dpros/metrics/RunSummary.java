package dev.dpros.metrics;

import java.util.List;
import java.util.Locale;

/**
 * The run's latencies, for the table at its end and for machines. Immutable.
 *
 * @param rows one per stage and instance that recorded anything, in the order from photon to command
 */
public record RunSummary(List<Row> rows) {
    /**
     * One stage.
     *
     * @param stage label of the {@link Stage}
     * @param tag instance, such as the source; empty if there is one only
     * @param count durations recorded
     * @param p50Ms median, ms, to 1 %
     * @param p99Ms 99th percentile, ms
     * @param p999Ms 99.9th percentile, ms
     * @param maxMs longest, ms
     */
    public record Row(String stage, String tag, long count, double p50Ms, double p99Ms, double p999Ms, double maxMs) {}

    /** Copies the rows. */
    public RunSummary {
        rows = List.copyOf(rows);
    }

    /** The row of a stage (and instance, empty for any), or null. */
    public Row row(Stage stage, String tag) {
        return rows.stream()
                .filter(row -> row.stage().equals(stage.label()) && (tag.isEmpty() || row.tag().equals(tag)))
                .findFirst().orElse(null);
    }

    /** A table for the terminal, in ms; empty if nothing was recorded. */
    public String table() {
        if (rows.isEmpty()) {
            return "";
        }
        StringBuilder out = new StringBuilder();
        String line = "%-34s %9s %9s %9s %9s %9s%n";
        out.append(String.format(Locale.ROOT, line, "latency, ms", "count", "p50", "p99", "p99.9", "max"));
        for (Row row : rows) {
            String name = row.stage.replace('_', ' ') + (row.tag.isEmpty() ? "" : " " + row.tag);
            out.append(String.format(Locale.ROOT, line, name, row.count, ms(row.p50Ms), ms(row.p99Ms), ms(row.p999Ms),
                    ms(row.maxMs)));
        }
        return out.toString();
    }

    private static String ms(double value) {
        return String.format(Locale.ROOT, value < 1 ? "%.3f" : value < 100 ? "%.2f" : "%.0f", value);
    }
}
