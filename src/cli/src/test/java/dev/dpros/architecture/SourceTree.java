package dev.dpros.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The product's source files as they are on the disk: which room each is in, what it imports, how long it is. */
final class SourceTree {
    private static final Pattern PACKAGE = Pattern.compile("(?m)^package ([\\w.]+);");
    private static final Pattern NO_CODE = Pattern.compile("(?s)/\\*.*?\\*/|//[^\\n]*|\"\"\".*?\"\"\"|\"(?:\\\\.|[^\"\\\\\\n])*\"");
    private static final Pattern PRODUCT = Pattern.compile("(?<!rosjava)/src/main/java/.*\\.java$");
    private static final Pattern NAMED = Pattern.compile("\\b(dev\\.dpros(?:\\.[a-z][a-z0-9]*)+)\\.[A-Z]");

    private final Map<String, Set<String>> uses = new TreeMap<>();
    private final Map<String, Integer> lines = new TreeMap<>();

    /** Reads every product file of the modules below a folder; without the adapter of a profile, which no room may use. */
    SourceTree(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            files.filter(file -> PRODUCT.matcher(file.toString()).find()).forEach(this::add);
        }
    }

    private void add(Path file) {
        try {
            String text = Files.readString(file);
            Matcher declared = PACKAGE.matcher(text);
            String room = declared.find() ? Rooms.of(declared.group(1)).orElse(declared.group(1)) : file.toString();
            lines.merge(room, (int) text.lines().count(), Integer::sum);
            Set<String> used = uses.computeIfAbsent(room, name -> new TreeSet<>());
            Matcher named = NAMED.matcher(NO_CODE.matcher(text).replaceAll(""));
            while (named.find()) {
                Optional<String> other = Rooms.of(named.group(1));
                other.filter(name -> !name.equals(room)).ifPresent(used::add);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The rooms that some file of a room names. */
    Set<String> uses(String room) {
        return uses.getOrDefault(room, Set.of());
    }

    /** Lines of code, comments and blank lines of a room. */
    int lines(String room) {
        return lines.getOrDefault(room, 0);
    }

    /** All lines. */
    int lines() {
        return lines.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** Packages that belong to no room. */
    List<String> strays() {
        return lines.keySet().stream().filter(name -> !Rooms.mayUse().containsKey(name)).toList();
    }
}
