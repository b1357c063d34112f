package dev.dpros.training.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.dpros.core.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.util.Event;
import org.tensorflow.util.SessionLog;

class TensorBoardLogTest {
    /** How every event file of TensorFlow begins: 24 bytes of data, and the masked checksum of that number. */
    private static final byte[] BEGINNING = {24, 0, 0, 0, 0, 0, 0, 0, (byte) 0xa3, 0x7f, 0x4b, 0x22};

    static {
        // the generated classes are old
        System.setProperty("com.google.protobuf.use_unsafe_pre22_gencode", "true");
    }

    @TempDir
    private Path folder;

    private List<Event> events() throws IOException {
        Path file;
        try (Stream<Path> files = Files.list(folder)) {
            file = files.findFirst().orElseThrow();
        }
        byte[] bytes = Files.readAllBytes(file);
        assertArrayEquals(BEGINNING, Arrays.copyOf(bytes, BEGINNING.length));
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        List<Event> events = new ArrayList<>();
        while (in.hasRemaining()) {
            byte[] length = new byte[8];
            in.get(length);
            assertEquals(masked(length), in.getInt());
            byte[] data = new byte[(int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong()];
            in.get(data);
            assertEquals(masked(data), in.getInt());
            events.add(Event.parseFrom(data));
        }
        return events;
    }

    /** CRC-32C bit by bit, masked as tensorflow/core/lib/hash/crc32c.h does. */
    private static int masked(byte[] data) {
        int crc = ~0;
        for (byte b : data) {
            crc ^= b & 0xff;
            for (int bit = 0; bit < 8; bit++) {
                crc = crc >>> 1 ^ ((crc & 1) == 0 ? 0 : 0x82F63B78);
            }
        }
        crc = ~crc;
        return (crc >>> 15 | crc << 17) + 0xa282ead8;
    }

    @Test
    void shouldWriteScalarsAsTensorFlowDoes() throws IOException {
        try (TensorBoardLog log = new TensorBoardLog(folder, 100, () -> 1_700_000_000.5)) {
            log.scalar("train_loss", 120, 0.25);
            log.scalar("test/mean_score", 140, Double.NaN);
        }
        List<Event> events = events();
        assertEquals(4, events.size());
        assertEquals("brain.Event:2", events.get(0).getFileVersion());
        assertEquals(SessionLog.SessionStatus.START, events.get(1).getSessionLog().getStatus());
        assertEquals(101, events.get(1).getStep(), "what came later is void");
        assertEquals(120, events.get(2).getStep());
        assertEquals(1_700_000_000.5, events.get(2).getWallTime());
        assertEquals("train_loss", events.get(2).getSummary().getValue(0).getTag());
        assertEquals(0.25f, events.get(2).getSummary().getValue(0).getSimpleValue());
        assertEquals(Float.NaN, events.get(3).getSummary().getValue(0).getSimpleValue());
    }

    @Test
    void shouldNameAFileThatCannotBeWritten() {
        InputException error = assertThrows(InputException.class, () -> new TensorBoardLog(folder.resolve("none"), 0, () -> 1));
        assertEquals(1, error.getMessage().lines().count());
    }
}
