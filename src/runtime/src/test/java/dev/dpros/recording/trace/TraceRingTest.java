package dev.dpros.recording.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.dpros.core.InputException;
import dev.dpros.recording.trace.TraceFile.LaneSpec;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceRingTest {
    private static final List<LaneSpec> LANES = List.of(new LaneSpec("a", 100, 1), new LaneSpec("b", 3, 1));
    @TempDir
    Path dir;
    private Path file;
    private final List<TraceFile> open = new ArrayList<>();

    @BeforeEach
    void name() {
        file = dir.resolve("run.trace");
    }

    private TraceFile create() {
        TraceFile trace = TraceFile.create(file, Map.of("robot", "arm"), LANES, 1);
        open.add(trace);
        return trace;
    }

    @AfterEach
    void endWriters() {
        open.forEach(TraceFile::close);
    }

    private static void append(TraceLane lane, int type, long... words) {
        lane.begin(type, words.length);
        for (long word : words) {
            lane.putLong(word);
        }
        lane.commit();
    }

    @Test
    void shouldGiveBackWhatWasCommitted() {
        TraceFile trace = create();
        append(trace.lane("a"), 1, 10, 11);
        append(trace.lane("b"), 2, 20);
        trace.lane("a").begin(3, 1);
        trace.lane("a").putDouble(0.5);
        trace.flush();
        TraceReader early = TraceReader.read(file);
        assertEquals(1, early.records("a").size(), "one is not committed yet");
        trace.lane("a").commit();
        trace.flush();
        TraceReader read = TraceReader.read(file);
        assertEquals("arm", read.setup().get("robot").asText());
        assertEquals(List.of("a", "b"), read.lanes());
        assertEquals(11, read.records("a").get(0).at(1));
        assertEquals(0.5, read.records("a").get(1).real(0));
        assertEquals(3, read.records("a").get(1).type());
        assertEquals(0, read.torn());
        assertThrows(TraceReader.Damaged.class, () -> read.records("b").get(0).at(1));
    }

    @Test
    void shouldKeepTheNewestInBoundedSpace() throws IOException {
        TraceFile trace = create();
        long size = Files.size(file);
        Random random = new Random(1);
        for (long i = 1; i <= 100_000; i++) {
            long[] words = new long[1 + random.nextInt(100)];
            words[0] = i;
            append(trace.lane("a"), 1, words);
        }
        trace.flush();
        assertEquals(size, Files.size(file));
        List<TraceRecord> records = TraceReader.read(file).records("a");
        assertTrue(records.size() > 500, "kept " + records.size());
        for (int i = 0; i < records.size(); i++) {
            assertEquals(100_000 - records.size() + 1 + i, records.get(i).at(0), "newest, in order, without a gap");
        }
    }

    @Test
    void shouldRecogniseATornRecord() throws IOException {
        TraceFile trace = create();
        for (long i = 1; i <= 10; i++) {
            append(trace.lane("b"), 1, i, i, i);
        }
        endWriters();
        byte[] bytes = Files.readAllBytes(file);
        long offset = TraceFormat.JSON.readTree(bytes, TraceFormat.HEADER_PREFIX, headerLength(bytes))
                .get("lanes").get(1).get("offset").asLong();
        bytes[(int) offset + 4 * 48 + 20] ^= 1;
        Files.write(file, bytes);
        TraceReader read = TraceReader.read(file);
        assertEquals(4, read.records("b").size(), "those before the damage");
        assertEquals(1, read.torn());
    }

    private static int headerLength(byte[] bytes) {
        return java.nio.ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN).getInt(8);
    }

    @Test
    void shouldKeepTheTraceBefore() {
        append(create().lane("b"), 1, 1);
        append(create().lane("b"), 1, 2);
        endWriters();
        assertEquals(2, TraceReader.read(file).records("b").get(0).at(0));
        assertEquals(1, TraceReader.read(dir.resolve("run.trace.previous")).records("b").get(0).at(0));
    }

    @Test
    void shouldRefuseOtherFilesInOneLine() throws IOException {
        create();
        endWriters();
        byte[] whole = Files.readAllBytes(file);
        byte[] header = whole.clone();
        header[40] ^= 1;
        byte[][] bad = {{}, "not a trace at all".getBytes(), java.util.Arrays.copyOf(whole, 100),
            java.util.Arrays.copyOf(whole, whole.length / 2), header};
        for (byte[] bytes : bad) {
            Files.write(file, bytes);
            InputException e = assertThrows(InputException.class, () -> TraceReader.read(file));
            assertTrue(e.getMessage().contains("run.trace") && !e.getMessage().contains("\n"), e.getMessage());
        }
        assertThrows(InputException.class, () -> TraceReader.read(dir.resolve("absent")));
        InputException e = assertThrows(InputException.class,
                () -> TraceFile.create(dir.resolve("absent/run.trace"), Map.of(), LANES, 1));
        assertFalse(e.getMessage().contains("\n"));
    }

    @Test
    void shouldSurviveAnyDamage() throws IOException {
        TraceFile trace = create();
        for (long i = 1; i <= 3000; i++) {
            append(trace.lane("a"), 1, i, i);
        }
        endWriters();
        byte[] whole = Files.readAllBytes(file);
        Random random = new Random(7);
        for (int round = 0; round < 100; round++) {
            byte[] bytes = whole.clone();
            for (int i = 0; i < 50; i++) {
                bytes[(round % 2 == 0 ? TraceFormat.MOST_HEADER_BYTES : 0) + random.nextInt(100_000)] = (byte) random.nextInt();
            }
            Files.write(file, bytes);
            try {
                TraceReader.read(file).records("a").forEach(record -> assertEquals(record.at(0), record.at(1)));
            } catch (InputException e) {
                assertEquals(1, round % 2, "only a damaged header makes the file useless");
            }
        }
    }

    @Test
    void shouldNotAllocate() {
        TraceLane lane = create().lane("a");
        long[] words = new long[50];
        for (int i = 0; i < 20_000; i++) {
            append(lane, 1, words);
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        threads.getCurrentThreadAllocatedBytes();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 20_000; i++) {
            append(lane, 1, words);
        }
        assertEquals(0, (threads.getCurrentThreadAllocatedBytes() - before) / 1000, "kB for 20,000 records");
    }
}
