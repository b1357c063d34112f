package dev.dpros.messages;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.ActionChunk;
import dev.dpros.core.CommandFrame;
import dev.dpros.core.InputException;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros.testing.Allocation;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The writers of what the control node publishes, read back through the types' schemas. */
class OutputWritersTest {
    private static final SchemaCatalog CATALOG = SchemaCatalog.packaged();
    private static final double[] AT_REST = new double[6];

    @Test
    void shouldWriteAPoseFromAQuaternionARotationVectorOrFixedAngles() {
        double half = Math.sqrt(0.5);
        double[] turned = {0, 0, half, half};
        assertArrayEquals(turned, orientation(List.of("x", "y", "z", "qx", "qy", "qz", "qw"), 1, 2, 3, 0, 0, 2, 2), 1e-12);
        assertArrayEquals(turned, orientation(List.of("x", "y", "z", "rx", "ry", "rz"), 1, 2, 3, 0, 0, Math.PI / 2), 1e-12);
        assertArrayEquals(turned, orientation(List.of("x", "y", "z", "yaw"), 1, 2, 3, Math.PI / 2), 1e-12);
        assertArrayEquals(new double[] {0, 0, 0, 1}, orientation(List.of("x", "y", "z"), 1, 2, 3), 0);
        double[] tumbled = orientation(List.of("x", "y", "z", "roll", "pitch", "yaw"), 1, 2, 3, 0.3, -0.4, 0.5);
        // the product of the three quaternions, computed apart
        assertArrayEquals(new double[] {0.19050591331489203, -0.1540970760638575, 0.2685154702459379, 0.9315905916115895},
                tumbled, 1e-12);
        assertEquals(1, tumbled[0] * tumbled[0] + tumbled[1] * tumbled[1] + tumbled[2] * tumbled[2] + tumbled[3] * tumbled[3], 1e-12);
    }

    @Test
    void shouldWriteTheSameTwistFromEveryRotationConvention() {
        double[] r = {0.3, -0.5, 0.7};
        double[] dr = {0.2, 0.1, -0.4};
        double[] expected = twist(List.of("rx", "ry", "rz"), r, dr);
        double h = 1e-6;
        double[] q0 = orientation(List.of("rx", "ry", "rz"), r[0] - h * dr[0], r[1] - h * dr[1], r[2] - h * dr[2]);
        double[] q1 = orientation(List.of("rx", "ry", "rz"), r[0] + h * dr[0], r[1] + h * dr[1], r[2] + h * dr[2]);
        double[] q = orientation(List.of("rx", "ry", "rz"), r[0], r[1], r[2]);
        double[] dq = new double[4];
        for (int i = 0; i < 4; i++) {
            dq[i] = (q1[i] - q0[i]) / (2 * h);
        }
        assertArrayEquals(expected, twist(List.of("qx", "qy", "qz", "qw"), q, dq), 1e-6);

        double[] angles = {0.3, -0.4, 0.5};
        double[] rates = {0.2, 0.1, -0.4};
        List<String> fixed = List.of("roll", "pitch", "yaw");
        q0 = orientation(fixed, angles[0] - h * rates[0], angles[1] - h * rates[1], angles[2] - h * rates[2]);
        q1 = orientation(fixed, angles[0] + h * rates[0], angles[1] + h * rates[1], angles[2] + h * rates[2]);
        for (int i = 0; i < 4; i++) {
            dq[i] = (q1[i] - q0[i]) / (2 * h);
        }
        assertArrayEquals(twist(List.of("qx", "qy", "qz", "qw"), orientation(fixed, angles), dq), twist(fixed, angles, rates), 1e-6);
    }

    @Test
    void shouldSendAZeroTwistForAHold() {
        assertArrayEquals(new double[3], twist(List.of("rx", "ry", "rz"), new double[] {1, 2, 3}, AT_REST), 0);
    }

    @Test
    void shouldJogJointsByTheVelocitiesOfNowAlone() {
        CommandFrame frame = new CommandFrame(List.of("a", "b"), 2);
        frame.points = 2;
        frame.stampNs = 5_000_000_000L;
        System.arraycopy(new double[] {1, 2, 3, 4}, 0, frame.positions, 0, 4);
        System.arraycopy(new double[] {0.5, -0.25, 9, 9}, 0, frame.velocities, 0, 4);
        Map<String, Object> jog = decode("control_msgs/JointJog", new JointJogWriter(CATALOG, frame, "base", 20_000_000L).write(frame));
        assertEquals(List.of("a", "b"), jog.get("joint_names"));
        assertArrayEquals(new double[] {0.5, -0.25}, (double[]) jog.get("velocities"));
        assertEquals(0, ((double[]) jog.get("displacements")).length, "they would add up where a message is lost or comes twice");
        assertEquals(0.02, jog.get("duration"));
        assertEquals(5_000_000_000L, ((Map<?, ?>) jog.get("header")).get("stamp"));
    }

