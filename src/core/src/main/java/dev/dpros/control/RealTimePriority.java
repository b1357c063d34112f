package dev.dpros.control;

import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks Linux for real-time treatment of the calling thread alone: SCHED_FIFO, a core of its own, memory that is not
 * swapped. Never fails: what is refused comes back as a warning with its remedy, and the loop runs without it.
 */
public final class RealTimePriority {
    private static final int SCHED_FIFO = 1;
    /** What this thread starts (processes and threads) gets the normal scheduler back. */
    private static final int SCHED_RESET_ON_FORK = 0x40000000;
    private static final int MCL_CURRENT_AND_FUTURE = 3;
    private static final int MASK_BYTES = 128;

    private RealTimePriority() {}

    private interface CLibrary extends Library {
        int sched_setscheduler(int pid, int policy, int[] param);

        int sched_setaffinity(int pid, long size, Memory mask);

        int mlockall(int flags);
    }

    /**
     * Applies the settings to the calling thread (memory locking: to the process).
     *
     * @return what was refused and how to permit it; empty if all was granted or nothing was asked for
     */
    public static List<String> apply(PacerConfig config) {
        List<String> warnings = new ArrayList<>();
        if (config.priority() == 0 && config.core() < 0 && !config.lockMemory()) {
            return warnings;
        }
        try {
            CLibrary c = Native.load("c", CLibrary.class);
            if (config.lockMemory() && c.mlockall(MCL_CURRENT_AND_FUTURE) != 0) {
                warnings.add("memory could not be locked (" + error() + "): paging may delay the control loop; "
                        + "raise the limit: ulimit -l unlimited, or 'memlock unlimited' in /etc/security/limits.conf");
            }
            if (config.core() >= 0 && !pin(c, config.core())) {
                warnings.add("control-loop could not be pinned to core " + config.core() + " (" + error()
                        + "); choose one of the cores this process may use (taskset -cp $$)");
            }
            if (config.priority() > 0 && c.sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, new int[] {config.priority()}) != 0) {
                warnings.add("control-loop runs without SCHED_FIFO (" + error() + "): expect delays of milliseconds "
                        + "under load; permit it: ulimit -r 99, or 'rtprio 99' in /etc/security/limits.conf, or "
                        + "setcap cap_sys_nice+ep on the java binary");
            }
        } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
            warnings.add("control-loop runs with the normal scheduler: the C library cannot be called ("
                    + e.getMessage() + ")");
        }
        return warnings;
    }

    private static boolean pin(CLibrary c, int core) {
        try (Memory mask = new Memory(MASK_BYTES)) {
            mask.clear();
            mask.setByte(core / 8, (byte) (1 << core % 8));
            return c.sched_setaffinity(0, MASK_BYTES, mask) == 0;
        }
    }

    private static String error() {
        int errno = Native.getLastError();
        return errno == 1 ? "not permitted" : errno == 12 ? "over the limit" : "errno " + errno;
    }
}
