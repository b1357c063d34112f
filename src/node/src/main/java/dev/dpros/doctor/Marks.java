package dev.dpros.doctor;

import dev.dpros.config.CheckMark;
import dev.dpros.core.Finding;
import dev.dpros.core.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The marks that a configuration made by {@code dpros init} has where a value is a guess. Stateless. */
final class Marks {
    private static final int MOST_NAMED = 8;

    private Marks() {}

    /** What is still marked; empty if nothing is. @throws InputException if the file cannot be read */
    static List<Finding> in(Path file) {
        List<String> lines = new ArrayList<>();
        try {
            List<String> all = Files.readAllLines(file);
            for (int i = 0; i < all.size(); i++) {
                if (CheckMark.on(all.get(i))) {
                    lines.add(String.valueOf(i + 1));
                }
            }
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read: " + e.getMessage(), e);
        }
        if (lines.isEmpty()) {
            return List.of();
        }
        boolean many = lines.size() > MOST_NAMED;
        return List.of(Finding.warning("guesses", lines.size() + " marked with 'check' in " + file.getFileName() + ", line "
                + String.join(", ", many ? lines.subList(0, MOST_NAMED) : lines) + (many ? ", ..." : ""),
                "set them to what is true of this robot, and take the mark out"));
    }
}
