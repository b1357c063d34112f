package dev.dpros.ros.message;

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

class FieldPathTest {
    private static final SchemaCatalog CATALOG = SchemaCatalog.packaged();
    private static final MessageSchema JOINTS = CATALOG.message("sensor_msgs/JointState");

    private static ByteBuffer joints(List<String> names, double... positions) {
        return MessageEncoder.encode(JOINTS, Map.of("header", Map.of("stamp", 5_000_000_007L, "frame_id", "base"),
                "name", names, "position", positions, "velocity", positions));
    }

    private static float[] read(String type, String path, Map<String, ?> fields) {
        MessageSchema schema = CATALOG.message(type);
        VectorReader reader = schema.vector(path);
        float[] out = new float[reader.size()];
        assertTrue(reader.read(MessageEncoder.encode(schema, fields), out, 0));
        return out;
    }

    @Test
    void shouldFollowJointsWhenThePublisherReordersThem() {
        VectorReader reader = JOINTS.vector("position[elbow, wrist]");
        float[] out = new float[3];
        assertTrue(reader.read(joints(List.of("shoulder", "elbow", "wrist"), 1, 2, 3), out, 1));
        assertArrayEquals(new float[] {0, 2, 3}, out);
        assertTrue(reader.read(joints(List.of("wrist", "shoulder", "elbow"), 3, 1, 2), out, 1));
        assertArrayEquals(new float[] {0, 2, 3}, out);
        assertFalse(reader.read(joints(List.of("shoulder", "elbow", "wrist_2"), 1, 2, 3), out, 1));
        assertTrue(reader.read(joints(List.of("shoulder", "elbow", "wrist"), 1, 5, 6), out, 1));
        assertArrayEquals(new float[] {0, 5, 6}, out);
    }

    @Test
    void shouldReportAnArrayShorterThanItsNames() {
        VectorReader reader = JOINTS.vector("position[b]");
        assertFalse(reader.read(joints(List.of("a", "b"), 1), new float[1], 0));
    }

    @Test
    void shouldReadThoseNamesThatAMessageHas() {
        VectorReader reader = JOINTS.vector("position[a,b,c]");
        assertEquals(List.of("a", "b", "c"), reader.names());
        float[] out = {-1, -1, -1, -1};
        boolean[] present = new boolean[3];
        assertEquals(2, reader.readSome(joints(List.of("c", "x", "a"), 3, 9, 1), out, 1, present));
        assertArrayEquals(new float[] {-1, 1, -1, 3}, out);
        assertArrayEquals(new boolean[] {true, false, true}, present);
        assertEquals(1, reader.readSome(joints(List.of("b", "b"), 5, 6), out, 1, present), "of equal names the first");
        assertArrayEquals(new float[] {-1, 1, 5, 3}, out);
        assertEquals(1, reader.readSome(joints(List.of("a", "b"), 7), out, 1, present), "b has no value");
        assertArrayEquals(new boolean[] {true, false, false}, present);
        assertEquals(0, reader.readSome(joints(List.of("x"), 1), out, 1, present));
        assertEquals(0, reader.readSome(joints(List.of("a", "b", "c")), out, 1, present), "velocities alone");
        assertEquals(3, reader.readSome(joints(List.of("a", "b", "c"), 1, 2, 3), out, 1, present));
        ByteBuffer cut = joints(List.of("a"), 1);
        assertEquals(VectorReader.MALFORMED, reader.readSome(cut.limit(cut.limit() - 30), out, 1, present));
        boolean[] whole = new boolean[1];
        VectorReader placed = JOINTS.vector("position[0:2]");
        assertEquals(List.of(), placed.names());
        assertEquals(VectorReader.MALFORMED, placed.readSome(joints(List.of("a"), 1), out, 1, whole));
        assertEquals(1, placed.readSome(joints(List.of("a", "b"), 8, 9), out, 1, whole));
        assertArrayEquals(new float[] {-1, 8, 9, 3}, out);
    }

    @Test
    void shouldReadTheHeaderStamp() {
        ByteBuffer message = joints(List.of("a"), 1);
        assertEquals(5_000_000_007L, JOINTS.vector("velocity[0]").stampNs(message));
        assertEquals(0, CATALOG.message("geometry_msgs/Twist").vector("linear").stampNs(ByteBuffer.allocate(48)));
    }

