package dev.dpros.doctor;

import dev.dpros.config.RobotConfig;
import dev.dpros.control.PacerConfig;
import dev.dpros.control.RealTimePriority;
import dev.dpros.core.Finding;
import dev.dpros.core.OpenFiles;
import dev.dpros.core.Storage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a run needs of this machine: rights, limits, room. Stateless but for the folder; changes nothing. */
final class MachineCheck {
    private static final String REAL_TIME = "real-time rights";
    private static final String MEMORY = "memory locking";
    private static final long GOOD_FILES = 1024;
    private static final int CAP_IPC_LOCK = 14;
    private static final int SOFT_LIMIT_COLUMN = 3;

    private final Path proc;

    MachineCheck() {
        this(Path.of("/proc"));
    }

    /** @param proc {@code /proc}, or a test's */
    MachineCheck(Path proc) {
        this.proc = proc;
    }

    /** All of it. @param folders into which a run writes */
    List<Finding> findings(RobotConfig config, List<Path> folders) {
        List<Finding> found = new ArrayList<>();
        if (config.control().realtimePriority()) {
            found.add(realTime(config.control().cpu()));
            found.add(memory());
        } else {
            found.add(Finding.note(REAL_TIME, "not asked for (control.realtime_priority: false)", ""));
        }
        long files = OpenFiles.most();
        found.add(files >= GOOD_FILES ? Finding.ok("open files", "up to " + files)
                : Finding.warning("open files", "up to " + files + ": few for many topics and connections", "ulimit -n 4096"));
        folders.forEach(folder -> found.add(disk(folder, config.record().minFreeMb())));
        return found;
    }

    /** Tries it, on a thread that ends at once. */
    private static Finding realTime(int core) {
        List<String> refused = new ArrayList<>();
        Thread thread = new Thread(() -> refused.addAll(RealTimePriority.apply(
                new PacerConfig(0, 0, PacerConfig.REAL_TIME.priority(), core, false))), "doctor-real-time");
        thread.setDaemon(true);
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (refused.isEmpty()) {
            return Finding.ok(REAL_TIME, "SCHED_FIFO is granted" + (core < 0 ? "" : ", core " + core));
        }
        String first = refused.get(0);
        int semicolon = first.indexOf("; ");
        return Finding.warning(REAL_TIME, semicolon < 0 ? first : first.substring(0, semicolon), semicolon < 0 ? "" : first.substring(semicolon + 2));
    }

    /** By the limits alone: locked memory stays so until the process ends. */
    private Finding memory() {
        String limit = lines("self/limits").stream().filter(line -> line.startsWith("Max locked memory")).findFirst().orElse("");
        String soft = limit.isEmpty() ? "" : limit.strip().split("\\s+")[SOFT_LIMIT_COLUMN];
        if (soft.equals("unlimited") || hasCapability()) {
            return Finding.ok(MEMORY, "is granted");
        }
        return soft.isEmpty() ? Finding.note(MEMORY, "not known here", "")
                : Finding.warning(MEMORY, "the limit is " + soft + " bytes: paging may delay the control loop",
                        "ulimit -l unlimited, or 'memlock unlimited' in /etc/security/limits.conf");
    }

    private boolean hasCapability() {
        String effective = lines("self/status").stream().filter(line -> line.startsWith("CapEff:")).findFirst().orElse("CapEff: 0")
                .substring("CapEff:".length()).strip();
        return effective.matches("[0-9a-fA-F]{1,16}") && (Long.parseUnsignedLong(effective, 16) >> CAP_IPC_LOCK & 1) != 0;
    }

    private List<String> lines(String file) {
        try {
            return Files.readAllLines(proc.resolve(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return List.of();
        }
    }

    private static Finding disk(Path folder, int leastMb) {
        Path nearest = folder.toAbsolutePath().normalize();
        while (!Files.exists(nearest) && nearest.getParent() != null) {
            nearest = nearest.getParent();
        }
        long free = Storage.freeBytes(nearest);
        if (free == Storage.UNKNOWN) {
            return Finding.ok("disk", "the system does not tell how much is free for " + folder);
        }
        long freeMb = free >> 20;
        String text = freeMb + " MB free for " + folder;
        return freeMb >= leastMb ? Finding.ok("disk", text)
                : Finding.warning("disk", text + ", record.min_free_mb is " + leastMb, "make room: a recording stops below it");
    }
}
