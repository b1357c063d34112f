package dev.dpros.ros2.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.ActionChunk;
import dev.dpros.core.CommandFrame;
import dev.dpros.core.ImageLayout;
import dev.dpros.core.MessageReader;
import dev.dpros.core.MessageTypes;
import dev.dpros.core.MessageWriter;
import dev.dpros.messages.ActionChunkWriter;
import dev.dpros.messages.ControllerStateWriter;
import dev.dpros.messages.ImageWriter;
import dev.dpros.messages.JointJogWriter;
import dev.dpros.messages.JointStateWriter;
import dev.dpros.messages.JointTrajectoryWriter;
import dev.dpros.messages.PathWriter;
import dev.dpros.messages.PoseStampedWriter;
import dev.dpros.messages.RosImageReader;
import dev.dpros.messages.SimpleWriters;
import dev.dpros.messages.TwistStampedWriter;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros.testing.Allocation;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the program itself writes and reads, in ROS 2's bytes. */
class CdrMessagesTest {
    private static final Ros2Catalog NEW = Ros2Catalog.packaged();
    private static final SchemaCatalog OLD = SchemaCatalog.packaged();
    private static final long STAMP_NS = 1_700_000_000_123_456_789L;

    /** Types and messages of every writer; names of different lengths, so that there are gaps. */
    private static Map<String, ByteBuffer> written(MessageTypes types) {
        Map<String, ByteBuffer> all = new LinkedHashMap<>();
        CommandFrame frame = frame("a", "joint");
        all.put("trajectory_msgs/JointTrajectory", new JointTrajectoryWriter(types, frame, "world").write(frame));
        all.put("sensor_msgs/JointState", new JointStateWriter(types, frame.names(), "").write(7, frame.positions, null));
        CommandFrame pose = frame("x", "y", "z", "yaw");
        all.put("geometry_msgs/PoseStamped", new PoseStampedWriter(types, pose, "tool0").write(pose));
        all.put("geometry_msgs/TwistStamped", new TwistStampedWriter(types, pose, "b").write(pose));
        all.put("control_msgs/JointJog", new JointJogWriter(types, frame, "b", 20_000_000L).write(frame));
        all.put("std_msgs/Float64", new SimpleWriters(types).float64(2.5));
        all.put("std_msgs/Float32", new SimpleWriters(types).float32(-2.5f));
        all.put("std_msgs/Float64MultiArray", new SimpleWriters(types).float64MultiArray(frame.positions, 3));
        all.put("rosgraph_msgs/Clock", new SimpleWriters(types).clock(STAMP_NS));
        all.put("sensor_msgs/Image", new ImageWriter(types, 5, 3, "mono8", 1, "cam").write(STAMP_NS, new byte[15]));
        ActionChunk chunk = new ActionChunk(11, STAMP_NS - 5, STAMP_NS, 50_000_000L, 2, new double[] {1, 2, 3, 4}, 9);
        all.put("nav_msgs/Path", new PathWriter(types, new int[] {0, 1}, "map").write(chunk));
        all.put("diffusion_policy_msgs/ActionChunk", new ActionChunkWriter(types, frame.names(), "", 50_000_000L, false).write(chunk));
        all.put("diffusion_policy_msgs/ControllerState", state(types).write());
        return all;
    }

    private static CommandFrame frame(String... names) {
        CommandFrame frame = new CommandFrame(List.of(names), 4);
        frame.points = 3;
        frame.stampNs = STAMP_NS;
        for (int i = 0; i < 3 * names.length; i++) {
            frame.positions[i] = i;
            frame.velocities[i] = -i;
            frame.timeFromStartNs[i / names.length] = i / names.length * 1_050_000_000L;
        }
        return frame;
    }

    private static ControllerStateWriter state(MessageTypes types) {
        ControllerStateWriter state = new ControllerStateWriter(types, List.of("a", "joint"), List.of("camera", "q"),
                List.of("ok", "camera_stale"));
        state.stampNs = STAMP_NS;
        state.reason = 1;
        state.tick = 5;
        state.latenessNs = -3;
        state.sourceAgesNs[1] = -1_000_000_000L;
        state.command[0] = 0.5;
        state.measuredKnown = true;
        state.commanding = true;
        return state;
    }

    @Test
    void shouldSayTheSameAsInRos1() {
        Map<String, ByteBuffer> old = written(OLD);
        written(NEW).forEach((type, message) -> assertEquals(
                plain(OLD.message(type).decode(old.get(type))), plain(NEW.message(type).decode(message)), type));
    }

    /** As text, without the sequence number of ROS 1's headers. */
    private static String plain(Object value) {
        if (value instanceof Map<?, ?> map) {
            StringBuilder text = new StringBuilder();
            map.forEach((key, part) -> text.append(key.equals("seq") ? "" : key + ":" + plain(part) + " "));
            return "{" + text + "}";
        }
        Object array = value instanceof List<?> list ? list.toArray() : value;
        if (!array.getClass().isArray()) {
            return value.toString();
        }
        StringBuilder text = new StringBuilder("[");
        for (int i = 0; i < Array.getLength(array); i++) {
            text.append(plain(Array.get(array, i))).append(' ');
        }
        return text + "]";
    }

