package dev.dpros.core;

import java.io.File;
import java.nio.file.Path;

/**
 * The room of a folder's disk. In a changed root and in some containers Java finds no mount point for a folder: what it lies on
 * is then unknown, which is no error. Any thread.
 */
public final class Storage {
    /** What {@link #freeBytes} answers where it cannot be told. */
    public static final long UNKNOWN = Long.MAX_VALUE;

    private Storage() {}

    /** Bytes that may still be written below the folder; {@link #UNKNOWN} where the system does not tell. */
    public static long freeBytes(Path folder) {
        File file = folder.toFile();
        return file.getTotalSpace() == 0 ? UNKNOWN : file.getUsableSpace();
    }
}