    @Test
    void shouldReadNestedFieldsSlicesAndIndices() {
        Map<String, Object> xyz = Map.of("x", 1, "y", 2, "z", 3);
        assertArrayEquals(new float[] {1, 2, 3},
                read("geometry_msgs/WrenchStamped", "wrench.force", Map.of("wrench", Map.of("force", xyz))));
        assertArrayEquals(new float[] {1, 2, 3, 0, 0, 0, 1}, read("geometry_msgs/PoseStamped", "pose",
                Map.of("pose", Map.of("position", xyz, "orientation", Map.of("w", 1)))));
        assertArrayEquals(new float[] {2}, read("geometry_msgs/PoseStamped", "pose.position.y",
                Map.of("pose", Map.of("position", xyz))));
        assertArrayEquals(new float[] {.5f, .25f}, read("sensor_msgs/Joy", "axes[1:3]",
                Map.of("axes", new float[] {0, .5f, .25f, 0})));
        assertArrayEquals(new float[] {1, 0}, read("sensor_msgs/Joy", "buttons[2,0]",
                Map.of("axes", new float[] {7}, "buttons", List.of(0, 0, 1))));
        assertArrayEquals(new float[] {4, 9}, read("std_msgs/Float64MultiArray", "data[0:2]", Map.of("layout",
                Map.of("dim", List.of(Map.of("label", "rows"), Map.of("label", "columns"))), "data", List.of(4, 9))));
        assertArrayEquals(new float[] {8, 9}, read("trajectory_msgs/JointTrajectory", "points[1].positions[0:2]",
                Map.of("joint_names", List.of("a", "b"), "points", List.of(Map.of("positions", List.of(1, 2),
                        "velocities", List.of(3)), Map.of("positions", List.of(8, 9))))));
        assertArrayEquals(new float[] {1, 2, 3, 1, 2, 3}, read("geometry_msgs/PolygonStamped", "polygon.points[0:2]",
                Map.of("polygon", Map.of("points", List.of(xyz, xyz)))));
        assertEquals(36, CATALOG.message("nav_msgs/Odometry").vector("pose.covariance").size());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "sensor_msgs/JointState|positions[0]|did you mean 'position'?",
        "sensor_msgs/JointState|position|no fixed length",
        "sensor_msgs/JointState|position[|field.field[selector]",
        "sensor_msgs/JointState|position[3:1]|from:to with from < to",
        "sensor_msgs/JointState|position[a,]|an empty one",
        "sensor_msgs/JointState|name[0]|numbers only",
        "sensor_msgs/JointState|header|name one of its fields: seq, stamp, frame_id",
        "sensor_msgs/JointState|header.stamp|numbers only",
        "sensor_msgs/JointState|position.x|a nested message",
        "sensor_msgs/Joy|axes[left,right]|no array of names",
        "geometry_msgs/Twist|linear[0]|no brackets",
        "geometry_msgs/Twist|linear..x|field.field[selector]",
        "geometry_msgs/Twist|''|field.field[selector]",
        "nav_msgs/Path|poses.pose|one index",
        "nav_msgs/Odometry|pose.covariance[36]|indices below 36"})
    void shouldSayWhatIsWrongWithAPath(String type, String path, String expected) {
        InputException error = assertThrows(InputException.class,
                () -> CATALOG.message(type).vector(path));
        assertTrue(error.getMessage().contains(expected), error.getMessage());
    }

    @Test
    void shouldNotAllocatePerMessage() {
        ByteBuffer message = joints(List.of("a", "b", "c", "d", "e", "f", "g"), 1, 2, 3, 4, 5, 6, 7);
        VectorReader reader = JOINTS.vector("velocity[a,b,c,d,e,f,g]");
        float[] out = new float[7];
        long bytes = Allocation.least(5, () -> {
            for (int i = 0; i < 20_000; i++) {
                reader.read(message, out, 0);
                reader.stampNs(message);
            }
        });
        assertEquals(0, bytes);
    }

    @Test
    void shouldSurviveMutatedMessages() {
        MessageSchema trajectory = CATALOG.message("trajectory_msgs/JointTrajectory");
        ByteBuffer good = MessageEncoder.encode(trajectory, Map.of("joint_names", List.of("a", "b"), "points",
                List.of(Map.of("positions", List.of(1, 2)), Map.of("positions", List.of(3, 4)))));
        VectorReader byIndex = trajectory.vector("points[1].positions[0:2]");
        VectorReader byName = JOINTS.vector("position[a,b]");
        Random random = new Random(7);
        byte[] bytes = new byte[good.limit()];
        for (int i = 0; i < 50_000; i++) {
            good.get(0, bytes);
            for (int k = 0; k < 3; k++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            ByteBuffer message = ByteBuffer.wrap(bytes, 0, random.nextInt(bytes.length + 1)).order(ByteOrder.LITTLE_ENDIAN);
            byIndex.read(message, new float[2], 0);
            byIndex.stampNs(message);
            byName.readSome(message, new float[2], 0, new boolean[2]);
            try {
                MessageDecoder.decode(trajectory, message);
            } catch (InputException e) {
                // malformed: said so
            }
        }
    }
}
