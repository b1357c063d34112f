package dev.dpros.datasets;

import com.sun.jna.Library;
import com.sun.jna.Native;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Two directories of one file system change places: at once by Linux's renameat2, where system and file system have it; elsewhere one after the
 * other, and the old one is aside for that moment. Stateless.
 */
final class DirectorySwap {
    private static final int CURRENT_FOLDER = -100;
    private static final int EXCHANGE = 2;

    /** The one libc function needed. */
    interface Libc extends Library {
        /** See renameat2(2). */
        int renameat2(int fromFolder, String from, int toFolder, String to, int flags);
    }

    private DirectorySwap() {}

    /** Where the old one is while it is aside. */
    static Path aside(Path target) {
        return target.resolveSibling("." + target.getFileName() + ".before");
    }

    /** Swaps them. @param made what is to be in place of the other from now on */
    static void swap(Path made, Path target) throws IOException {
        if (atOnce(made, target)) {
            return;
        }
        Path aside = aside(target);
        Files.move(target, aside, StandardCopyOption.ATOMIC_MOVE);
        try {
            Files.move(made, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
            throw e;
        }
        Files.move(aside, made, StandardCopyOption.ATOMIC_MOVE);
    }

    private static boolean atOnce(Path made, Path target) {
        try {
            return Native.load("c", Libc.class).renameat2(CURRENT_FOLDER, made.toString(), CURRENT_FOLDER, target.toString(), EXCHANGE) == 0;
        } catch (UnsatisfiedLinkError e) { // another system, or an old libc
            return false;
        }
    }
}
