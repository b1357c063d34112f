package dev.dpros.cli.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.cli.Main;
import dev.dpros.control.AtRest;
import dev.dpros.control.ControlConfig;
import dev.dpros.control.ControlLoop;
import dev.dpros.control.Interpolation;
import dev.dpros.control.MotionRules;
import dev.dpros.control.TickReport;
import dev.dpros.core.ChunkRequester;
import dev.dpros.core.ManualClock;
import dev.dpros.datasets.rosbag.BagWriter;
import dev.dpros.messages.ControllerStateWriter;
import dev.dpros.messages.JointTrajectoryWriter;
import dev.dpros.ros.message.MessageSchema;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.safety.JointLimits;
import dev.dpros.safety.SafetyEvent;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Bags of the real control loop's commands, and of what it would never send. */
@Timeout(120)
class AuditCommandTest {
    private static final long START_NS = 1_700_000_000_000_000_000L;
    private static final long SECOND_NS = 1_000_000_000L;
    private static final List<String> NAMES = List.of("a", "b");

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    /** A robot that does as it is told, recorded: its commands, its {@code ~state}, its position. */
    private static final class Rig implements AutoCloseable {
        private final ManualClock clock = new ManualClock(START_NS);
        private final BagWriter bag;
        private final int commands;
        private final int states;
        private final int joints;
        private final ControlLoop loop;
        private final double[] robot = {0.3, -1};
        private final double[] seen = new double[2];
        private double[] wanted;
        private boolean stateRecorded = true;
        private boolean blind;
        private boolean held;
        private ByteBuffer last;
        private TickReport report;

        Rig(Path path, AtRest atRest) throws Exception {
            bag = new BagWriter(path);
            commands = connect("/arm/command", "trajectory_msgs/JointTrajectory");
            states = connect("/dpros/state", "diffusion_policy_msgs/ControllerState");
            joints = connect("/joint_states", "sensor_msgs/JointState");
            ControlConfig config = ControlConfig.of(NAMES, 100, 10, 15, 6).with(Interpolation.CUBIC)
                    .with(MotionRules.silent(2, 0.02).with(atRest));
            JointTrajectoryWriter[] writer = new JointTrajectoryWriter[1];
            loop = new ControlLoop(ControlLoop.Wiring.of(config, config.safetyFilter(NAMES.stream()
                    .map(name -> new JointLimits(name, -2.8, 2.8, 1.5, 4, 40)).toList()), List.of(), this::measure, new Idle(),
                    frame -> {
                        writer[0] = writer[0] == null ? new JointTrajectoryWriter(SchemaCatalog.packaged(), frame, "base") : writer[0];
                        publish(writer[0].write(frame));
                        System.arraycopy(frame.positions, 0, robot, 0, held ? 0 : 2);
                    }).teleoperatedBy(into -> {
                        if (wanted != null) {
                            System.arraycopy(wanted, 0, into, 0, 2);
                        }
                        return wanted != null;
                    }).hearing("bag", tick -> report = tick));
        }

        private boolean measure(double[] into) {
            if (!blind) {
                System.arraycopy(robot, 0, seen, 0, 2);
            }
            System.arraycopy(seen, 0, into, 0, 2);
            return true;
        }

        private int connect(String topic, String type) {
            MessageSchema schema = SchemaCatalog.packaged().message(type);
            return bag.connect(topic, type, schema.md5(), schema.definition());
        }

        private void publish(ByteBuffer message) {
            last = ByteBuffer.allocate(message.remaining()).order(ByteOrder.LITTLE_ENDIAN).put(message.duplicate()).flip();
            write(commands, message);
        }

        private void write(int connection, ByteBuffer message) {
            try {
                bag.message(connection, clock.rosNs(), message);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** The last command once more, as another program might send it. */
        void repeat() {
            last.putInt(4, (int) (clock.rosNs() / SECOND_NS)).putInt(8, (int) (clock.rosNs() % SECOND_NS));
            write(commands, last.duplicate().order(ByteOrder.LITTLE_ENDIAN));
        }

        void run(double seconds) {
            for (int i = 0; i < Math.round(seconds * 100); i++) {
                clock.advanceNs(10_000_000);
                write(joints, joints());
                loop.tick(clock.rosNs(), clock.monotonicNs());
                if (stateRecorded) {
                    write(states, state());
                }
            }
        }

        private ByteBuffer joints() {
            ByteBuffer message = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);
            message.putInt(0).putInt((int) (clock.rosNs() / SECOND_NS)).putInt((int) (clock.rosNs() % SECOND_NS)).putInt(0).putInt(2);
            NAMES.forEach(name -> message.putInt(1).put(name.getBytes(StandardCharsets.US_ASCII)));
            message.putInt(2);
            Arrays.stream(robot).forEach(message::putDouble);
            return message.putInt(0).putInt(0).flip();
        }

        private ByteBuffer state() {
            ControllerStateWriter writer = new ControllerStateWriter(SchemaCatalog.packaged(), NAMES, List.of(), List.of("x"));
            writer.stampNs = clock.rosNs();
            writer.state = report.state.ordinal();
            writer.intervention = report.human;
            writer.commanding = report.commanding;
            writer.source = -1;
            return writer.write();
        }

        /** A human drives there, lets go, and nobody does for two seconds. */
        void drive(double a) {
            wanted = new double[] {a, -1};
            run(1.5);
            wanted = null;
            run(2);
        }

        @Override
        public void close() throws Exception {
            bag.close();
        }
    }

