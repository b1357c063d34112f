package dev.dpros.recording;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a folder lies on. In a changed root and in some containers Java finds no mount point for a folder: its kind is then
 * unknown, which is no error. Any thread.
 */
public final class Storage {
    /** What {@link #freeBytes} answers where it cannot be told. */
    public static final long UNKNOWN = Long.MAX_VALUE;

    private Storage() {}

    /** Whether the folder is known to lie in memory (tmpfs). */
    public static boolean inMemory(Path folder) {
        try {
            return Files.getFileStore(folder).type().contains("tmpfs");
        } catch (IOException e) {
            return false;
        }
    }

    /** Bytes that may still be written below the folder; {@link #UNKNOWN} where the system does not tell. */
    public static long freeBytes(Path folder) {
        File file = folder.toFile();
        return file.getTotalSpace() == 0 ? UNKNOWN : file.getUsableSpace();
    }
}
