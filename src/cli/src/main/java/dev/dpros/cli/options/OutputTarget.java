package dev.dpros.cli.options;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Where a command writes, checked while its arguments are read: a path that cannot be written is bad usage, known before
 * the work. Converters of options; stateless; they make nothing.
 */
public final class OutputTarget {
    private OutputTarget() {}

    /** A file: its folder is there and can be written, and it is no folder itself. */
    public static final class OfFile implements ITypeConverter<Path> {
        @Override
        public Path convert(String text) {
            Path file = path(text);
            if (Files.isDirectory(file)) {
                throw new TypeConversionException("expected a file to write, found a directory: " + text);
            }
            requireFolder(parent(file));
            if (Files.exists(file) && !Files.isWritable(file)) {
                throw new TypeConversionException("expected a file that can be written: " + text);
            }
            return file;
        }
    }

    /** A folder, made if need be: the nearest one that is there can be written. */
    public static final class OfFolder implements ITypeConverter<Path> {
        @Override
        public Path convert(String text) {
            Path folder = path(text);
            Path nearest = folder.toAbsolutePath().normalize();
            while (!Files.exists(nearest) && nearest.getParent() != null) {
                nearest = nearest.getParent();
            }
            requireFolder(nearest);
            return folder;
        }
    }

    private static Path path(String text) {
        if (text.isBlank()) {
            throw new TypeConversionException("expected a path, found nothing");
        }
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new TypeConversionException("not a path: " + e.getReason());
        }
    }

    private static Path parent(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? file.toAbsolutePath() : parent;
    }

    private static void requireFolder(Path folder) {
        if (!Files.exists(folder)) {
            throw new TypeConversionException("folder " + folder + " does not exist; make it first");
        }
        if (!Files.isDirectory(folder)) {
            throw new TypeConversionException("expected a folder, found a file: " + folder);
        }
        if (!Files.isWritable(folder)) {
            throw new TypeConversionException("folder " + folder + " cannot be written");
        }
    }
}