    @Test
    void shouldWriteTheBytesThatJazzyWrites() {
        JointStateWriter joints = new JointStateWriter(NEW, List.of("j1", "joint_2"), "base");
        assertEquals(recorded("sensor_msgs/msg/JointState"),
                Jazzy.hex(joints.write(STAMP_NS, new double[] {0.5, -0.25}, new double[] {1, 2})));
        byte[] pixels = new byte[36];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) i;
        }
        assertEquals(recorded("sensor_msgs/msg/Image"),
                Jazzy.hex(new ImageWriter(NEW, 4, 3, "rgb8", 3, "base").write(STAMP_NS, pixels)));
    }

    private static String recorded(String type) {
        for (var message : Jazzy.recorded("messages")) {
            if (message.get("type").asText().equals(type)) {
                return message.get("hex").asText();
            }
        }
        throw new AssertionError(type);
    }

    @Test
    void shouldReadAnImageInEitherByteOrder() {
        ByteBuffer little = Jazzy.bytes(recorded("sensor_msgs/msg/Image"));
        Ros2Schema schema = NEW.message("sensor_msgs/Image");
        ByteBuffer big = CdrEncoder.encode(schema, schema.decode(little), ByteOrder.BIG_ENDIAN).order(ByteOrder.LITTLE_ENDIAN);
        RosImageReader reader = RosImageReader.forType(NEW, "sensor_msgs/Image");
        ImageLayout layout = new ImageLayout();
        for (ByteBuffer message : List.of(little, big)) {
            assertTrue(reader.read(message, layout));
            assertEquals(STAMP_NS, layout.stampNs);
            assertEquals("4 3 12 36", layout.width + " " + layout.height + " " + layout.stepBytes + " " + layout.dataLength);
            assertEquals(35, message.get(layout.dataOffset + 35));
        }
        assertFalse(reader.read(little.limit(little.limit() - 1), layout));
    }

    @Test
    void shouldWriteAndReadWithoutAllocation() {
        CommandFrame frame = frame("a", "joint");
        JointTrajectoryWriter trajectory = new JointTrajectoryWriter(NEW, frame, "");
        ControllerStateWriter state = state(NEW);
        SimpleWriters simple = new SimpleWriters(NEW);
        RosImageReader images = RosImageReader.forType(NEW, "sensor_msgs/Image");
        ByteBuffer image = Jazzy.bytes(recorded("sensor_msgs/msg/Image"));
        ImageLayout layout = new ImageLayout();
        assertEquals(0, Allocation.least(5, () -> {
            for (int i = 0; i < 10_000; i++) {
                trajectory.write(frame);
                state.write();
                simple.float64MultiArray(frame.positions, 6);
                images.read(image, layout);
            }
        }));
    }

    @Test
    void shouldGrowForALargerMessage() {
        MessageWriter writer = NEW.writer(1);
        double[] values = new double[1000];
        values[999] = 7;
        for (int i = 0; i < 3; i++) {
            ByteBuffer message = writer.begin().u8(1).doubles(values, 0, 1000).u8(2).f64(0.5).end();
            MessageReader reader = NEW.reader().begin(message);
            assertEquals(1, reader.u8());
            assertEquals(1000, reader.count(8));
            reader.skip(999, 8);
            assertEquals(7, reader.f64());
            assertEquals(2, reader.u8());
            assertEquals(0.5, reader.f64());
            assertTrue(reader.whole());
        }
    }

    @ParameterizedTest
    @CsvSource({"'',false", "00010000,false", "000200000500000041414141,false", "00010000ffffffff,false", "0001000002000000410a,false",
        "00010000020000004100,true", "000000000000000241000000,true", "0001000002000000410000000000,false", "0001000000000000,true"})
    void shouldReadATextOrSayThatItIsMalformed(String hex, boolean whole) {
        MessageReader reader = NEW.reader().begin(Jazzy.bytes(hex));
        int length = reader.text();
        assertEquals(whole, reader.whole());
        assertTrue(length <= 1, "no more than is there: " + length);
        assertEquals(-1, reader.sequence());
    }

    @Test
    void shouldSurviveMutatedMessages() {
        RosImageReader images = RosImageReader.forType(NEW, "sensor_msgs/Image");
        RosImageReader compressed = RosImageReader.forType(NEW, "sensor_msgs/CompressedImage");
        byte[] good = Jazzy.bytes(recorded("sensor_msgs/msg/Image")).array();
        Random random = new Random(5);
        ImageLayout layout = new ImageLayout();
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = good.clone();
            for (int k = 0; k < 3; k++) {
                bytes[random.nextInt(50)] = (byte) random.nextInt(random.nextBoolean() ? 256 : 8);
            }
            int length = random.nextBoolean() ? bytes.length : random.nextInt(bytes.length + 1);
            ByteBuffer message = ByteBuffer.wrap(bytes, 0, length).order(ByteOrder.LITTLE_ENDIAN);
            if (images.read(message, layout)) {
                assertTrue(layout.dataOffset >= 0 && layout.dataOffset + layout.dataLength <= length);
            }
            images.describe(message);
            compressed.read(message, layout);
        }
    }
}
