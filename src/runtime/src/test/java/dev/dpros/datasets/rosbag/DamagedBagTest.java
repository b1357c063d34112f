package dev.dpros.datasets.rosbag;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compressed chunks with a flipped bit: one line that names file and place, or the same messages. */
@Timeout(120)
@Tag("long")
class DamagedBagTest {
    private static final int POSITIONS = 200;

    @TempDir
    private Path folder;
    private int chunkFrom;
    private int chunkTo;

    private Path bag() throws IOException {
        Path path = folder.resolve("plain.bag");
        Random random = new Random(3);
        try (BagWriter writer = new BagWriter(path)) {
            int id = writer.connect("/s", "std_msgs/String", "992ce8a1687cec8c8bd883ec73ca41d1", "string data\n");
            for (int i = 0; i < 200; i++) {
                byte[] text = ("message " + i + " " + random.nextInt(1000)).getBytes(StandardCharsets.US_ASCII);
                writer.message(id, 1_000_000_000L * (i + 1), ByteBuffer.allocate(4 + text.length).order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(text.length).put(text).flip());
            }
        }
        return path;
    }

    private static OutputStream compressor(String compression, OutputStream out) throws IOException {
        return compression.equals("lz4") ? new FramedLZ4CompressorOutputStream(out) : new BZip2CompressorOutputStream(out);
    }

    /** The same bag with its chunk compressed; its index is as it was, and not read. */
    private byte[] compressed(Path bag, String compression) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(bag)).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer out = ByteBuffer.allocate(in.remaining() * 2).order(ByteOrder.LITTLE_ENDIAN);
        byte[] magic = new byte[BagRecord.MAGIC.length];
        in.get(magic);
        out.put(magic);
        while (in.hasRemaining()) {
            byte[] header = new byte[in.getInt()];
            in.get(header);
            byte[] data = new byte[in.getInt()];
            in.get(data);
            String text = new String(header, StandardCharsets.ISO_8859_1);
            String plain = "\20\0\0\0compression=none";
            if (text.contains(plain)) {
                header = text.replace(plain, "\17\0\0\0compression=" + compression).getBytes(StandardCharsets.ISO_8859_1);
                ByteArrayOutputStream small = new ByteArrayOutputStream();
                try (OutputStream stream = compressor(compression, small)) {
                    stream.write(data);
                }
                data = small.toByteArray();
                chunkFrom = out.position() + 8 + header.length;
                chunkTo = chunkFrom + data.length;
            }
            out.putInt(header.length).put(header).putInt(data.length).put(data);
        }
        return Arrays.copyOf(out.array(), out.position());
    }

    /** A checksum of all messages. */
    private static long read(Path bag) {
        CRC32 sum = new CRC32();
        BagReader.read(bag, new BagReader.Visitor() {
            @Override
            public void connection(BagConnection connection) {
                sum.update(connection.topic().getBytes(StandardCharsets.UTF_8));
            }

            @Override
            public void message(int connection, long timeNs, ByteBuffer message) {
                sum.update(message.duplicate());
            }
        });
        return sum.getValue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"lz4", "bz2"})
    void shouldNameTheDamagedChunk(String compression) throws IOException {
        Path plain = bag();
        byte[] good = compressed(plain, compression);
        Path file = Files.write(folder.resolve(compression + ".bag"), good);
        long expected = read(plain);
        assertEquals(expected, read(file));
        Random random = new Random(4);
        int said = 0;
        for (int turn = 0; turn < POSITIONS; turn++) {
            byte[] bytes = good.clone();
            int length = chunkTo - chunkFrom;
            bytes[chunkFrom + random.nextInt(turn % 4 == 0 ? 32 : length)] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, bytes);
            try {
                assertEquals(expected, read(file), "turn " + turn);
            } catch (InputException e) {
                said++;
                assertEquals(1, e.getMessage().lines().count(), e.getMessage());
                assertTrue(e.getMessage().startsWith(file + ", record at byte " + (chunkFrom - 4 - chunkHeader())), e.getMessage());
            }
        }
        assertTrue(said > POSITIONS * 9 / 10, said + " of " + POSITIONS);
    }

    /** Bytes of a chunk record before the length of its data. */
    private int chunkHeader() {
        return 4 + (4 + "compression=lz4".length()) + (4 + "op=".length() + 1) + (4 + "size=".length() + 4);
    }
}
