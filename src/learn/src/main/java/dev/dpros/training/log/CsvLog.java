package dev.dpros.training.log;

import dev.dpros.core.InputException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Measurements as lines {@code step,name,value}, in the order in which they were made. A training that is resumed goes on in the
 * same file, without what it had logged after the step at which it resumes.
 */
public final class CsvLog implements TrainingLog {
    private static final String HEAD = "step,name,value";

    private final Path file;
    private final BufferedWriter out;

    /** Opens the file, keeping what was measured up to this step. @throws InputException if it cannot be written */
    public CsvLog(Path file, long keepUpTo) {
        this.file = file;
        try {
            List<String> kept = new ArrayList<>(List.of(HEAD));
            if (Files.exists(file)) {
                Files.readAllLines(file).stream().skip(1).filter(line -> upTo(line, keepUpTo)).forEach(kept::add);
            }
            Path fresh = file.resolveSibling("." + file.getFileName() + ".new");
            Files.write(fresh, kept);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            out = Files.newBufferedWriter(file, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new InputException(file + ": cannot be written: " + e.getMessage(), e);
        }
    }

    /** A torn last line is left out. */
    private static boolean upTo(String line, long step) {
        String[] fields = line.split(",");
        return fields.length == 3 && fields[0].matches("\\d{1,18}") && Long.parseLong(fields[0]) <= step;
    }

    @Override
    public void scalar(String name, long step, double value) {
        try {
            out.write(String.format(Locale.ROOT, "%d,%s,%s%n", step, name, Double.toString(value)));
        } catch (IOException e) {
            throw new InputException(file + ": cannot be written: " + e.getMessage(), e);
        }
    }

    @Override
    public void flush() {
        try {
            out.flush();
        } catch (IOException e) {
            throw new InputException(file + ": cannot be written: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw new InputException(file + ": cannot be written: " + e.getMessage(), e);
        }
    }
}
