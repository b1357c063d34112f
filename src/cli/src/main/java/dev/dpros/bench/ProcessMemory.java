package dev.dpros.bench;

import com.sun.jna.Library;
import com.sun.jna.Native;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** This process's memory, as Linux counts it; NaN elsewhere. Any thread. */
final class ProcessMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path FORGET_PEAK = Path.of("/proc/self/clear_refs");
    private static final Path MACHINE = Path.of("/proc/meminfo");
    private static final double KIB = 1024;

    private ProcessMemory() {}

    private interface CLibrary extends Library {
        int malloc_trim(long pad);
    }

    /** What lies in memory now, bytes. */
    static double resident() {
        return field(STATUS, "VmRSS:");
    }

    /** The most that has lain there since {@link #settle}, bytes; since the start where the system does not let it be reset. */
    static double peak() {
        return field(STATUS, "VmHWM:");
    }

    /** What the machine has to give, bytes. */
    static double available() {
        double total = ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class).getTotalMemorySize();
        double free = field(MACHINE, "MemAvailable:");
        return Double.isNaN(free) ? total : Math.min(free, total);
    }

    /** Gives back what is free, and begins a new peak. */
    static void settle() {
        System.gc();
        try {
            Native.load("c", CLibrary.class).malloc_trim(0);
            Files.writeString(FORGET_PEAK, "5");
        } catch (UnsatisfiedLinkError | IOException e) {
            // the numbers then hold what an earlier measurement left
            return;
        }
    }

    private static double field(Path file, String name) {
        try {
            return Files.readAllLines(file).stream().filter(line -> line.startsWith(name)).findFirst()
                    .map(line -> Double.parseDouble(line.replaceAll("\\D", "")) * KIB).orElse(Double.NaN);
        } catch (IOException e) {
            return Double.NaN;
        }
    }
}
