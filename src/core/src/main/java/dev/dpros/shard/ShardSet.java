package dev.dpros.shard;

import dev.dpros.core.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All parts of one work, in order: each once, and all of the same work. Immutable. */
public final class ShardSet {
    private static final int NAMED = 10;

    private final List<ShardPart> parts;

    private ShardSet(List<ShardPart> parts) {
        this.parts = List.copyOf(parts);
    }

    /**
     * The parts of a target.
     *
     * @param given the parts' files; none for those beside the target
     * @throws InputException in one line that names which part is missing, there twice, or of other work
     */
    public static ShardSet complete(Path target, List<Path> given) {
        List<ShardPart> parts = given.isEmpty() ? beside(target) : given.stream().map(ShardPart::read).toList();
        if (parts.isEmpty()) {
            throw InputException.of(target.toString(), "parts", Shard.stem(target) + ".shard-I-of-N.json beside it", "none",
                    "commands with --shard write them; none of them has finished");
        }
        ShardPart first = parts.get(0);
        for (ShardPart part : parts) {
            String difference = part.difference(first);
            if (!difference.isEmpty()) {
                throw new InputException(part.file() + ": " + difference + "; parts of different work are not merged");
            }
        }
        requireEachOnce(target, parts, first.shard().count());
        return new ShardSet(parts.stream().sorted(Comparator.comparingInt(part -> part.shard().index())).toList());
    }

    /** The parts beside a target, whatever they are. @throws InputException if one cannot be read */
    static List<ShardPart> beside(Path target) {
        Pattern name = Pattern.compile(Pattern.quote(Shard.stem(target)) + "\\.shard-\\d+-of-\\d+\\.json");
        Path folder = target.toAbsolutePath().normalize().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> name.matcher(file.getFileName().toString()).matches()).sorted().map(ShardPart::read).toList();
        } catch (IOException e) {
            throw new InputException(folder + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static void requireEachOnce(Path target, List<ShardPart> parts, int count) {
        TreeMap<Integer, List<Path>> byIndex = new TreeMap<>();
        parts.forEach(part -> byIndex.computeIfAbsent(part.shard().index(), key -> new ArrayList<>()).add(part.file()));
        List<String> missing = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (!byIndex.containsKey(i)) {
                missing.add(i + "/" + count);
            }
        }
        List<String> found = new ArrayList<>();
        byIndex.forEach((index, files) -> {
            if (files.size() > 1) {
                found.add(index + "/" + count + " " + files.size() + " times (" + files.stream().map(Path::toString)
                        .collect(Collectors.joining(", ")) + ")");
            }
        });
        if (!missing.isEmpty()) {
            found.add("no " + missing.stream().limit(NAMED).collect(Collectors.joining(", "))
                    + (missing.size() > NAMED ? " and " + (missing.size() - NAMED) + " more" : ""));
        }
        if (!found.isEmpty()) {
            throw InputException.of(target.toString(), "parts", "each of 0/" + count + " to " + (count - 1) + "/" + count + " once",
                    String.join(", and ", found), missing.isEmpty() ? "" : "run the same command again with --shard " + missing.get(0)
                            + (missing.size() > 1 ? " and so on" : ""));
        }
    }

    /** The parts in their order: at least one. */
    public List<ShardPart> parts() {
        return parts;
    }

    /** What kind of work it is. */
    public String kind() {
        return parts.get(0).kind();
    }
}
