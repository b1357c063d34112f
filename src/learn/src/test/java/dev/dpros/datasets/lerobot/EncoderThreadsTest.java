package dev.dpros.datasets.lerobot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class EncoderThreadsTest {
    private static final Path TASKS = Path.of("/proc/self/task");
    private static final int POLICY_FIELD_AFTER_NAME = 38;

    @TempDir
    Path dir;

    @Test
    void shouldLeaveNoThreadWithRealTimePriority() throws IOException {
        assumeTrue(Files.isDirectory(TASKS), "needs /proc");
        try (VideoEncoder encoder = new VideoEncoder(dir.resolve("v.mp4"), 96, 96, 10)) {
            assertEquals(List.of(), realTimeThreads());
        }
        assertEquals(List.of(), realTimeThreads());
    }

    @Test
    void shouldPassOnWhatOpeningThrows() {
        assertThrows(IllegalStateException.class, () -> EncoderThreads.open(() -> {
            throw new IllegalStateException("no encoder");
        }));
    }

    /** Names of threads with another scheduling policy than SCHED_OTHER, field 41 of /proc/self/task/N/stat. */
    private static List<String> realTimeThreads() throws IOException {
        try (Stream<Path> tasks = Files.list(TASKS)) {
            return tasks.map(EncoderThreadsTest::stat)
                    .filter(stat -> !stat.isEmpty())
                    .filter(stat -> !stat.substring(stat.lastIndexOf(')') + 2).split(" ")[POLICY_FIELD_AFTER_NAME].equals("0"))
                    .toList();
        }
    }

    private static String stat(Path task) {
        try {
            return Files.readString(task.resolve("stat"));
        } catch (IOException e) {
            return ""; // the thread has just ended
        }
    }
}
