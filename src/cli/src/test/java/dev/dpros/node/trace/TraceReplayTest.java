package dev.dpros.node.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.dpros.cli.MainAccess;
import dev.dpros.config.TraceSection;
import dev.dpros.control.AtRest;
import dev.dpros.control.ChunkStrategy;
import dev.dpros.control.ControlConfig;
import dev.dpros.control.ControlLoop;
import dev.dpros.control.Interpolation;
import dev.dpros.control.JoinConfig;
import dev.dpros.control.LoopInputs;
import dev.dpros.control.MotionRules;
import dev.dpros.control.OutputConfig;
import dev.dpros.control.TickListener;
import dev.dpros.control.WiredOutput;
import dev.dpros.core.ActionChunk;
import dev.dpros.core.ChunkRequester;
import dev.dpros.core.CommandFrame;
import dev.dpros.core.CommandSink;
import dev.dpros.core.InputException;
import dev.dpros.core.ManualClock;
import dev.dpros.core.SamplingFailure;
import dev.dpros.core.SourceHealth;
import dev.dpros.recording.trace.TraceFile;
import dev.dpros.safety.JointLimits;
import dev.dpros.safety.SafetyEvent;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What happened to a loop happens again, tick by tick, when its trace is run. */
@Tag("long")
class TraceReplayTest {
    private static final long MS = 1_000_000L;
    private static final SafetyEvent[] OPERATOR = {SafetyEvent.STARTED, SafetyEvent.STARTED, SafetyEvent.STARTED,
        SafetyEvent.STARTED, SafetyEvent.RESET, SafetyEvent.RESET, SafetyEvent.RESET, SafetyEvent.OPERATOR_STOP,
        SafetyEvent.ENABLE_LOST, SafetyEvent.EMERGENCY_STOP};

    private final List<NodeTrace> traces = new ArrayList<>();

    @AfterEach
    void endWriters() {
        traces.forEach(NodeTrace::close);
    }

    @TempDir
    Path dir;

    /** A loop on an unreliable robot, whose ticks are traced. */
    private final class Robot implements ChunkRequester {
        private final ManualClock clock = new ManualClock(1_700_000_000_000_000_000L);
        private final SourceHealth camera = new SourceHealth("/camera", SourceHealth.Kind.CAMERA, 200 * MS);
        private final SourceHealth joints = new SourceHealth("/joint_states", SourceHealth.Kind.JOINT_STATE, 100 * MS);
        private final ControlConfig config;
        private ControlLoop.Wiring wiring;
        private ControlLoop loop;
        private final NodeTrace trace;
        private final Random random = new Random(5);
        private final double[] measured = new double[2];
        private final Random hand = new Random(7);
        private final double[] wanted = new double[2];
        private final Set<String> lost = new HashSet<>();
        private boolean alive = true;
        private boolean enabled = true;
        private boolean held;
        private boolean teleoperated;
        private boolean busy;
        private long since = Long.MIN_VALUE;
        private long id;

        Robot(ChunkStrategy strategy, Interpolation interpolation, TraceSection section, double traced) {
            this(strategy, interpolation, section, traced, MotionRules.UNSUPERVISED);
        }

        Robot(ChunkStrategy strategy, Interpolation interpolation, TraceSection section, double traced, MotionRules rules) {
            this(ControlConfig.of(List.of("a", "b"), 50, 10, 16, 5).with(interpolation).with(JoinConfig.of(strategy)).with(rules), section, traced);
        }

        Robot(ControlConfig config, TraceSection section, double traced) {
            this.config = config;
            TraceSetup setup = new TraceSetup("/robot", "policy", config, limits(traced),
                    List.of(TraceSetup.Source.of(camera), TraceSetup.Source.of(joints)));
            trace = NodeTrace.open(section, setup, List.of(), clock);
            traces.add(trace);
            wiring = ControlLoop.Wiring.of(config, WiredOutput.of(config, limits(1.5), this::sink), LoopInputs.of(List.of(camera, joints), out -> {
                System.arraycopy(measured, 0, out, 0, 2);
                return true;
            }), this).enabledBy(nowNs -> enabled)
                    .teleoperatedBy(out -> {
                        System.arraycopy(wanted, 0, out, 0, 2);
                        return teleoperated;
                    }).hearing("trace", trace::ticked);
            loop = new ControlLoop(wiring);
        }

