package dev.dpros.datasets.rosbag2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import dev.dpros.datasets.rosbag.BagConnection;
import dev.dpros.datasets.rosbag.BagReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MCAP files of every form, whole, cut and damaged. */
@Timeout(120)
class McapReaderTest {
    private static final List<String> ALL = List.of("1000 /a one", "2000 /b two", "3000 /a three");

    @TempDir
    private Path folder;

    private static McapBlock described() {
        return new McapBlock().raw(TestMcap.schema(1, "std_msgs/msg/String", "ros2msg", "string data\n").toByteArray())
                .raw(TestMcap.channel(0, 1, "/a", "cdr", Map.of("topic_type_hash", "RIHS01_x")).toByteArray())
                .raw(TestMcap.channel(7, 1, "/b", "cdr", Map.of()).toByteArray());
    }

    private static McapBlock messages() {
        return new McapBlock().raw(TestMcap.message(0, 1000, TestMcap.text("one")).toByteArray())
                .raw(TestMcap.message(7, 2000, TestMcap.text("two")).toByteArray())
                .raw(TestMcap.message(0, 3000, TestMcap.text("three")).toByteArray());
    }

    private static McapBlock everything() {
        return described().raw(messages().toByteArray());
    }

    private BagReader.Scan read(byte[] content, Heard heard) throws IOException {
        return McapReader.read(Files.write(folder.resolve("x.mcap"), content), heard);
    }

    private InputException refusal(byte[] content) {
        InputException error = assertThrows(InputException.class, () -> read(content, new Heard()));
        assertEquals(1, error.getMessage().lines().count(), error.getMessage());
        assertTrue(error.getMessage().startsWith(folder.resolve("x.mcap").toString()), error.getMessage());
        return error;
    }

    private static int place(byte[] file, String text) {
        return new String(file, StandardCharsets.ISO_8859_1).indexOf(text);
    }

    @ParameterizedTest
    @CsvSource({"'',true", "zstd,true", "lz4,true", "'',false", "zstd,false", "lz4,false"})
    void shouldReadChunksOfEveryCompressionWithAndWithoutChecksum(String compression, boolean withSum) throws IOException {
        Heard heard = new Heard();
        BagReader.Scan scan = read(new TestMcap().chunk(compression, withSum, everything()).closed(), heard);
        assertTrue(scan.whole(), scan.toString());
        assertEquals(3, scan.messages());
        assertEquals(ALL, heard.texts);
        assertEquals(new BagConnection(0, "/a", "std_msgs/String", "RIHS01_x", "string data\n", "cdr"), heard.connections.get(0));
    }

    @Test
    void shouldReadMessagesOutsideOfChunksAndPassOverWhatItDoesNotKnow() throws IOException {
        Heard heard = new Heard();
        byte[] attachment = new byte[300_000];
        byte[] file = new TestMcap().record(0x7F, new byte[3]).add(described()).record(0x09, attachment).record(0x80, new byte[0])
                .add(messages()).record(0x0C, new byte[8]).closed();
        assertTrue(read(file, heard).whole());
        assertEquals(ALL, heard.texts);
    }

    @Test
    void shouldReadRos1MessagesAndNameOtherEncodings() throws IOException {
        Heard heard = new Heard();
        byte[] file = new TestMcap().add(TestMcap.schema(1, "std_msgs/String", "ros1msg", "string data\n"))
                .add(TestMcap.channel(1, 1, "/one", "ros1", Map.of("md5sum", "992c"))).add(TestMcap.channel(2, 0, "/json", "json", Map.of()))
                .add(TestMcap.schema(3, "foxglove.Pose", "protobuf", "x")).add(TestMcap.channel(3, 3, "/pose", "protobuf", Map.of()))
                .add(TestMcap.schema(4, "std_msgs/String", "ros2msg", "string data\n")).add(TestMcap.channel(4, 4, "/short", "cdr", Map.of()))
                .add(TestMcap.schema(5, "a_msgs/msg/B", "ros2idl", "module")).add(TestMcap.channel(5, 5, "/idl", "cdr", Map.of())).closed();
        read(file, heard);
        assertEquals(new BagConnection(1, "/one", "std_msgs/String", "992c", "string data\n", "ros1"), heard.connections.get(1));
        assertEquals("json", heard.connections.get(2).encoding());
        assertEquals("protobuf", heard.connections.get(3).encoding());
        assertEquals("std_msgs/String", heard.connections.get(4).type());
        assertEquals(new BagConnection(5, "/idl", "a_msgs/B", "", "", "cdr"), heard.connections.get(5));
    }

