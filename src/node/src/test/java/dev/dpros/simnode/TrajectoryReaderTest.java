package dev.dpros.simnode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.CommandFrame;
import dev.dpros.messages.JointTrajectoryWriter;
import dev.dpros.ros.message.MessageEncoder;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros.testing.Allocation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TrajectoryReaderTest {
    private static final long NOW_NS = 5_000_000_000L;
    private final TrajectoryReader reader = new TrajectoryReader(SchemaCatalog.packaged().reader(), List.of("a", "bb"), 4);

    @Test
    void shouldReadPointsInTheRobotsOrderWhateverOrderTheMessageHas() {
        assertEquals(2, reader.read(message(List.of("bb", "a"), 7_000_000_000L, new double[][] {{1, 2}, {3, 4}}), NOW_NS));
        assertArrayEquals(new double[] {2, 1, 4, 3}, Arrays.copyOf(reader.positions(), 4));
        assertArrayEquals(new long[] {7_000_000_000L, 8_000_000_000L}, Arrays.copyOf(reader.stampsNs(), 2));
    }

    @Test
    void shouldStartNowWhenTheHeaderHasNoStamp() {
        reader.read(message(List.of("a", "bb"), 0, new double[][] {{1, 2}}), NOW_NS);
        assertEquals(NOW_NS, reader.stampsNs()[0]);
    }

    @Test
    void shouldReadWhatTheControlLoopSends() {
        CommandFrame frame = new CommandFrame(List.of("a", "bb"), 3);
        frame.stampNs = NOW_NS;
        frame.points = 3;
        for (int i = 0; i < 3; i++) {
            frame.timeFromStartNs[i] = i * 20_000_000L;
            frame.positions[2 * i] = i;
            frame.positions[2 * i + 1] = -i;
        }
        ByteBuffer message = new JointTrajectoryWriter(SchemaCatalog.packaged(), frame, "base").write(frame);
        assertEquals(3, reader.read(message, 1));
        assertArrayEquals(new double[] {0, 0, 1, -1, 2, -2}, Arrays.copyOf(reader.positions(), 6), 0);
        assertEquals(NOW_NS + 40_000_000L, reader.stampsNs()[2]);
        assertEquals(0, Allocation.least(5, () -> reader.read(message.position(0), 1)));
    }

    @Test
    void shouldRefuseOtherJointsAndTooManyPoints() {
        assertEquals(-1, reader.read(message(List.of("a"), 1, new double[][] {{1}}), NOW_NS));
        assertEquals(-1, reader.read(message(List.of("a", "c"), 1, new double[][] {{1, 2}}), NOW_NS));
        assertEquals(-1, reader.read(message(List.of("a", "a"), 1, new double[][] {{1, 2}}), NOW_NS));
        assertEquals(-1, reader.read(message(List.of("a", "bb"), 1, new double[5][2]), NOW_NS));
        assertEquals(0, reader.read(message(List.of("a", "bb"), 1, new double[0][2]), NOW_NS));
    }

    @Test
    void shouldSurviveMutatedMessages() {
        Random random = new Random(4);
        byte[] good = new byte[message(List.of("a", "bb"), 1, new double[3][2]).remaining()];
        message(List.of("a", "bb"), 1, new double[3][2]).get(good);
        int refused = 0;
        for (int i = 0; i < 50_000; i++) {
            byte[] bad = Arrays.copyOf(good, random.nextInt(4) == 0 ? random.nextInt(good.length) : good.length);
            for (int k = random.nextInt(4); k >= 0 && bad.length > 0; k--) {
                bad[random.nextInt(bad.length)] = (byte) (random.nextBoolean() ? random.nextInt() : 0xFF);
            }
            refused += reader.read(ByteBuffer.wrap(bad).order(ByteOrder.LITTLE_ENDIAN), NOW_NS) < 0 ? 1 : 0;
        }
        assertTrue(refused > 10_000);
    }

    private static ByteBuffer message(List<String> joints, long stampNs, double[][] positions) {
        List<Map<String, Object>> points = new ArrayList<>();
        for (int i = 0; i < positions.length; i++) {
            points.add(Map.of("positions", positions[i], "time_from_start", i * 1_000_000_000L));
        }
        return MessageEncoder.encode(SchemaCatalog.packaged().message("trajectory_msgs/JointTrajectory"), Map.of(
                "header", Map.of("seq", 0, "stamp", stampNs, "frame_id", ""), "joint_names", joints, "points", points));
    }
}