        private CommandSink sink(OutputConfig output) {
            return new CommandSink() {
                @Override
                public void publish(CommandFrame frame) {
                    for (int d = 0; d < frame.dims() && !held; d++) {
                        measured[output.dims().get(d)] = frame.positions[d];
                    }
                }

                @Override
                public boolean lost() {
                    return lost.contains(output.name());
                }

                @Override
                public void begin() {
                    lost.clear();
                }
            };
        }

        /** Builds the loop anew with one more who hears of its ticks; before the first. */
        void heardBy(String name, TickListener listener) {
            wiring = wiring.hearing(name, listener);
            loop = new ControlLoop(wiring);
        }

        private List<JointLimits> limits(double velocity) {
            return List.of(new JointLimits("a", -2, 2, velocity, 5, 60), new JointLimits("b", -2, 2, velocity, 5, 60));
        }

        void tick() {
            clock.advanceNs(config.periodNs());
            if (alive) {
                camera.received(clock.monotonicNs());
                joints.received(clock.monotonicNs());
            }
            loop.tick(clock.rosNs(), clock.monotonicNs());
        }

        void happen() {
            switch (random.nextInt(200)) {
                case 0, 7, 8, 9, 10 -> loop.watchdog().request(OPERATOR[random.nextInt(OPERATOR.length)]);
                case 1, 11, 12 -> camera.content(random.nextInt(3) == 0, random.nextInt(4) == 0);
                case 2, 13, 14 -> alive = random.nextInt(3) > 0;
                case 3 -> clock.jumpRosNs((random.nextInt(4000) - 2000) * MS);
                case 4 -> loop.inbox().failed(1, SamplingFailure.of(random.nextInt(SamplingFailure.count())), "failed", null);
                case 5 -> loop.missed(random.nextInt(10));
                case 6 -> camera.stampJumped();
                default -> deliver();
            }
        }

        /** What people do to a robot: switch, hand, device. */
        void handle() {
            switch (hand.nextInt(120)) {
                case 0 -> enabled = false;
                case 1, 2, 3, 4 -> enabled = true;
                case 5 -> held = true;
                case 6, 7, 8 -> held = false;
                case 9, 10 -> measured[hand.nextInt(2)] += hand.nextDouble() - 0.5;
                case 11 -> teleoperated = true;
                case 12, 13 -> teleoperated = false;
                case 14, 15, 16 -> loop.watchdog().request(SafetyEvent.STARTED);
                case 17 -> loop.watchdog().request(SafetyEvent.RESET);
                case 19 -> lost.add("second");
                case 18 -> wanted[hand.nextInt(2)] = hand.nextDouble() - 0.5;
                default -> { }
            }
            measured[0] = Math.max(-2, Math.min(2, measured[0]));
            measured[1] = Math.max(-2, Math.min(2, measured[1]));
        }

        private void deliver() {
            if (busy && random.nextInt(5) == 0) {
                double[] values = random.doubles(30).map(v -> 4 * v - 2).toArray();
                long stampNs = clock.rosNs() - random.nextInt(300) * MS;
                busy = false;
                since = Long.MIN_VALUE;
                loop.inbox().accept(new ActionChunk(++id, stampNs, stampNs, 100 * MS, 2, values, 4));
            }
        }

        @Override
        public boolean request(long requestNs, long deadlineNs, int executedSteps) {
            busy = random.nextInt(10) > 0;
            since = busy ? requestNs : Long.MIN_VALUE;
            return busy;
        }

        @Override
        public boolean busy() {
            return busy;
        }

        @Override
        public long runningSinceNs() {
            return since;
        }
    }

    private TraceSection section(int megabytes) {
        return new TraceSection(dir.resolve("robot.trace").toString(), megabytes);
    }

    private Path run(Robot robot, int ticks) {
        robot.loop.watchdog().request(SafetyEvent.STARTED);
        for (int i = 0; i < ticks; i++) {
            robot.happen();
            robot.tick();
        }
        robot.trace.flush();
        return dir.resolve("robot.trace");
    }