    @Test
    void shouldNameADimensionThatIsNotAPose() {
        CommandFrame frame = new CommandFrame(List.of("x", "y", "yav"), 2);
        String message = assertThrows(InputException.class, () -> new PoseStampedWriter(CATALOG, frame, "")).getMessage();
        assertTrue(message.endsWith("found 'yav'; did you mean 'yaw'?"), message);
        CommandFrame mixed = new CommandFrame(List.of("x", "rx", "ry", "rz", "yaw"), 2);
        assertThrows(InputException.class, () -> new TwistStampedWriter(CATALOG, mixed, ""));
        CommandFrame partial = new CommandFrame(List.of("x", "qx", "qw"), 2);
        assertThrows(InputException.class, () -> new PoseStampedWriter(CATALOG, partial, ""));
    }

    @Test
    void shouldBeginATrajectoryOnePeriodAheadOnItsMotionAndWithoutAStamp() {
        CommandFrame frame = new CommandFrame(List.of("a"), 4);
        frame.stampNs = 5_000_000_000L;
        frame.points = 3; // q = t^2 up to 0.2 s, then at rest
        long[] times = {0, 100_000_000L, 200_000_000L};
        for (int i = 0; i < 3; i++) {
            frame.timeFromStartNs[i] = times[i];
            frame.positions[i] = times[i] * 1e-9 * times[i] * 1e-9;
            frame.velocities[i] = 2 * times[i] * 1e-9;
        }
        List<?> within = points(frame, new TrajectoryStart(false, 50_000_000L, false), 0L);
        assertEquals(3, within.size());
        assertPoint(within.get(0), 50_000_000L, 0.0025, 0.1);
        assertPoint(within.get(1), 100_000_000L, 0.01, 0.2);
        List<?> onAPoint = points(frame, new TrajectoryStart(true, 100_000_000L, false), 5_000_000_000L);
        assertEquals(2, onAPoint.size());
        assertPoint(onAPoint.get(0), 100_000_000L, 0.01, 0.2);
        assertPoint(points(frame, new TrajectoryStart(true, 150_000_000L, true), 5_000_000_000L).get(0), 150_000_000L, 0.01, 0.2);
        frame.points = 1;
        List<?> rest = points(frame, new TrajectoryStart(false, 20_000_000L, false), 0L);
        assertEquals(1, rest.size());
        assertPoint(rest.get(0), 20_000_000L, 0, 0);
    }

    private static List<?> points(CommandFrame frame, TrajectoryStart start, long stampNs) {
        Map<String, Object> message = CATALOG.message("trajectory_msgs/JointTrajectory").decode(
                new JointTrajectoryWriter(CATALOG, frame, "", start).write(frame));
        assertEquals(stampNs, ((Number) ((Map<?, ?>) message.get("header")).get("stamp")).longValue());
        return (List<?>) message.get("points");
    }

    private static void assertPoint(Object point, long timeNs, double position, double velocity) {
        Map<?, ?> fields = (Map<?, ?>) point;
        assertEquals(timeNs, ((Number) fields.get("time_from_start")).longValue());
        assertArrayEquals(new double[] {position}, (double[]) fields.get("positions"), 1e-12);
        assertArrayEquals(new double[] {velocity}, (double[]) fields.get("velocities"), 1e-12);
    }

    @Test
    void shouldSampleAFrameOnThePolicysGridAsAChunk() {
        CommandFrame frame = new CommandFrame(List.of("a"), 4);
        frame.stampNs = 5_000_000_000L;
        frame.chunkId = 9;
        frame.observationStampNs = 4_900_000_000L;
        frame.points = 2;
        frame.timeFromStartNs[1] = 200_000_000L;
        frame.positions[1] = 1;
        Map<String, Object> smooth = decode("diffusion_policy_msgs/ActionChunk",
                new ActionChunkWriter(CATALOG, List.of("a"), "base", 100_000_000L, false).write(frame));
        assertArrayEquals(new double[] {0, 0.5, 1}, (double[]) smooth.get("values"), 1e-12);
        assertEquals(9L, smooth.get("id"));
        assertEquals(4_900_000_000L, smooth.get("observation_stamp"));
        assertEquals(100_000_000L, smooth.get("step"));
        Map<String, Object> stepped = decode("diffusion_policy_msgs/ActionChunk",
                new ActionChunkWriter(CATALOG, List.of("a"), "base", 100_000_000L, true).write(frame));
        assertArrayEquals(new double[] {0, 0, 1}, (double[]) stepped.get("values"), 1e-12);
    }

