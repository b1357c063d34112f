package dev.dpros.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file that is deleted when closed. */
public final class TemporaryFile implements AutoCloseable {
    private final Path path;

    /** Creates an empty file that only this user can read. */
    public TemporaryFile(String prefix, String suffix) throws IOException {
        path = Files.createTempFile(prefix, suffix);
    }

    public Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(path);
    }
}