    @ParameterizedTest
    @EnumSource(ChunkStrategy.class)
    void shouldDoTheSameAgainInEveryTick(ChunkStrategy strategy) {
        for (Interpolation interpolation : Interpolation.values()) {
            Robot robot = new Robot(strategy, interpolation, section(8), 1.5);
            TraceReplay.Result result = TraceReplay.of(run(robot, 4000));
            assertEquals(TraceReplay.Beginning.FIRST_TICK, result.beginning());
            assertEquals(4000, result.compared());
            assertEquals(0, result.differing(), result.firstDifference());
            assertTrue(result.chunksTaken() >= 10, "chunks " + result.chunksTaken());
            assertEquals(robot.loop.watchdog().log().size(), result.transitions().size());
        }
    }

    @ParameterizedTest
    @EnumSource(value = AtRest.class, names = {"SILENT", "REPEAT"})
    void shouldDoTheSameAgainWithSilenceAtRestTrackingAndADeadManSwitch(AtRest atRest) {
        for (Interpolation interpolation : Interpolation.values()) {
            MotionRules rules = MotionRules.silent(2, 0.02).with(atRest).tracking(0.2, 300 * MS, 1).enableRequired(true)
                    .contact(List.of(false, interpolation == Interpolation.LINEAR));
            Robot robot = new Robot(ChunkStrategy.REPLACE, interpolation, section(32), 1.5, rules);
            int[] seen = new int[3];
            robot.heardBy("seen", report -> {
                seen[0] += report.commanding ? 0 : 1;
                seen[1] += report.human ? 1 : 0;
                seen[2] += report.leftDim >= 0 ? 1 : 0;
            });
            for (int i = 0; i < 20_000; i++) {
                robot.handle();
                robot.happen();
                robot.tick();
            }
            robot.trace.flush();
            Path file = dir.resolve("robot.trace");
            TraceReplay.Result result = TraceReplay.of(file);
            assertEquals(20_000, result.compared());
            assertEquals(0, result.differing(), result.firstDifference());
            assertTrue(seen[0] > 1_000 && seen[1] > 1_000, "silent " + seen[0] + ", human " + seen[1]);
            assertTrue(robot.loop.watchdog().count(SafetyEvent.TRACKING_LOST) > 3 && robot.loop.watchdog().count(SafetyEvent.ENABLE_LOST) > 3);
            TraceReport report = TraceReport.of(file);
            assertEquals(seen[2] > 0, !report.left().isEmpty());
            assertEquals(atRest == AtRest.REPEAT, seen[2] > 0);
            assertTrue(report.left().stream().allMatch(left -> Math.abs(left.by()) > 0.02 && left.text().contains(left.joint() + " was moved by")));
            TraceReport.Change lost = report.changes().stream().filter(c -> c.reason().equals("tracking_lost")).findFirst().orElseThrow();
            assertTrue(lost.value() > lost.limit() && lost.limit() == 0.2 && lost.cause().contains(lost.joint()), lost.toString());
        }
    }

    @Test
    void shouldDoTheSameAgainWithSeveralOutputs() {
        MotionRules rules = MotionRules.silent(2, 0.02).tracking(0.2, 300 * MS, 1).contact(List.of(false, true));
        ControlConfig several = ControlConfig.of(List.of("a", "b"), 50, 10, 16, 5).with(Interpolation.CUBIC).with(rules).withOutputs(List.of(
                new OutputConfig("first", List.of(1), Interpolation.CUBIC, AtRest.REPEAT, 1, null),
                new OutputConfig("second", List.of(0), Interpolation.ZERO_ORDER_HOLD, AtRest.SILENT, -1, 0.5)));
        Robot robot = new Robot(several, section(32), 1.5);
        for (int i = 0; i < 20_000; i++) {
            robot.handle();
            robot.happen();
            robot.tick();
        }
        robot.trace.flush();
        TraceReplay.Result result = TraceReplay.of(dir.resolve("robot.trace"));
        assertEquals(20_000, result.compared());
        assertEquals(0, result.differing(), result.firstDifference());
        assertTrue(robot.loop.watchdog().count(SafetyEvent.OUTPUT_LOST) > 3);
        assertTrue(TraceReport.of(dir.resolve("robot.trace")).changes().stream().anyMatch(c -> c.cause().equals("output lost: a")));
    }

