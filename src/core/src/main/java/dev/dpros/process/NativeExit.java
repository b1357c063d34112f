package dev.dpros.process;

import com.sun.jna.Library;
import com.sun.jna.Native;

/**
 * Ends the process at once, without the C++ static destructors that a plain exit runs: those of the tensor library crash
 * when another thread is still inside native code. Call after everything has been closed and flushed.
 */
public final class NativeExit {
    /** The one libc function needed. */
    interface Libc extends Library {
        /** See exit(2). */
        void _exit(int status);
    }

    private NativeExit() {}

    /** Does not return. */
    public static void exit(int code) {
        System.out.flush();
        System.err.flush();
        try {
            Native.load("c", Libc.class)._exit(code);
        } catch (UnsatisfiedLinkError e) {
            Runtime.getRuntime().halt(code);
        }
    }
}
