package dev.dpros.ros.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.CommandFrame;
import dev.dpros.core.ImageLayout;
import dev.dpros.core.InputException;
import dev.dpros.messages.ImageWriter;
import dev.dpros.messages.JointStateWriter;
import dev.dpros.messages.JointTrajectoryWriter;
import dev.dpros.messages.RosImageReader;
import dev.dpros.messages.SimpleWriters;
import dev.dpros.ros.testing.Allocation;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageCodecTest {
    private static final SchemaCatalog CATALOG = SchemaCatalog.packaged();

    @Test
    void shouldDecodeWhatItEncodesForEveryPackagedType() {
        for (String file : SchemaCatalog.packagedFiles()) {
            if (file.contains("/msg/")) {
                MessageSchema schema = CATALOG.message(file.replace("/msg/", "/").replace(".msg", ""));
                ByteBuffer empty = MessageEncoder.encode(schema, Map.of());
                assertEquals(schema.minimumSize(), empty.limit(), file);
                Map<String, Object> fields = MessageDecoder.decode(schema, empty);
                assertEquals(empty, MessageEncoder.encode(schema, fields), file);
            }
        }
    }

    @Test
    void shouldKeepValuesOfEveryKind() {
        MessageSchema schema = MessageDefinitions.parse("a/All", """
                bool b
                int8 i8
                uint8 u8
                uint16 u16
                uint32 u32
                int64 i64
                float32 f
                string s
                time t
                duration d
                uint8[] bytes
                int16[2] shorts
                bool[] bools
                string[] strings
                duration[] durations
                """);
        Map<String, Object> given = Map.ofEntries(Map.entry("b", true), Map.entry("i8", -128), Map.entry("u8", 255),
                Map.entry("u16", 65535), Map.entry("u32", 4294967295L), Map.entry("i64", Long.MIN_VALUE),
                Map.entry("f", 0.5), Map.entry("s", "grün"), Map.entry("t", 4294967295_999999999L),
                Map.entry("d", -1_500_000_000L), Map.entry("bytes", new byte[] {1, -1}),
                Map.entry("shorts", new int[] {-3, 4}), Map.entry("bools", new boolean[] {true, false}),
                Map.entry("strings", List.of("a", "")), Map.entry("durations", new long[] {-1}));
        Map<String, Object> read = MessageDecoder.decode(schema, MessageEncoder.encode(schema, given));
        assertEquals(given.keySet(), read.keySet());
        for (String key : List.of("b", "i8", "u8", "u16", "u32", "i64", "f", "s", "t", "d", "strings")) {
            assertEquals(given.get(key), read.get(key), key);
        }
        assertArrayEquals(new byte[] {1, -1}, (byte[]) read.get("bytes"));
        assertArrayEquals(new int[] {-3, 4}, (int[]) read.get("shorts"));
        assertArrayEquals(new boolean[] {true, false}, (boolean[]) read.get("bools"));
        assertArrayEquals(new long[] {-1}, (long[]) read.get("durations"));
    }

    @ParameterizedTest
    @CsvSource({"u8,256", "u8,-1", "u8,1.5", "u8,text", "pair,3"})
    void shouldNameTheFieldThatDoesNotFit(String field, String value) {
        MessageSchema schema = MessageDefinitions.parse("a/A", "uint8 u8\nint32[2] pair");
        Object given = field.equals("pair") ? List.of(1, 2, 3) : value.equals("text") ? value : Double.valueOf(value);
        InputException error = assertThrows(InputException.class,
                () -> MessageEncoder.encode(schema, Map.of(field, given)));
        assertTrue(error.getMessage().startsWith("a/A: " + field), error.getMessage());
    }

    @Test
    void shouldRefuseAnUnknownField() {
        InputException error = assertThrows(InputException.class, () -> MessageEncoder.encode(
                CATALOG.message("std_msgs/String"), Map.of("dat", "x")));
        assertTrue(error.getMessage().contains("did you mean 'data'?"), error.getMessage());
    }

    @Test
    void shouldRefuseAMessageOfAnotherLength() {
        MessageSchema schema = CATALOG.message("geometry_msgs/Point");
        assertThrows(InputException.class, () -> MessageDecoder.decode(schema, ByteBuffer.allocate(23)));
        assertThrows(InputException.class, () -> MessageDecoder.decode(schema, ByteBuffer.allocate(25)));
    }

    @Test
    void shouldWriteControlMessagesAsTheGenericCodecReadsThem() {
        CommandFrame frame = new CommandFrame(List.of("a", "b"), 4);
        frame.points = 3;
        frame.stampNs = 1_700_000_000_123_456_789L;
        for (int i = 0; i < 6; i++) {
            frame.positions[i] = i;
            frame.velocities[i] = -i;
            frame.timeFromStartNs[i / 2] = i / 2 * 50_000_000L;
        }
        Map<String, Object> message = MessageDecoder.decode(CATALOG.message("trajectory_msgs/JointTrajectory"),
                new JointTrajectoryWriter(SchemaCatalog.packaged(), frame, "world").write(frame));
        assertEquals(List.of("a", "b"), message.get("joint_names"));
        List<?> points = (List<?>) message.get("points");
        assertEquals(3, points.size());
        Map<?, ?> last = (Map<?, ?>) points.get(2);
        assertArrayEquals(new double[] {4, 5}, (double[]) last.get("positions"));
        assertArrayEquals(new double[] {-4, -5}, (double[]) last.get("velocities"));
        assertEquals(100_000_000L, last.get("time_from_start"));

        Map<String, Object> joints = MessageDecoder.decode(CATALOG.message("sensor_msgs/JointState"),
                new JointStateWriter(SchemaCatalog.packaged(), List.of("a", "b"), "").write(7, new double[] {1, 2}, null));
        assertArrayEquals(new double[] {1, 2}, (double[]) joints.get("position"));
        SimpleWriters simple = new SimpleWriters(SchemaCatalog.packaged());
        assertEquals(2.5, MessageDecoder.decode(CATALOG.message("std_msgs/Float64"), simple.float64(2.5)).get("data"));
        assertEquals(2.5, MessageDecoder.decode(CATALOG.message("std_msgs/Float32"), simple.float32(2.5f)).get("data"));
        assertEquals(3_000_000_001L, MessageDecoder.decode(CATALOG.message("rosgraph_msgs/Clock"),
                simple.clock(3_000_000_001L)).get("clock"));
        assertArrayEquals(new double[] {1, 2}, (double[]) MessageDecoder.decode(
                CATALOG.message("std_msgs/Float64MultiArray"), simple.float64MultiArray(new double[] {1, 2, 3}, 2))
                .get("data"));
    }

    @Test
    void shouldWriteControlMessagesWithoutAllocation() {
        CommandFrame frame = new CommandFrame(List.of("a", "b"), 16);
        frame.points = 16;
        JointTrajectoryWriter writer = new JointTrajectoryWriter(SchemaCatalog.packaged(), frame, "");
        JointStateWriter joints = new JointStateWriter(SchemaCatalog.packaged(), frame.names(), "");
        SimpleWriters simple = new SimpleWriters(SchemaCatalog.packaged());
        assertEquals(0, Allocation.least(5, () -> {
            for (int i = 0; i < 10_000; i++) {
                frame.stampNs = i;
                writer.write(frame);
                joints.write(i, frame.positions, frame.velocities);
                simple.float64MultiArray(frame.positions, 16);
            }
        }));
    }

    @Test
    void shouldFindThePixelsOfAnImage() {
        byte[] pixels = new byte[4 * 3 * 3];
        pixels[5] = 77;
        ByteBuffer message = new ImageWriter(SchemaCatalog.packaged(), 4, 3, "rgb8", 3, "camera").write(9_000_000_001L, pixels);
        ImageLayout layout = new ImageLayout();
        assertTrue(RosImageReader.forType(SchemaCatalog.packaged(), "sensor_msgs/Image").read(message, layout));
        assertEquals(9_000_000_001L, layout.stampNs);
        assertEquals(4, layout.width);
        assertEquals(3, layout.height);
        assertEquals(12, layout.stepBytes);
        assertEquals(ImageLayout.Encoding.RGB8, layout.encoding);
        assertEquals(77, message.get(layout.dataOffset + 5));
        assertEquals(36, layout.dataLength);
        assertEquals(message, new ImageWriter(SchemaCatalog.packaged(), 4, 3, "rgb8", 3, "camera").write(9_000_000_001L, ByteBuffer.wrap(pixels)));
    }

    @ParameterizedTest
    @CsvSource({"nv21, 12,3,36", "rgb8,11,3,36", "rgb8,12,3,35", "rgb8,12,0,36", "rgb8,2147483647,3,36", "rgb8x,12,3,36"})
    void shouldRefuseAMalformedImage(String encoding, long step, int height, int length) {
        MessageSchema schema = CATALOG.message("sensor_msgs/Image");
        ByteBuffer message = MessageEncoder.encode(schema, Map.of("width", 4, "height", height, "step", step,
                "encoding", encoding, "data", new byte[length]));
        assertFalse(RosImageReader.forType(SchemaCatalog.packaged(), "sensor_msgs/Image").read(message, new ImageLayout()));
    }

    @Test
    void shouldTellJpegAndPngByTheirBytes() {
        MessageSchema schema = CATALOG.message("sensor_msgs/CompressedImage");
        RosImageReader reader = RosImageReader.forType(SchemaCatalog.packaged(), "sensor_msgs/CompressedImage");
        ImageLayout layout = new ImageLayout();
        byte[] jpeg = {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xe0};
        byte[] png = {(byte) 0x89, 'P', 'N', 'G'};
        assertTrue(reader.read(MessageEncoder.encode(schema, Map.of("format", "rgb8; jpeg compressed bgr8", "data", jpeg)),
                layout));
        assertEquals(ImageLayout.Encoding.COMPRESSED, layout.encoding);
        assertTrue(reader.read(MessageEncoder.encode(schema, Map.of("format", "png", "data", png)), layout));
        assertFalse(reader.read(MessageEncoder.encode(schema, Map.of("format", "jpeg", "data", new byte[8])), layout));
        assertFalse(reader.read(MessageEncoder.encode(schema, Map.of("format", "jpeg")), layout));
    }
}
