package dev.dpros.ros2.message;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import dev.dpros.core.VectorReader;
import dev.dpros.ros.testing.Allocation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CdrPathTest {
    private static final Ros2Catalog CATALOG = Ros2Catalog.packaged();
    private static final Ros2Schema JOINTS = CATALOG.message("sensor_msgs/JointState");
    private static final ByteOrder[] ORDERS = {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN};

    private static ByteBuffer joints(ByteOrder order, List<String> names, double... positions) {
        return little(CdrEncoder.encode(JOINTS, Map.of("header", Map.of("stamp", 5_000_000_007L, "frame_id", "base"),
                "name", names, "position", positions, "velocity", positions), order));
    }

    private static ByteBuffer little(ByteBuffer message) {
        return message.order(ByteOrder.LITTLE_ENDIAN);
    }

    private static VectorReader compile(Ros2Schema schema, String path) {
        return schema.vector(path);
    }

    private static float[] read(Ros2Schema schema, String path, Map<String, ?> fields) {
        VectorReader reader = compile(schema, path);
        float[] first = null;
        for (ByteOrder order : ORDERS) {
            float[] out = new float[reader.size()];
            assertTrue(reader.read(little(CdrEncoder.encode(schema, fields, order)), out, 0), path);
            if (first != null) {
                assertArrayEquals(first, out, path);
            }
            first = out;
        }
        return first;
    }

    @Test
    void shouldFollowJointsInEitherByteOrder() {
        VectorReader reader = compile(JOINTS, "position[elbow, wrist]");
        float[] out = new float[3];
        for (int i = 0; i < 4; i++) {
            ByteOrder order = ORDERS[i % 2];
            assertTrue(reader.read(joints(order, List.of("shoulder", "elbow", "wrist"), 1, 2, 3), out, 1));
            assertArrayEquals(new float[] {0, 2, 3}, out);
            assertTrue(reader.read(joints(order, List.of("wrist", "shoulder", "elbow"), 3, 1, 2 + i), out, 1));
            assertArrayEquals(new float[] {0, 2 + i, 3}, out);
            assertFalse(reader.read(joints(order, List.of("shoulder", "elbow", "wrist_2"), 1, 2, 3), out, 1));
            assertEquals(5_000_000_007L, reader.stampNs(joints(order, List.of())));
        }
    }

    @Test
    void shouldReadThoseNamesThatAMessageHas() {
        VectorReader reader = compile(JOINTS, "position[a,b,c]");
        float[] out = {-1, -1, -1, -1};
        boolean[] present = new boolean[3];
        assertEquals(List.of("a", "b", "c"), reader.names());
        assertEquals(2, reader.readSome(joints(ORDERS[0], List.of("c", "x", "a"), 3, 9, 1), out, 1, present));
        assertArrayEquals(new float[] {-1, 1, -1, 3}, out);
        assertArrayEquals(new boolean[] {true, false, true}, present);
        assertEquals(0, reader.readSome(joints(ORDERS[0], List.of("a", "b", "c")), out, 1, present), "no positions");
        ByteBuffer cut = joints(ORDERS[0], List.of("a"), 1);
        assertEquals(VectorReader.MALFORMED, reader.readSome(cut.limit(cut.limit() - 30), out, 1, present));
    }

    @Test
    void shouldReadNestedFieldsSlicesAndIndices() {
        Map<String, Object> xyz = Map.of("x", 1, "y", 2, "z", 3);
        assertArrayEquals(new float[] {1, 2, 3, 0, 0, 0, 1}, read(CATALOG.message("geometry_msgs/PoseStamped"), "pose",
                Map.of("header", Map.of("frame_id", "abc"), "pose", Map.of("position", xyz))));
        assertArrayEquals(new float[] {.5f, .25f}, read(CATALOG.message("sensor_msgs/Joy"), "axes[1:3]",
                Map.of("axes", new float[] {0, .5f, .25f, 0})));
        Ros2Schema trajectory = CATALOG.message("trajectory_msgs/JointTrajectory");
        Map<String, Object> points = Map.of("joint_names", List.of("a", "bc"), "points", List.of(
                Map.of("positions", List.of(1, 2), "time_from_start", 1L), Map.of("positions", List.of(3, 4), "effort", List.of(5))));
        assertArrayEquals(new float[] {3, 4}, read(trajectory, "points[1].positions[0:2]", points));
        assertArrayEquals(new float[] {5}, read(trajectory, "points[1].effort[0]", points));
        assertEquals(0, compile(CATALOG.message("geometry_msgs/Twist"), "linear").stampNs(little(ByteBuffer.allocate(52))));
    }

    /** Elements whose size depends on where they start. */
    @Test
    void shouldFindElementsBetweenTheirPaddings() {
        Ros2Schema schema = CATALOG.parse("a/A", "uint8 first\na/B[] all\na/B[2] two\nuint8 last\n" + "=".repeat(80)
                + "\nMSG: a/B\nuint8 u\nfloat64 d\nint16[3] s\nuint32 w\nbool b\n");
        List<Map<String, Object>> elements = List.of(element(1), element(2), element(3));
        Map<String, Object> fields = Map.of("first", 7, "all", elements, "two", elements.subList(1, 3), "last", 9);
        for (int i = 0; i < 3; i++) {
            assertArrayEquals(new float[] {i + 1, i + 1.5f, i + 1, -i - 1, 0, i + 1, 1}, read(schema, "all[" + i + "]", fields));
            assertArrayEquals(new float[] {i + 1}, read(schema, "all[" + i + "].w", fields));
        }
        assertArrayEquals(new float[] {3, 3.5f, 3, -3, 0, 3, 1}, read(schema, "two[1]", fields));
        assertArrayEquals(new float[] {2, -2, 0}, read(schema, "two[0].s", fields));
        assertArrayEquals(new float[] {9}, read(schema, "last", fields));
    }

    private static Map<String, Object> element(int i) {
        return Map.of("u", i, "d", i + 0.5, "s", new int[] {i, -i, 0}, "w", i, "b", true);
    }

    @Test
    void shouldReadEveryNumberAsTheDecoderDoes() {
        Ros2Schema schema = CATALOG.parse("a/A", """
                int8 a
                uint8 b
                byte c
                char d
                int16 e
                uint16 f
                int32 g
                uint32 h
                int64 i
                uint64 j
                float32 k
                float64 l
                bool m
                uint64 n
                """);
        Map<String, Object> fields = Map.ofEntries(Map.entry("a", -1), Map.entry("b", 255), Map.entry("c", 7), Map.entry("d", 200),
                Map.entry("e", -2), Map.entry("f", 65535), Map.entry("g", -3), Map.entry("h", 4294967295L), Map.entry("i", -4),
                Map.entry("j", 5), Map.entry("k", 0.5), Map.entry("l", 0.25), Map.entry("m", true), Map.entry("n", -1L));
        Map<String, Float> expected = Map.ofEntries(Map.entry("a", -1f), Map.entry("b", 255f), Map.entry("c", 7f),
                Map.entry("d", 200f), Map.entry("e", -2f), Map.entry("f", 65535f), Map.entry("g", -3f), Map.entry("h", (float) (1L << 32)),
                Map.entry("i", -4f), Map.entry("j", 5f), Map.entry("k", .5f), Map.entry("l", .25f), Map.entry("m", 1f),
                Map.entry("n", 1.8446744e19f));
        expected.forEach((name, value) -> assertArrayEquals(new float[] {value}, read(schema, name, fields), name));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"position|brackets", "velocity[0].x|nested", "header.frame_id|numbers only",
        "positions[0]|did you mean", "name[0]|numbers only"})
    void shouldRefuseAPathThatDoesNotFit(String path, String part) {
        InputException error = assertThrows(InputException.class, () -> compile(JOINTS, path));
        assertTrue(error.getMessage().contains(part), error.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"position[a,b]", "velocity[1]", "position[0:2]"})
    void shouldReadWithoutAllocation(String path) {
        VectorReader reader = compile(JOINTS, path);
        ByteBuffer little = joints(ORDERS[0], List.of("a", "b"), 1, 2);
        ByteBuffer big = joints(ORDERS[1], List.of("b", "a"), 2, 1);
        float[] out = new float[2];
        assertEquals(0, Allocation.least(5, () -> {
            for (int i = 0; i < 10_000; i++) {
                reader.read(little, out, 0);
                reader.read(big, out, 0);
                reader.stampNs(big);
            }
        }));
    }

    @Test
    void shouldSurviveMutatedMessages() {
        Ros2Schema trajectory = CATALOG.message("trajectory_msgs/JointTrajectory");
        ByteBuffer good = CdrEncoder.encode(trajectory, Map.of("joint_names", List.of("a", "b"), "points",
                List.of(Map.of("positions", List.of(1, 2)), Map.of("positions", List.of(3, 4)))));
        VectorReader[] readers = {compile(trajectory, "points[1].positions[0:2]"), compile(JOINTS, "position[a,b]"),
            compile(JOINTS, "effort[0]"), compile(CATALOG.message("geometry_msgs/PoseStamped"), "pose")};
        Random random = new Random(7);
        byte[] bytes = new byte[good.limit()];
        int decoded = 0;
        for (int i = 0; i < 50_000; i++) {
            good.get(0, bytes);
            for (int k = 0; k < 3; k++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(random.nextBoolean() ? 256 : 4);
            }
            int length = random.nextBoolean() ? bytes.length : random.nextInt(bytes.length + 1);
            ByteBuffer message = ByteBuffer.wrap(bytes, 0, length).order(ByteOrder.LITTLE_ENDIAN);
            for (VectorReader reader : readers) {
                reader.readSome(message, new float[7], 0, new boolean[2]);
                reader.stampNs(message);
            }
            decoded += decodes(trajectory, message) ? 1 : 0;
        }
        assertTrue(decoded > 1000 && decoded < 40_000, decoded + " of 50,000 are still whole");
    }

    private static boolean decodes(Ros2Schema schema, ByteBuffer message) {
        try {
            CdrDecoder.decode(schema, message);
            return true;
        } catch (InputException e) {
            return false; // malformed: said so
        }
    }

    @Test
    void shouldDecodeMutationsOfEveryRecordedMessageOrSayWhy() {
        Random random = new Random(11);
        Jazzy.recorded("messages").forEach(message -> {
            Ros2Schema schema = CATALOG.message(message.get("type").asText());
            byte[] good = Jazzy.bytes(message.get("hex").asText()).array();
            for (int i = 0; i < 2_000; i++) {
                byte[] bytes = good.clone();
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                decodes(schema, ByteBuffer.wrap(bytes, 0, 1 + random.nextInt(bytes.length)));
            }
        });
    }
}
