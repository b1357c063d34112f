package dev.dpros.datasets;

import dev.dpros.core.InputException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * An export in the making: written into {@code .NAME.partial} beside its target and renamed when complete, so that a
 * target is either whole or absent. An interrupted export of the same data is taken up again. One thread.
 */
public final class PartialDirectory {
    private static final String FINGERPRINT = ".fingerprint";

    private final Path target;
    private final Path directory;

    private PartialDirectory(Path target, Path directory) {
        this.target = target;
        this.directory = directory;
    }

    /**
     * Opens the partial directory.
     *
     * @param fingerprint identifies the data and the options; another one's leftovers are deleted
     * @throws InputException if the target exists or cannot be written
     */
    public static PartialDirectory open(Path target, String fingerprint) {
        Path absolute = target.toAbsolutePath().normalize();
        if (Files.exists(absolute)) {
            throw InputException.of(target.toString(), "output", "a path that does not exist yet", "something there",
                    "choose another --output or remove it");
        }
        return begin(target, absolute, fingerprint);
    }

    /**
     * As {@link #open}, for a directory that is there and will be {@linkplain #replace replaced} by what is written.
     *
     * @throws InputException if there is no such directory or its neighbourhood cannot be written
     */
    public static PartialDirectory openBeside(Path target, String fingerprint) {
        return begin(target, whole(target), fingerprint);
    }

    /** The directory itself, behind links, taken back where replacing it was cut off. @throws InputException if there is none */
    public static Path whole(Path target) {
        Path absolute = target.toAbsolutePath().normalize();
        try {
            if (!Files.exists(absolute) && Files.isDirectory(DirectorySwap.aside(absolute))) {
                Files.move(DirectorySwap.aside(absolute), absolute, StandardCopyOption.ATOMIC_MOVE);
            }
            if (Files.isDirectory(absolute)) {
                return absolute.toRealPath();
            }
        } catch (IOException e) {
            throw new InputException(target + ": cannot be read: " + e.getMessage(), e);
        }
        throw InputException.of(target.toString(), "output", "a data set to append to", "none", "");
    }

    private static PartialDirectory begin(Path target, Path absolute, String fingerprint) {
        Path directory = absolute.resolveSibling("." + absolute.getFileName() + ".partial");
        try {
            Path mark = directory.resolve(FINGERPRINT);
            if (Files.exists(directory) && !(Files.exists(mark) && Files.readString(mark).equals(fingerprint))) {
                deleteTree(directory);
            }
            Files.createDirectories(directory);
            Files.writeString(mark, fingerprint);
        } catch (IOException e) {
            throw new InputException(target + ": cannot be written: " + e.getMessage(), e);
        }
        return new PartialDirectory(absolute, directory);
    }

    /** A fingerprint of a dataset's content and an exporter's options. */
    public static String fingerprint(EpisodeDataset dataset, List<String> episodeIds, String options) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            String text = options + dataset.features() + dataset.texts() + dataset.fps() + episodeIds;
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Where to write. */
    public Path directory() {
        return directory;
    }

    /** Writes a file of the export as a whole: never seen half-written. */
    public static void write(Path file, byte[] content) throws IOException {
        Path temporary = file.resolveSibling("." + file.getFileName() + ".tmp");
        Files.createDirectories(file.getParent());
        Files.write(temporary, content);
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Takes over a file or folder that does not change any more: linked where the file system can, else copied. */
    public static void take(Path from, Path to) throws IOException {
        if (Files.isDirectory(from)) {
            Files.createDirectories(to);
            try (Stream<Path> entries = Files.list(from)) {
                for (Path entry : entries.sorted().toList()) {
                    take(entry, to.resolve(entry.getFileName().toString()));
                }
            }
            return;
        }
        Files.createDirectories(to.getParent());
        Files.deleteIfExists(to);
        try {
            Files.createLink(to, from);
        } catch (UnsupportedOperationException | FileSystemException e) {
            Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Renames the complete export to its target. */
    public void commit() throws IOException {
        Files.delete(directory.resolve(FINGERPRINT));
        Files.move(directory, target, StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * Puts the complete export in the place of what was there before, at once where the system can: a reader finds the one or the other.
     * Everything has reached the disk by then; what was there before is deleted.
     */
    public void replace() throws IOException {
        Files.delete(directory.resolve(FINGERPRINT));
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                    channel.force(true);
                }
            }
        }
        DirectorySwap.swap(directory, target);
        deleteTree(directory);
    }

    private static void deleteTree(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
