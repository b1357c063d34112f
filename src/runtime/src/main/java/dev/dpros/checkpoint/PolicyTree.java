package dev.dpros.checkpoint;

import dev.dpros.core.InputException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.FileVisitor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The policies in a folder tree, each with what it is and whether it runs. Links are not followed, hidden folders and data sets
 * (*.zarr) are passed over. Stateless.
 */
public final class PolicyTree {
    private static final int DEEPEST = 24;
    private static final int MOST_ENTRIES = 1_000_000;
    /** What is found beside a policy that is none of its own, or not whole. */
    private static final List<String> PARTIAL = List.of("adapter_config.json", ".metadata");

    private PolicyTree() {}

    /**
     * One policy.
     *
     * @param path where it is
     * @param inspection what is in it, or null if it does not run
     * @param reason why it does not run, one line, or null if it does
     */
    public record Entry(String path, PolicyInspection inspection, String reason) {
        /** Whether this program runs it. */
        public boolean runs() {
            return reason == null;
        }
    }

    /** Whether a source is neither a policy nor the checkpoint or run around one, but a folder that may hold some. */
    public static boolean is(Path source) {
        if (!Files.isDirectory(source) || isCandidate(source)) {
            return false;
        }
        PolicyLocation location = PolicyLocation.of(source);
        return location.path().equals(source);
    }

    /**
     * All policies below a folder, in the order of their paths; each is read whole, as it would be to run it.
     *
     * @throws InputException if the folder cannot be read, or holds more files than a look at policies should take
     */
    public static List<Entry> of(Path folder) {
        List<Path> found = new ArrayList<>();
        try {
            Files.walkFileTree(folder, EnumSet.noneOf(java.nio.file.FileVisitOption.class), DEEPEST, visitor(folder, found));
        } catch (IOException e) {
            throw new InputException(folder + ": cannot be read: " + e.getMessage(), e);
        }
        return found.stream().sorted().map(PolicyTree::entry).toList();
    }

    private static FileVisitor<Path> visitor(Path folder, List<Path> found) {
        return new SimpleFileVisitor<>() {
            private int entries;

            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                String name = String.valueOf(directory.getFileName());
                if (!directory.equals(folder) && (name.startsWith(".") || name.endsWith(".zarr"))) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                if (isCandidate(directory)) {
                    found.add(directory);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (++entries > MOST_ENTRIES) {
                    throw InputException.of(folder.toString(), "folder", "at most " + MOST_ENTRIES + " files", "more",
                            "give the folder of the policies alone");
                }
                if (attributes.isRegularFile() && file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".ckpt")) {
                    found.add(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) {
                return FileVisitResult.CONTINUE;
            }
        };
    }

    /** Whether a directory is a policy by its looks: LeRobot's, another library's that is known, or a part of one. */
    private static boolean isCandidate(Path directory) {
        if (PARTIAL.stream().anyMatch(name -> Files.isRegularFile(directory.resolve(name)))) {
            return true;
        }
        Path file = directory.resolve(LeRobotDirectory.CONFIG);
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try {
            ConfigNode config = StrictJson.read(file);
            ConfigNode type = config.get("model_type");
            return Stream.of("input_features", "input_shapes", "down_dims", "n_action_steps").anyMatch(key -> !config.get(key).isAbsent())
                    || config.get("type").json().isTextual() || type.json().isTextual() && OtherFamilies.has(type.text());
        } catch (InputException e) {
            return Files.isRegularFile(directory.resolve(LeRobotDirectory.MODEL));
        }
    }

    private static Entry entry(Path path) {
        try {
            Path file = PolicyLocation.of(path).path();
            return new Entry(shown(path), PolicyInspection.of(file, PolicyReader.quietly(file)), null);
        } catch (InputException e) {
            String reason = e.getMessage();
            boolean itself = reason.startsWith(path.toString());
            return new Entry(shown(path), null, itself ? reason.substring(path.toString().length()).replaceFirst("^[/:\\s]+", "") : reason);
        }
    }

    /** In one line, whatever the name. */
    private static String shown(Path path) {
        return path.toString().replaceAll("\\p{Cntrl}", "?");
    }
}
