package dev.dpros.inference;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.TreeMap;

/** Collects the worst error of each case in {@code target/parity.md}. */
final class ParityTable {
    private static final TreeMap<String, String> ROWS = new TreeMap<>();

    private ParityTable() {}

    /** One row; NaN for what the case does not have. */
    static synchronized void record(String name, String layout, double conditioning, double network, double trajectory,
            double action) {
        ROWS.put(name + layout, String.format(Locale.ROOT, "| %s | %s | %s | %s | %s | %s |%n", name, layout,
                cell(conditioning), cell(network), cell(trajectory), cell(action)));
        StringBuilder text = new StringBuilder();
        text.append("| case | layout | conditioning | network output | trajectory | action |\n|---|---|---|---|---|---|\n");
        ROWS.values().forEach(text::append);
        try {
            Path target = Files.createDirectories(Path.of("target"));
            Files.writeString(target.resolve("parity.md"), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String cell(double error) {
        return Double.isNaN(error) ? "" : String.format(Locale.ROOT, "%.1e", error);
    }
}
