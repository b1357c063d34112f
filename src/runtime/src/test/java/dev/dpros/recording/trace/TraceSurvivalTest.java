package dev.dpros.recording.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What others do to a trace's file and disk must not reach the process that writes it: a child process of its own here. */
@Tag("long")
@Timeout(60)
class TraceSurvivalTest {
    @TempDir
    Path dir;

    /** The child, started by a shell that limits what it may write to a file; -1: no limit. */
    private Process start(Path file, int blocks512) throws IOException {
        List<String> java = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java", "-Xmx64m",
                "-XX:+UseSerialGC", "-XX:-UsePerfData", "-XX:-CreateCoredumpOnCrash", "-XX:ErrorFile=/dev/null", "-cp",
                System.getProperty("java.class.path"), TraceChild.class.getName(), file.toString()));
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c",
                (blocks512 < 0 ? "" : "ulimit -f " + blocks512 + "; ") + "exec \"$@\"", "sh"));
        command.addAll(java);
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static long records(BufferedReader out) throws IOException {
        String line = out.readLine();
        assertTrue(line != null && line.startsWith("records "), "the child says " + line);
        return Long.parseLong(line.substring("records ".length()));
    }

    private static void truncate(Path file, long size) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(size);
        }
    }

    @Test
    void shouldLiveOnWhenItsFileIsTruncatedAndWriteItAnew() throws Exception {
        Path file = dir.resolve("run.trace");
        Process child = start(file, -1);
        try (BufferedReader out = child.inputReader()) {
            records(out);
            long whole = Files.size(file);
            for (long size : new long[] {0, 100, whole / 2, whole - 1}) {
                truncate(file, size);
                long before = records(out);
                while (records(out) < before + 3 * TraceChild.PER_LINE || Files.size(file) < whole) {
                    assertTrue(child.isAlive());
                }
            }
            child.outputWriter().close();
            assertEquals(0, child.waitFor());
            List<TraceRecord> records = TraceReader.read(file).records("a");
            assertTrue(records.size() > 100, "records " + records.size());
            for (int i = 1; i < records.size(); i++) {
                assertEquals(records.get(i - 1).at(0) + 1, records.get(i).at(0), "no gap, though the file was cut off");
            }
        } finally {
            child.destroyForcibly();
        }
    }

    @Test
    void shouldRefuseInOneLineToBeginWhereTheFileMayNotGrowThatLarge() throws Exception {
        Path file = dir.resolve("run.trace");
        Process child = start(file, 2 * 1024);
        try (BufferedReader out = child.inputReader()) {
            assertTrue(out.readLine().startsWith("refused " + file + ": the trace cannot be created: File too large"));
            assertEquals(2, child.waitFor());
        } finally {
            child.destroyForcibly();
        }
    }

    @Test
    void shouldLoseOnlyTheLastMomentsWhenItIsKilled() throws Exception {
        Path file = dir.resolve("run.trace");
        Process child = start(file, -1);
        try (BufferedReader out = child.inputReader()) {
            long flushed = 0;
            for (int i = 0; i < 5; i++) {
                String line = out.readLine();
                flushed = Long.parseLong(line.substring("records ".length()));
            }
            child.destroyForcibly().waitFor();
            List<TraceRecord> records = TraceReader.read(file).records("a");
            assertTrue(records.get(records.size() - 1).at(0) >= flushed, "what a flush said is in the file is there");
        }
    }

    @Test
    void shouldCountAndSayWhatADiskDoesNotTakeAndCatchUpLater() throws IOException {
        Path file = dir.resolve("run.trace");
        FullDisk disk = new FullDisk(FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
        TraceFile trace = TraceFile.create(file, disk, "setup", TraceChild.LANES, 1);
        TraceChild.append(trace.lane("a"), 1, 10);
        disk.full = true;
        assertFalse(trace.flush());
        assertFalse(trace.flush());
        assertTrue(trace.failures() >= 2, "failures " + trace.failures());
        TraceChild.append(trace.lane("a"), 11, 20);
        disk.full = false;
        assertTrue(trace.flush());
        trace.close();
        long[] values = TraceReader.read(file).records("a").stream().mapToLong(record -> record.at(0)).toArray();
        assertEquals(20, values.length, Arrays.toString(values));
    }

    @Test
    void shouldSayInOneLineThatTheDiskIsFullFromTheStart() throws IOException {
        Path file = dir.resolve("run.trace");
        FullDisk disk = new FullDisk(FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
        disk.full = true;
        InputException e = assertThrows(InputException.class, () -> TraceFile.create(file, disk, "setup", TraceChild.LANES, 1));
        assertTrue(e.getMessage().contains("No space left"), e.getMessage());
        assertFalse(disk.isOpen());
    }
}
