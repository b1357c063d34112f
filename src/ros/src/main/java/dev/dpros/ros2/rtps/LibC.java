package dev.dpros.ros2.rtps;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;

/** Functions of the C library, by their own names; addresses are passed as numbers, so that a call allocates nothing. Linux, 64 bits. */
final class LibC {
    private static final boolean AVAILABLE = load();

    private LibC() {}

    private static boolean load() {
        if (!Sockets.isLinux() || !"64".equals(System.getProperty("sun.arch.data.model"))) {
            return false;
        }
        try {
            Native.register(LibC.class, NativeLibrary.getInstance("c"));
            return true;
        } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
            return false;
        }
    }

    /** Whether the functions can be called. */
    static boolean available() {
        return AVAILABLE;
    }

    static native int socket(int domain, int type, int protocol);

    static native int bind(int fd, long address, int length);

    static native int getsockname(int fd, long address, long length);

    static native int setsockopt(int fd, int level, int name, long value, int length);

    static native int getsockopt(int fd, int level, int name, long value, long length);

    static native int recvmmsg(int fd, long messages, int count, int flags, long timeout);

    static native int poll(long fds, long count, int timeoutMs);

    static native int close(int fd);
}
