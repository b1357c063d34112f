package dev.dpros.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A text that tells a user to set a key of the configuration names one that there is. */
class KeysInTextsTest {
    private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\\n]|\\\\.)*)\"");
    private static final String SECTIONS = "node|sampler|observations|action|control|metrics|trace|record|teleop|outputs|dashboard";
    private static final Pattern KEY = Pattern.compile("(?<![A-Za-z0-9_./~-])(" + SECTIONS + ")((?:\\.[a-z_]+)+)(?![A-Za-z0-9_(/])");
    /** What only looks like a key: names of files, a key of which a fault trial says that it is none, the beginning of several. */
    private static final Set<String> OTHERS = Set.of("metrics.csv", "trace.md", "metrics.md", "node.auto_start", "node.enable");
    private static final Pattern DOCUMENTED = Pattern.compile("`(" + SECTIONS + ")((?:\\.[a-z_*]+)+)`((?:, `\\.[a-z_]+`)*)");

    @Test
    void shouldNameKeysThatThereAre() throws IOException {
        Set<String> known = known();
        assertTrue(known.size() > 80, () -> known.size() + " keys in docs/parameters.md");
        Set<String> unknown = new TreeSet<>();
        try (Stream<Path> files = Files.walk(Path.of("src"))) {
            for (Path file : (Iterable<Path>) files.filter(path -> path.toString().matches("src/[a-z]+/src/main/java/.*\\.java"))::iterator) {
                for (String line : Files.readAllLines(file)) {
                    if (line.startsWith("import ") || line.startsWith("package ")) {
                        continue;
                    }
                    Matcher literal = LITERAL.matcher(line);
                    while (literal.find()) {
                        Matcher key = KEY.matcher(literal.group(1));
                        while (key.find()) {
                            if (!OTHERS.contains(key.group()) && !there(key.group(), known)) {
                                unknown.add(file.getFileName() + ": " + key.group());
                            }
                        }
                    }
                }
            }
        }
        assertEquals(Set.of(), unknown);
    }

    /** A key, a section of keys, or the beginning of a name that a variable ends. */
    private static boolean there(String key, Set<String> known) {
        String pattern = key.replaceAll("\\.$", "");
        return known.stream().anyMatch(one -> one.equals(pattern) || one.startsWith(pattern + ".") || pattern.endsWith("_") && one.startsWith(pattern)
                || matches(one, pattern));
    }

    private static boolean matches(String documented, String key) {
        List<String> parts = List.of(documented.split("\\."));
        List<String> given = List.of(key.split("\\."));
        for (int i = 0; i < given.size(); i++) {
            if (i >= parts.size() || !parts.get(i).equals("*") && !parts.get(i).equals(given.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static Set<String> known() throws IOException {
        Set<String> keys = new TreeSet<>();
        Matcher documented = DOCUMENTED.matcher(Files.readString(Path.of("docs/parameters.md")));
        while (documented.find()) {
            String key = documented.group(1) + documented.group(2);
            keys.add(key);
            String above = key.substring(0, key.lastIndexOf('.'));
            for (String more : documented.group(3).split("[`, ]+")) {
                if (!more.isEmpty()) {
                    keys.add(above + more);
                }
            }
        }
        return keys;
    }
}