    /** As it was written before there were records of causes: ticks and chunks alone. */
    @Test
    void shouldReadAndReplayATraceWithoutCauses() {
        Robot robot = new Robot(ChunkStrategy.REPLACE, Interpolation.CUBIC, new TraceSection("", 1), 1.5);
        TraceSetup setup = new TraceSetup("/robot", "policy", robot.config, robot.limits(1.5),
                List.of(TraceSetup.Source.of(robot.camera), TraceSetup.Source.of(robot.joints)));
        int words = Math.max(TickRecord.words(2, 2), TickRecord.chunkWords(2, robot.config.chunkSteps()));
        try (TraceFile file = TraceFile.create(dir.resolve("robot.trace"), setup, List.of(new TraceFile.LaneSpec(NodeTrace.CONTROL, words, 10),
                new TraceFile.LaneSpec(NodeTrace.SAMPLER, 6, 1)), 8)) {
            robot.heardBy("old trace", report -> TickRecord.write(file.lane(NodeTrace.CONTROL), report, 0, 0));
            run(robot, 2_000);
        }
        TraceReplay.Result result = TraceReplay.of(dir.resolve("robot.trace"));
        assertEquals(0, result.differing(), result.firstDifference());
        TraceReport report = TraceReport.of(dir.resolve("robot.trace"));
        assertTrue(report.changes().size() > 10 && report.changes().stream().allMatch(c -> c.joint().isEmpty() && Double.isNaN(c.value())));
        assertEquals(0, MainAccess.execute("trace", "show", dir.resolve("robot.trace").toString()));
    }

    @Test
    void shouldNoticeALoopThatDoesOtherwise() {
        Path file = run(new Robot(ChunkStrategy.REPLACE, Interpolation.CUBIC, section(8), 1.0), 2000);
        TraceReplay.Result result = TraceReplay.of(file);
        assertTrue(result.differing() > 100, "differing " + result.differing());
        assertTrue(result.firstDifference().contains("command"), result.firstDifference());
        assertEquals(1, MainAccess.execute("trace", "replay", file.toString()));
    }

    @Test
    void shouldBeginWithAStartWhenTheRingNoLongerHoldsTheBeginning() {
        Robot robot = new Robot(ChunkStrategy.BLEND, Interpolation.CUBIC, section(1), 1.5);
        run(robot, 3_000);
        robot.alive = true;
        robot.camera.content(false, false);
        for (int i = 0; i < 8_000; i++) {
            if (i % 1_000 % 100 == 0 && i % 1_000 < 300) {
                robot.loop.watchdog().request(List.of(SafetyEvent.EMERGENCY_STOP, SafetyEvent.RESET, SafetyEvent.STARTED).get(i % 1_000 / 100));
            }
            robot.deliver();
            robot.tick();
        }
        robot.trace.flush();
        TraceReplay.Result result = TraceReplay.of(dir.resolve("robot.trace"));
        assertEquals(TraceReplay.Beginning.START, result.beginning());
        assertTrue(result.replayed() > 1_000, "ticks " + result.replayed());
        assertEquals(0, result.differing(), result.firstDifference());
    }

    @Test
    void shouldShowWhatHappened() throws IOException {
        Robot robot = new Robot(ChunkStrategy.REPLACE, Interpolation.CUBIC, section(8), 1.5);
        Path file = run(robot, 1000);
        robot.trace.close();
        TraceReport report = TraceReport.of(file);
        TraceReplay.Result replayed = TraceReplay.of(file);
        assertEquals(1000, report.ticks());
        assertEquals(replayed.transitions().stream().map(t -> t.to() + " " + t.reason().code()).collect(Collectors.toList())
                .get(0), report.changes().get(0).to() + " " + report.changes().get(0).reason());
        assertEquals(0, MainAccess.execute("trace", "show", file.toString(), "--json", dir.resolve("show.json").toString()));
        assertTrue(Files.readString(dir.resolve("show.json")).contains("\"state_changes\""));
        Files.writeString(file, "something else");
        assertEquals(2, MainAccess.execute("trace", "show", file.toString()));
        assertThrows(InputException.class, () -> TraceReplay.of(dir.resolve("absent")));
    }

    @Test
    void shouldNotAllocateInATickThatIsTraced() {
        Robot robot = new Robot(ChunkStrategy.REPLACE, Interpolation.CUBIC, section(8), 1.5);
        robot.loop.watchdog().request(SafetyEvent.STARTED);
        for (int i = 0; i < 3000; i++) {
            robot.deliver();
            robot.tick();
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 1000; i++) {
            robot.tick();
        }
        assertEquals(0, (threads.getCurrentThreadAllocatedBytes() - before) / 1000, "kB in 1000 ticks");
    }
}