    @Test
    void shouldWriteASampledChunkAndItsPath() {
        ActionChunk chunk = new ActionChunk(7, 1_000_000_000L, 1_100_000_000L, 100_000_000L, 2, new double[] {1, 2, 3, 4}, 16);
        Map<String, Object> message = decode("diffusion_policy_msgs/ActionChunk",
                new ActionChunkWriter(CATALOG, List.of("a", "b"), "base", 1, true).write(chunk));
        assertEquals(List.of("a", "b"), message.get("names"));
        assertArrayEquals(new double[] {1, 2, 3, 4}, (double[]) message.get("values"));
        assertEquals(16, ((Number) message.get("denoising_steps")).intValue());

        List<?> poses = (List<?>) decode("nav_msgs/Path", new PathWriter(CATALOG, new int[] {1, 0}, "world").write(chunk)).get("poses");
        assertEquals(2, poses.size());
        Map<?, ?> last = (Map<?, ?>) poses.get(1);
        assertEquals(1_200_000_000L, ((Map<?, ?>) last.get("header")).get("stamp"));
        assertEquals("world", ((Map<?, ?>) last.get("header")).get("frame_id"));
        Map<?, ?> position = (Map<?, ?>) ((Map<?, ?>) last.get("pose")).get("position");
        assertEquals(4.0, position.get("x"));
        assertEquals(3.0, position.get("y"));
        assertEquals(0.0, position.get("z"));
    }

    @Test
    void shouldWriteTheControllersState() {
        ControllerStateWriter writer = new ControllerStateWriter(CATALOG, List.of("a", "b"), List.of("/camera", "/joints"),
                List.of("cleared", "camera_stale"));
        writer.stampNs = 3_000_000_001L;
        writer.state = 1;
        writer.reason = 1;
        writer.source = 0;
        writer.sourceAgesNs[0] = 700_000_000L;
        writer.sourceAgesNs[1] = -1;
        writer.command[1] = 4.5;
        writer.latenessNs = 1234;
        writer.limited = 64;
        Map<String, Object> message = decode("diffusion_policy_msgs/ControllerState", writer.write());
        assertEquals("camera_stale", message.get("reason"));
        assertEquals("/camera", message.get("source"));
        assertEquals(1, ((Number) message.get("state")).intValue());
        assertEquals(64, ((Number) message.get("limited")).intValue());
        assertEquals(1234L, message.get("lateness"));
        assertArrayEquals(new double[] {0, 4.5}, (double[]) message.get("command"));
        assertEquals(0, ((double[]) message.get("measured")).length);
        assertEquals(List.of("/camera", "/joints"), message.get("sources"));
    }

    @Test
    void shouldWriteWithoutAllocation() {
        CommandFrame frame = new CommandFrame(List.of("x", "y", "z", "rx", "ry", "rz"), 16);
        frame.points = 16;
        for (int i = 0; i < 16; i++) {
            frame.timeFromStartNs[i] = i * 50_000_000L;
        }
        List<CommandWriter> writers = List.of(new PoseStampedWriter(CATALOG, frame, "base"), new TwistStampedWriter(CATALOG, frame, "base"),
                new ActionChunkWriter(CATALOG, frame.names(), "base", 100_000_000L, false), new JointTrajectoryWriter(CATALOG, frame, ""),
                new JointJogWriter(CATALOG, frame, "", 20_000_000L));
        CommandWriter[] all = writers.toArray(new CommandWriter[0]);
        ControllerStateWriter state = new ControllerStateWriter(CATALOG, frame.names(), List.of("/camera"), List.of("cleared"));
        assertEquals(0, Allocation.least(5, () -> {
            for (int i = 0; i < 10_000; i++) {
                frame.stampNs = i;
                for (CommandWriter writer : all) {
                    writer.write(frame);
                }
                state.stampNs = i;
                state.write();
            }
        }));
    }

    private static double[] orientation(List<String> names, double... action) {
        CommandFrame frame = new CommandFrame(names, 1);
        frame.points = 1;
        System.arraycopy(action, 0, frame.positions, 0, action.length);
        Map<?, ?> pose = (Map<?, ?>) decode("geometry_msgs/PoseStamped", new PoseStampedWriter(CATALOG, frame, "base").write(frame)).get("pose");
        Map<?, ?> q = (Map<?, ?>) pose.get("orientation");
        return new double[] {(double) q.get("x"), (double) q.get("y"), (double) q.get("z"), (double) q.get("w")};
    }

    private static double[] twist(List<String> names, double[] action, double[] rates) {
        CommandFrame frame = new CommandFrame(names, 1);
        frame.points = 1;
        System.arraycopy(action, 0, frame.positions, 0, names.size());
        System.arraycopy(rates, 0, frame.velocities, 0, names.size());
        Map<?, ?> twist = (Map<?, ?>) decode("geometry_msgs/TwistStamped", new TwistStampedWriter(CATALOG, frame, "base").write(frame)).get("twist");
        Map<?, ?> w = (Map<?, ?>) twist.get("angular");
        return new double[] {(double) w.get("x"), (double) w.get("y"), (double) w.get("z")};
    }

    private static Map<String, Object> decode(String type, java.nio.ByteBuffer message) {
        return CATALOG.message(type).decode(message);
    }
}
