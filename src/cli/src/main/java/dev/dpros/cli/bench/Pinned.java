package dev.dpros.cli.bench;

import dev.dpros.control.PacerConfig;
import dev.dpros.control.RealTimePriority;
import dev.dpros.core.InputException;
import java.io.PrintWriter;

/** The core on which the measuring thread stays, and with it the threads that it starts. */
final class Pinned {
    private Pinned() {}

    /**
     * Moves the calling thread.
     *
     * @param core -1 for any
     * @param out what the system refuses is said there
     * @throws InputException if there can be no such core
     */
    static void to(int core, PrintWriter out) {
        try {
            RealTimePriority.apply(new PacerConfig(0, 0, 0, core, false)).forEach(warning -> out.println("not granted: " + warning));
        } catch (IllegalArgumentException e) {
            throw new InputException("--cpu: " + e.getMessage(), e);
        }
    }
}
