package dev.dpros.training.frames;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.nio.file.Path;
import java.util.Set;

/**
 * Asks the file system for a file's space at once, so that a full disk is known before hours of work. Linux; elsewhere, and on file
 * systems that cannot do it, the space is taken as it is written. Stateless.
 */
final class DiskSpace {
    private static final int READ_WRITE = 2;
    /** EFBIG, ENOSPC, EDQUOT. */
    private static final Set<Integer> NO_ROOM = Set.of(27, 28, 122);

    /** The libc functions needed. */
    interface Libc extends Library {
        /** See open(2). */
        int open(String path, int flags) throws LastErrorException;

        /** See fallocate(2). */
        int fallocate(int file, int mode, NativeLong offset, NativeLong length) throws LastErrorException;

        /** See close(2). */
        int close(int file);
    }

    private DiskSpace() {}

    /** Reserves the first bytes of a file; false if there is no room for them. */
    static boolean reserve(Path path, long bytes) {
        try {
            Libc libc = Native.load("c", Libc.class);
            int file = libc.open(path.toString(), READ_WRITE);
            try {
                libc.fallocate(file, 0, new NativeLong(0), new NativeLong(bytes));
            } finally {
                libc.close(file);
            }
            return true;
        } catch (LastErrorException e) {
            return !NO_ROOM.contains(e.getErrorCode());
        } catch (UnsatisfiedLinkError e) {
            return true; // no Linux
        }
    }
}