    /** A file whose recorder was killed, cut anywhere: the messages before that place, and what it ends within. */
    @ParameterizedTest
    @ValueSource(strings = {"", "zstd", "lz4"})
    void shouldReadACutFileAsFarAsItGoes(String compression) throws IOException {
        TestMcap open = new TestMcap().add(described());
        for (int chunk = 0; chunk < 20; chunk++) {
            McapBlock records = new McapBlock();
            for (int i = 0; i < 50; i++) {
                records.raw(TestMcap.message(0, 50 * chunk + i, TestMcap.text("message " + 7919L * (50 * chunk + i) % 1000)).toByteArray());
            }
            open.chunk(compression, true, records);
        }
        byte[] whole = open.open();
        long before = 0;
        for (int length = 9; length < whole.length; length += 131) {
            Heard heard = new Heard();
            BagReader.Scan scan = read(Arrays.copyOf(whole, length), heard);
            assertFalse(scan.closed());
            assertTrue(scan.messages() >= before && scan.messages() == heard.texts.size(), length + " " + scan);
            for (int i = 0; i < heard.texts.size(); i++) {
                assertEquals(i + " /a message " + 7919L * i % 1000, heard.texts.get(i));
            }
            before = scan.messages();
        }
        assertTrue(before > 940, before + " messages");
        BagReader.Scan scan = read(whole, new Heard());
        assertEquals(new BagReader.Scan(false, 1000, "", "'mcap recover' makes it a whole file"), scan);
        byte[] zeros = Arrays.copyOf(whole, whole.length + 4096); // the disk's blocks after a power loss
        assertEquals("a record at byte " + whole.length, read(zeros, new Heard()).cut());
        byte[] closed = open.closed();
        assertEquals("its last 8 bytes", read(Arrays.copyOf(closed, closed.length - 3), new Heard()).cut());
    }

    @Test
    void shouldNameDamageInAClosedFile() throws IOException {
        byte[] good = new TestMcap().chunk("", true, everything()).closed();
        byte[] flipped = good.clone();
        flipped[place(good, "three")] ^= 1;
        assertTrue(refusal(flipped).getMessage().contains("a chunk with the checksum "), refusal(flipped).getMessage());
        byte[] plain = new TestMcap().add(everything()).closed();
        plain[place(plain, "three")] ^= 1;
        assertTrue(refusal(plain).getMessage().contains("data section with the checksum"), refusal(plain).getMessage());
        byte[] longer = new TestMcap().add(everything()).closed();
        longer[14] = 1; // in the header record's length
        assertTrue(refusal(longer).getMessage().contains("bytes where"), refusal(longer).getMessage());
        assertTrue(refusal(new byte[] {1, 2, 3}).getMessage().contains("expected MCAP of version 0"));
        assertTrue(refusal(new TestMcap().add(TestMcap.message(3, 1, new byte[0])).closed()).getMessage().contains("a message of channel 3"));
        assertTrue(refusal(new TestMcap().add(TestMcap.channel(3, 9, "/x", "cdr", Map.of())).closed()).getMessage().contains("of schema 9"));
        assertTrue(refusal(new TestMcap().add(described()).add(TestMcap.channel(7, 1, "/c", "cdr", Map.of())).closed()).getMessage()
                .contains("a second channel of number 7, /b and /c"));
        assertTrue(refusal(new TestMcap().chunk("brotli", 3, 0, new byte[3]).closed()).getMessage()
                .contains("expected none, zstd or lz4, found 'brotli'"));
    }

    /** Neither a claimed size nor a small chunk that expands to much takes much memory. */
    @Test
    void shouldBoundWhatAChunkMayHold() throws IOException {
        byte[] small = Compression.zstd(new byte[1 << 20]);
        assertTrue(refusal(new TestMcap().chunk("zstd", 1L << 40, 0, small).closed()).getMessage().contains("expected at most 268435456 bytes"));
        assertTrue(refusal(new TestMcap().chunk("zstd", 1000, 0, small).closed()).getMessage().contains("more than 1000 bytes"));
        assertTrue(refusal(new TestMcap().chunk("zstd", 2 << 20, 0, small).closed()).getMessage().contains("1048576 instead of 2097152 bytes"));
        assertTrue(refusal(new TestMcap().chunk("lz4", 1 << 20, 0, small).closed()).getMessage().contains("no lz4"));
        assertTrue(refusal(new TestMcap().chunk("zstd", 1 << 20, 0, new byte[100]).closed()).getMessage().contains("no zstd"));
    }

    @Test
    void shouldExpandMessagesThatRosbag2Compressed() throws IOException {
        Heard heard = new Heard();
        read(new TestMcap().add(described()).add(TestMcap.message(0, 5, Compression.zstd(TestMcap.text("packed")))).closed(), heard);
        assertEquals(List.of("5 /a packed"), heard.texts);
    }

    @Test
    void shouldReadWhatTheWriterWrites() throws IOException {
        Path file = folder.resolve("written.mcap");
        byte[] big = new byte[700_000];
        try (McapWriter writer = new McapWriter(file, "test")) {
            int a = writer.topic(new McapTopic("/a", "std_msgs/msg/String", "RIHS01_a", "string data"));
            writer.topic(new McapTopic("/silent", "std_msgs/msg/String", "RIHS01_a", "string data"));
            int c = writer.topic(new McapTopic("/c", "a_msgs/msg/B", "", "uint8[] data"));
            for (int i = 0; i < 10; i++) {
                writer.message(a, 100 + i, ByteBuffer.wrap(TestMcap.text("text " + i)));
                writer.message(c, 100 + i, ByteBuffer.wrap(big));
            }
        }
        Heard heard = new Heard();
        assertTrue(McapReader.read(file, heard).whole());
        assertEquals(10, heard.texts.size());
        assertEquals("109 /a text 9", heard.texts.get(9));
        assertTrue(heard.bytes > 7_000_000);
        assertEquals(List.of("/a", "/c"), heard.connections.values().stream().map(BagConnection::topic).sorted().toList());
        byte[] bytes = Files.readAllBytes(file);
        bytes[new String(bytes, StandardCharsets.ISO_8859_1).lastIndexOf("a_msgs/msg/B")] ^= 1; // in the summary, which is not read but summed
        assertTrue(refusal(bytes).getMessage().contains("a summary with the checksum"), refusal(bytes).getMessage());
    }
}
