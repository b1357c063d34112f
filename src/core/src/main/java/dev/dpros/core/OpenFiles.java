package dev.dpros.core;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How many files and sockets this process may have open: asked for at the start, and named where they ran out. Stateless. */
public final class OpenFiles {
    /** The libraries alone are some ninety files; a class that is not found for want of one has no readable message. */
    public static final long LEAST = 256;
    /** More than a native library opens before it is asked again: several end the process where they may open no more. */
    private static final long NATIVE = 16;
    private static final String RAN_OUT = "Too many open files";
    private static final String REMEDY = "raise the limit before the start, for instance: ulimit -n 4096";

    private OpenFiles() {}

    /** In one line, why the process cannot begin with this limit; null if it can. The JVM has raised the soft limit to the hard one. */
    public static @Nullable String tooFew() {
        long most = most();
        return most >= LEAST ? null : "open files: expected a limit of at least " + LEAST + ", found " + most + "; " + REMEDY;
    }

    /** In one line, that files ran out, and at what; null if something else was thrown. */
    public static @Nullable String ranOut(Throwable thrown) {
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Throwable> open = new ArrayDeque<>();
        open.add(thrown);
        String innermost = null;
        while (!open.isEmpty()) {
            Throwable at = open.poll();
            if (seen.add(at)) {
                innermost = at.getMessage() != null && at.getMessage().contains(RAN_OUT) ? at.getMessage() : innermost;
                if (at.getCause() != null) {
                    open.add(at.getCause());
                }
                open.addAll(List.of(at.getSuppressed()));
            }
        }
        if (innermost == null) {
            return null;
        }
        String where = innermost.lines().filter(line -> line.contains(RAN_OUT)).findFirst().orElse(RAN_OUT).strip();
        return where + ": the limit is " + most() + "; " + REMEDY;
    }

    /** For whoever takes bad input for what it is and goes on: that files ran out is no fault of the input. Throws it again then. */
    public static void rethrow(InputException thrown) {
        if (ranOut(thrown) != null) {
            throw thrown;
        }
    }

    /**
     * Before a native library opens a file: that it may open a few.
     *
     * @throws InputException in one line, if hardly any are left
     */
    public static void requireSome(String what) {
        if (most() - open() < NATIVE) {
            throw new InputException(what + ": " + RAN_OUT);
        }
    }

    private static long open() {
        try {
            return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system ? system.getOpenFileDescriptorCount() : 0;
        } catch (InternalError e) {
            return most(); // it opens a folder itself
        }
    }

    /** How many this process may have open. */
    public static long most() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? system.getMaxFileDescriptorCount() : Long.MAX_VALUE;
    }
}