    /** No policy. */
    private record Idle() implements ChunkRequester {
        @Override
        public boolean request(long requestNs, long deadlineNs, int executedSteps) {
            return false;
        }

        @Override
        public boolean busy() {
            return false;
        }

        @Override
        public long runningSinceNs() {
            return Long.MIN_VALUE;
        }
    }

    private Path config(String action) throws Exception {
        return Files.writeString(directory.resolve("robot.yaml"), """
                policy: none
                observations:
                  observation.state: {topic: /joint_states, field: "position[a,b]"}
                control: {rate_hz: 100, interpolation: cubic}
                action:
                  topic: /arm/command
                  type: trajectory_msgs/JointTrajectory
                  joints: [a, b]
                  limits: {default: {position: [-2.8, 2.8], velocity: 1.5, acceleration: 4, jerk: 40}}
                """ + action);
    }

    @BeforeEach
    void quiet() throws Exception {
        config("");
    }

    private int audit(Path... recordings) {
        List<String> args = new ArrayList<>(List.of("audit", "--config", directory.resolve("robot.yaml").toString(),
                "--json", directory.resolve("audit.json").toString()));
        for (Path recording : recordings) {
            args.add("--recording");
            args.add(recording.toString());
        }
        CommandLine line = Main.commandLine();
        return line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)).execute(args.toArray(new String[0]));
    }

    private JsonNode result() throws Exception {
        return new ObjectMapper().readTree(directory.resolve("audit.json").toFile()).get("recordings").get(0);
    }

    @Test
    void shouldFindNothingInARunThatTakesUpARobotThatWasMovedAndFallsSilentAtRest() throws Exception {
        Path bag = directory.resolve("clean.bag");
        try (Rig rig = new Rig(bag, AtRest.SILENT)) {
            rig.run(1);
            rig.drive(0.6);
            rig.robot[0] += 0.5;
            rig.run(1);
            rig.drive(0.2);
            rig.robot[0] += 0.015;
            rig.drive(0.4);
        }
        assertEquals(0, audit(bag), out + " " + err);
        assertTrue(result().get("findings").isEmpty());
        assertEquals(3, result().get("first_commands_judged").asInt());
        assertEquals(0, result().get("first_commands_not_judged").asInt());
        assertEquals(0, result().get("commands_without_state").asInt());
        assertTrue(out.toString().contains("every point is within the limits"), out.toString());
    }

    @Test
    void shouldFindAFirstCommandFarFromTheMeasuredPosition() throws Exception {
        Path bag = directory.resolve("jump.bag");
        try (Rig rig = new Rig(bag, AtRest.SILENT)) {
            rig.run(1);
            rig.drive(0.6);
            rig.blind = true;
            rig.robot[0] += 0.5;
            rig.run(1);
            rig.drive(0.2);
        }
        assertEquals(1, audit(bag), out.toString());
        assertEquals(1, result().get("findings").get("TAKE_UP").asInt());
        assertFalse(result().get("findings").has("NOBODY_DRIVES"));
        assertTrue(out.toString().contains("first command of a is 0.600000, measured 1.10000: 0.500000 apart, tolerance 0.0200000"), out.toString());
    }

    @Test
    void shouldTakeUpARobotThatWasMovedInTheHalfSecondBeforeSilence() throws Exception {
        Path bag = directory.resolve("early.bag");
        try (Rig rig = new Rig(bag, AtRest.SILENT)) {
            rig.run(1);
            rig.drive(0.6);
            rig.wanted = new double[] {0.6, -1};
            rig.run(0.5);
            rig.wanted = null;
            rig.run(0.2);
            rig.held = true;
            rig.robot[0] += 0.5;
            rig.run(0.1);
            rig.held = false;
            rig.drive(0.2);
        }
        assertEquals(0, audit(bag), out.toString());
        assertEquals(3, result().get("first_commands_judged").asInt());
    }

    @Test
    void shouldKnowAFirstCommandWithoutStateToo() throws Exception {
        Path bag = directory.resolve("stateless.bag");
        try (Rig rig = new Rig(bag, AtRest.SILENT)) {
            rig.stateRecorded = false;
            rig.run(1);
            rig.drive(0.6);
            rig.blind = true;
            rig.robot[1] -= 0.3;
            rig.run(1);
            rig.drive(0.2);
        }
        assertEquals(1, audit(bag), out.toString());
        assertEquals(1, result().get("findings").get("TAKE_UP").asInt());
        assertTrue(result().get("commands_without_state").asInt() > 100);
        assertTrue(out.toString().contains("no ~state was seen"), out.toString());
    }

    @Test
    void shouldFindCommandsWhileNobodyDrives() throws Exception {
        Path bag = directory.resolve("idle.bag");
        try (Rig rig = new Rig(bag, AtRest.SILENT)) {
            rig.run(1);
            rig.drive(0.6);
            for (int i = 0; i < 20; i++) {
                rig.repeat();
                rig.run(0.05);
            }
        }
        assertEquals(1, audit(bag), out.toString());
        assertEquals(20, result().get("findings").get("NOBODY_DRIVES").asInt());
        assertTrue(out.toString().contains("a command while ~state says that none is sent"), out.toString());
    }

    @Test
    void shouldFindANodeThatStreamsItsLastPositionForEver() throws Exception {
        Path bag = directory.resolve("streams.bag");
        try (Rig rig = new Rig(bag, AtRest.ALWAYS)) {
            rig.run(1);
            rig.drive(0.6);
            rig.run(3);
        }
        assertEquals(1, audit(bag), out.toString());
        assertTrue(result().get("findings").get("NOBODY_DRIVES").asInt() > 100);
        assertTrue(out.toString().contains("after nobody drove any more (at_rest: silent)"), out.toString());
        config("  at_rest: repeat\n");
        assertEquals(0, audit(bag), "the robot stays where it was left: " + out);
    }

    @Test
    void shouldFindAPositionThatIsRepeatedAlthoughTheRobotIsElsewhere() throws Exception {
        config("  at_rest: repeat\n");
        Path good = directory.resolve("leaves.bag");
        Path bad = directory.resolve("pulls.bag");
        for (Path bag : List.of(good, bad)) {
            try (Rig rig = new Rig(bag, bag == good ? AtRest.REPEAT : AtRest.ALWAYS)) {
                rig.run(1);
                rig.drive(0.6);
                rig.run(1);
                rig.held = true;
                rig.robot[1] = -0.5;
                rig.run(2);
            }
        }
        assertEquals(0, audit(good), out.toString());
        assertEquals(1, audit(bad), out.toString());
        assertTrue(out.toString().contains("-1.00000 of b is repeated, measured"), out.toString());
    }

    @Test
    void shouldNotTakeTheMiddleOfAMotionForItsBeginning() throws Exception {
        Path bag = directory.resolve("middle.bag");
        try (Rig rig = new Rig(bag, AtRest.SILENT)) {
            rig.loop.watchdog().request(SafetyEvent.STARTED);
            rig.drive(0.6);
        }
        assertEquals(0, audit(bag), out.toString());
        assertEquals(0, result().get("first_commands_judged").asInt());
        assertEquals(1, result().get("first_commands_not_judged").asInt());
        assertTrue(out.toString().contains("1 not (not measured, or the recording begins with it)"), out.toString());
    }

    @Test
    void shouldFindTheSameInABagOfRos2() throws Exception {
        Path bag = directory.resolve("jump.bag");
        try (Rig rig = new Rig(bag, AtRest.SILENT)) {
            rig.run(1);
            rig.drive(0.6);
            rig.blind = true;
            rig.robot[0] += 0.5;
            rig.run(1);
            rig.drive(0.2);
        }
        assertEquals(1, audit(bag), out.toString());
        JsonNode found = result();
        Path journals = directory.resolve("journals");
        Path exported = directory.resolve("mcap");
        dpros("dataset", "import", bag.toString(), "-o", journals.toString(), "--config", directory.resolve("robot.yaml").toString(),
                "--map", "/dpros/state=state");
        dpros("dataset", "export", journals.toString(), "--format", "mcap", "-o", exported.toString());
        Path folder = exported.resolve("episode_000000");
        for (Path mcap : List.of(exported, folder, folder.resolve("episode_000000_0.mcap"))) {
            assertEquals(1, audit(mcap), out.toString());
            ObjectNode again = (ObjectNode) result();
            assertEquals(mcap == exported ? folder.toString() : mcap.toString(), again.remove("file").asText());
            assertEquals(((ObjectNode) found.deepCopy()).without("file"), again);
        }
    }

    private void dpros(String... args) {
        CommandLine line = Main.commandLine();
        assertEquals(0, line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)).execute(args), () -> out + " " + err);
    }

    @Test
    void shouldRefuseWhatItCannotRead() throws Exception {
        assertEquals(2, audit(directory.resolve("none.bag")));
        assertTrue(err.toString().contains("a journal (episode_*.dpj) or a recording directory, found nothing"), err.toString());
        Path bag = directory.resolve("two.bag");
        try (Rig rig = new Rig(bag, AtRest.SILENT)) {
            rig.connect("/other/state", "diffusion_policy_msgs/ControllerState");
            rig.run(0.1);
            rig.write(3, rig.state());
        }
        assertEquals(2, audit(bag));
        assertTrue(err.toString().contains("say with --state which one is the node's"), err.toString());
    }
}
