package dev.dpros.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.dpros.core.ActionChunk;
import dev.dpros.core.ChunkRequester;
import dev.dpros.core.CommandFrame;
import dev.dpros.core.CommandSink;
import dev.dpros.core.ManualClock;
import dev.dpros.core.OutputPhase;
import dev.dpros.core.SourceHealth;
import dev.dpros.safety.JointLimits;
import dev.dpros.safety.SafetyEvent;
import dev.dpros.safety.SafetyState;
import dev.dpros.safety.Tampering;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An arm of two joints that is led along a motion, and a gripper that steps: each guarded for itself, and all at rest together. */
class SeveralOutputsTest {
    private static final long MS = 1_000_000;
    private static final int GRIPPER = 1;
    /** In the policy's order; the arm's receiver has its joints the other way round. */
    private static final List<String> NAMES = List.of("shoulder", "gripper", "elbow");

    /** What one output was told. */
    private static final class Sink implements CommandSink {
        private final List<double[]> first = new ArrayList<>();
        private final List<double[]> last = new ArrayList<>();
        private final List<Long> motions = new ArrayList<>();
        private final List<OutputPhase> phases = new ArrayList<>();
        private boolean keep = true;
        private boolean lost;
        private boolean broken;

        @Override
        public void publish(CommandFrame frame) {
            if (broken) {
                throw new IllegalStateException("broken");
            }
            if (keep) {
                int end = (frame.points - 1) * frame.dims();
                first.add(Arrays.copyOf(frame.positions, frame.dims()));
                last.add(Arrays.copyOfRange(frame.positions, end, end + frame.dims()));
                motions.add(frame.motion);
            }
        }

        @Override
        public void enter(OutputPhase phase) {
            phases.add(phase);
        }

        @Override
        public boolean lost() {
            return lost;
        }

        @Override
        public void begin() {
            lost = false;
        }

        private double[] now() {
            return first.get(first.size() - 1);
        }
    }

    private final ManualClock clock = new ManualClock(1_700_000_000_000_000_000L);
    private final SourceHealth arm = new SourceHealth("/arm", SourceHealth.Kind.JOINT_STATE, 100 * MS);
    private final SourceHealth hand = new SourceHealth("/hand", SourceHealth.Kind.JOINT_STATE, 100 * MS);
    private final Sink armSink = new Sink();
    private final Sink handSink = new Sink();
    private final double[] measured = {0, 0.04, 0};
    private double[] wanted;
    private boolean armAlive = true;
    private boolean handAlive = true;
    private boolean blocked;
    private Double openAt;
    private double maxError;
    private ControlConfig config;
    private ControlLoop loop;
    private TickReport report;
    private long chunks;
    private boolean busy;

    private final ChunkRequester sampler = new ChunkRequester() {
        @Override
        public boolean request(long requestNs, long deadlineNs, int executedSteps) {
            busy = true;
            return true;
        }

        @Override
        public boolean busy() {
            return busy;
        }

        @Override
        public long runningSinceNs() {
            return Long.MIN_VALUE;
        }
    };

    @BeforeEach
    void build() {
        MotionRules rules = new MotionRules(AtRest.SILENT, List.of(0.02, 0.02, 0.02), List.of(maxError, 0.0, maxError), 300 * MS,
                List.of(false, true, false), -1, false);
        config = ControlConfig.of(NAMES, 100, 10, 16, 8).with(Interpolation.CUBIC).with(rules).withOutputs(List.of(
                new OutputConfig("arm", List.of(2, 0), Interpolation.CUBIC, AtRest.SILENT, 0, null),
                new OutputConfig("hand", List.of(1), Interpolation.ZERO_ORDER_HOLD, AtRest.SILENT, 1, openAt)));
        List<JointLimits> limits = List.of(new JointLimits("shoulder", -1, 1, 1.5, 5, 60), JointLimits.positions("gripper", 0, 0.08),
                new JointLimits("elbow", -2, 2, 0.5, 5, 60));
        loop = new ControlLoop(ControlLoop.Wiring.of(config, WiredOutput.of(config, limits,
                output -> output.name().equals("arm") ? armSink : handSink), LoopInputs.of(List.of(arm, hand), this::position), sampler)
                .teleoperatedBy(this::human).hearing("test", heard -> report = heard));
    }

    private boolean position(double[] out) {
        System.arraycopy(measured, 0, out, 0, 3);
        return true;
    }

    private boolean human(double[] out) {
        if (wanted != null) {
            System.arraycopy(wanted, 0, out, 0, 3);
        }
        return wanted != null;
    }

    private void tick() {
        clock.advanceNs(config.periodNs());
        if (armAlive) {
            arm.received(clock.monotonicNs());
        }
        if (handAlive) {
            hand.received(clock.monotonicNs());
        }
        loop.tick(clock.rosNs(), clock.monotonicNs());
        if (report.commanding && !blocked) {
            System.arraycopy(report.command, 0, measured, 0, 3);
        }
    }

    private void run(long ms) {
        for (long i = 0; i < ms; i += 10) {
            tick();
        }
    }

    private void ask(SafetyEvent event) {
        loop.watchdog().request(event);
        tick();
    }

    /** A chunk all of whose actions are the same. */
    private void deliver(double shoulder, double gripper, double elbow) {
        double[] values = new double[15 * 3];
        for (int i = 0; i < 15; i++) {
            values[3 * i] = shoulder;
            values[3 * i + 1] = gripper;
            values[3 * i + 2] = elbow;
        }
        busy = false;
        loop.inbox().accept(new ActionChunk(++chunks, clock.rosNs(), clock.rosNs(), config.policyStepNs(), 3, values, 16));
    }

    private void drive(double shoulder, double gripper, double elbow) {
        ask(SafetyEvent.STARTED);
        deliver(shoulder, gripper, elbow);
        run(600);
    }

    @Test
    void shouldSendEachOutputItsOwnDimensionsInItsReceiversOrder() {
        drive(0.3, 0.01, 0.1);
        run(700);
        assertEquals(SafetyState.NOMINAL, loop.watchdog().state());
        assertEquals(0.1, armSink.now()[0], 1e-2);
        assertEquals(0.3, armSink.now()[1], 1e-2);
        assertEquals(List.of(0.01), Arrays.stream(handSink.now()).boxed().toList());
        assertEquals(List.of(armSink.now()[1], handSink.now()[0], armSink.now()[0]), Arrays.stream(report.command).boxed().toList(),
                "in the policy's order");
    }

    @Test
    void shouldKeepEachOutputWithinItsOwnLimits() {
        drive(5, -1, 5);
        double before = 0;
        for (double[] elbowAndShoulder : armSink.first) {
            assertTrue(elbowAndShoulder[0] - before <= 0.5 * 0.01 + 1e-9, "the elbow's velocity");
            before = elbowAndShoulder[0];
            assertTrue(elbowAndShoulder[1] <= 1 + 1e-9, "the shoulder's position");
        }
        assertEquals(List.of(0.04, 0.0), handSink.first.stream().map(position -> position[0]).distinct().toList(), "the gripper's position");
        assertEquals(0, loop.outputs().get(GRIPPER).filter().count(dev.dpros.safety.SafetyStatus.JERK));
        assertTrue(loop.outputs().get(GRIPPER).filter().count(dev.dpros.safety.SafetyStatus.POSITION) > 0);
    }

    @Test
    void shouldStopAllInTheTickInWhichOneIsRefused() {
        ask(SafetyEvent.STARTED);
        deliver(0.9, 0.01, 0.3);
        run(300);
        double moving = armSink.last.get(armSink.last.size() - 1)[1];
        Tampering.replaceLimit(loop.outputs().get(GRIPPER).filter(), 0, JointLimits.positions("gripper", 0.02, 0.08));
        tick();
        assertEquals(SafetyState.FAULT, loop.watchdog().state());
        assertEquals(1, loop.watchdog().joint(SafetyEvent.LIMIT_VIOLATED), "the gripper, in the policy's order");
        assertTrue(armSink.last.get(armSink.last.size() - 1)[1] < moving - 0.01, "the arm's frame of that tick is a stop");
        run(1000);
        int sent = armSink.first.size();
        run(1000);
        assertEquals(sent, armSink.first.size(), "at rest, and silent");
    }

    @Test
    void shouldLeaveTheGrippersLastGoalAtStopHoldAndFault() {
        drive(0.3, 0.01, 0.1);
        measured[1] = 0.03;
        blocked = true;
        for (SafetyEvent event : new SafetyEvent[] {SafetyEvent.OPERATOR_STOP, SafetyEvent.EMERGENCY_STOP}) {
            ask(event);
            run(3000);
            assertEquals(List.of(0.04, 0.01), handSink.first.stream().map(position -> position[0]).distinct().toList(), "never opens: " + event);
        }
        ask(SafetyEvent.RESET);
        ask(SafetyEvent.STARTED);
        deliver(0.3, 0.01, 0.1);
        run(300);
        handAlive = false;
        run(500);
        assertEquals(SafetyEvent.JOINT_STATE_STALE, loop.watchdog().reason());
        assertEquals(0.01, handSink.now()[0], "an object keeps it from closing further, and it goes on from its last goal all the same");
    }

    @Test
    void shouldOpenAtAnOperatorsStopAloneWhereToldTo() {
        openAt = 0.07;
        build();
        drive(0.3, 0.01, 0.1);
        handAlive = false;
        run(400);
        assertEquals(0.01, handSink.now()[0], "not in a hold");
        handAlive = true;
        deliver(0.3, 0.01, 0.1);
        run(300);
        ask(SafetyEvent.EMERGENCY_STOP);
        run(300);
        assertEquals(0.01, handSink.now()[0], "not in a fault");
        ask(SafetyEvent.RESET);
        drive(0.3, 0.01, 0.1);
        ask(SafetyEvent.OPERATOR_STOP);
        run(300);
        assertEquals(0.07, handSink.now()[0]);
        run(2000);
        int sent = handSink.first.size();
        run(1000);
        assertEquals(sent, handSink.first.size(), "and then silence");
    }

    @Test
    void shouldNotOpenWhereNobodyDroveNorAtTheEnd() {
        openAt = 0.07;
        build();
        ask(SafetyEvent.OPERATOR_STOP);
        run(500);
        assertTrue(handSink.first.isEmpty(), "nothing moves unasked");
        drive(0.3, 0.01, 0.1);
        loop.leave();
        ask(SafetyEvent.OPERATOR_STOP);
        assertEquals(0.01, handSink.now()[0]);
        assertEquals(OutputPhase.EXIT, handSink.phases.get(handSink.phases.size() - 1));
    }

    @Test
    void shouldBringAllToRestWhenTheJointStatesOfOneAreGone() {
        ask(SafetyEvent.STARTED);
        deliver(0.9, 0.01, 0.9);
        run(300);
        handAlive = false;
        run(1500);
        assertEquals(SafetyState.HOLD, loop.watchdog().state());
        int sent = armSink.first.size();
        run(500);
        assertEquals(sent, armSink.first.size(), "the arm rests too");
        assertTrue(armSink.now()[1] < 0.9);
    }

    @Test
    void shouldBringAllToRestWhenOneDoesNotFollow() {
        maxError = 0.1;
        build();
        blocked = true;
        ask(SafetyEvent.STARTED);
        deliver(0.9, 0.01, 0);
        run(900);
        assertEquals(SafetyEvent.TRACKING_LOST, loop.watchdog().reason());
        assertEquals(0, loop.watchdog().joint(SafetyEvent.TRACKING_LOST), "the shoulder, in the policy's order");
        assertEquals(OutputPhase.HOLDS, handSink.phases.get(handSink.phases.size() - 1));
    }

    @Test
    void shouldHoldAllWhileAnOutputIsLostUntilSomeoneBeginsAnew() {
        drive(0.3, 0.01, 0.1);
        armSink.lost = true;
        tick();
        assertEquals(SafetyState.HOLD, loop.watchdog().state());
        assertEquals(SafetyEvent.OUTPUT_LOST, loop.watchdog().reason());
        assertEquals(2, loop.watchdog().joint(SafetyEvent.OUTPUT_LOST), "its first dimension");
        armSink.lost = false;
        deliver(0.3, 0.01, 0.1);
        run(500);
        assertEquals(SafetyState.HOLD, loop.watchdog().state(), "it does not go on by itself");
        armSink.lost = true;
        ask(SafetyEvent.STARTED);
        deliver(0.3, 0.01, 0.1);
        run(100);
        assertEquals(SafetyState.NOMINAL, loop.watchdog().state());
        assertFalse(armSink.lost, "was told to forget it");
        assertEquals(List.of(OutputPhase.DRIVES, OutputPhase.HOLDS, OutputPhase.DRIVES), handSink.phases);
    }

    @Test
    void shouldSendTheOthersTheirStopWhenOneThrows() {
        ask(SafetyEvent.STARTED);
        deliver(0.9, 0.01, 0.9);
        run(300);
        armSink.broken = true;
        int sent = handSink.first.size();
        run(100);
        assertEquals(SafetyState.FAULT, loop.watchdog().state());
        assertTrue(handSink.first.size() > sent);
        assertEquals(OutputPhase.FAULT, handSink.phases.get(handSink.phases.size() - 1));
    }

    @Test
    void shouldTakeEachUpWhereItIs() {
        drive(0.3, 0.01, 0.1);
        ask(SafetyEvent.OPERATOR_STOP);
        run(2000);
        measured[0] = -0.5;
        measured[1] = 0.05;
        armSink.first.clear();
        handSink.first.clear();
        ask(SafetyEvent.STARTED);
        deliver(-0.5, 0.01, 0.1);
        tick();
        assertEquals(-0.5, armSink.now()[1], 1e-3, "the shoulder was moved by hand");
        assertEquals(0.1, armSink.now()[0], 1e-3, "the elbow was not");
        assertEquals(0.01, handSink.now()[0], "the gripper may be blocked");
    }

    @Test
    void shouldWaitForThePositionOfAMotionButNotOfSteps() {
        measured[1] = Double.NaN;
        drive(0.3, 0.01, 0.1);
        assertEquals(SafetyState.NOMINAL, loop.watchdog().state());
        ask(SafetyEvent.OPERATOR_STOP);
        build();
        measured[0] = Double.NaN;
        blocked = true;
        drive(0.3, 0.01, 0.1);
        assertEquals(SafetyEvent.JOINT_STATE_STALE, loop.watchdog().reason());
    }

    @Test
    void shouldLeadBothToWhereAHumanWantsThem() {
        wanted = new double[] {0.4, 0.02, -0.2};
        run(1500);
        assertTrue(report.human);
        assertEquals(-0.2, armSink.now()[0], 1e-3);
        assertEquals(0.4, armSink.now()[1], 1e-3);
        assertEquals(0.02, handSink.now()[0]);
        long motion = armSink.motions.get(armSink.motions.size() - 1);
        tick();
        tick();
        assertTrue(armSink.motions.get(armSink.motions.size() - 1) - motion <= 1, "the arm's motion is not planned anew in each tick");
    }

    @Test
    void shouldNumberAMotionOnceForEachChangeOfPlan() {
        measured[1] = 0.01;
        ask(SafetyEvent.STARTED);
        deliver(0.3, 0.01, 0.1);
        tick();
        long first = armSink.motions.get(armSink.motions.size() - 1);
        run(200);
        assertEquals(first, armSink.motions.get(armSink.motions.size() - 1), "what is left of the same");
        deliver(0.5, 0.01, 0.1);
        tick();
        assertEquals(first + 1, armSink.motions.get(armSink.motions.size() - 1));
        ask(SafetyEvent.OPERATOR_STOP);
        assertEquals(first + 2, armSink.motions.get(armSink.motions.size() - 1));
        assertEquals(1, handSink.motions.stream().distinct().count(), "the gripper's goal is one all the time");
        assertNotEquals(0L, handSink.motions.get(0));
    }

    @Test
    void shouldRefuseOutputsThatDoNotTakeEachDimensionOnce() {
        assertThrows(IllegalArgumentException.class, () -> config.withOutputs(List.of(
                new OutputConfig("arm", List.of(0, 1), Interpolation.CUBIC, AtRest.SILENT, -1, null))));
        assertThrows(IllegalArgumentException.class, () -> config.withOutputs(List.of(
                new OutputConfig("arm", List.of(0, 1, 2), Interpolation.CUBIC, AtRest.SILENT, -1, null),
                new OutputConfig("hand", List.of(2), Interpolation.CUBIC, AtRest.SILENT, -1, null))));
    }

    @Test
    void shouldNotAllocateInATick() {
        drive(0.3, 0.01, 0.1);
        armSink.keep = false;
        handSink.keep = false;
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long self = Thread.currentThread().getId();
        wanted = new double[] {0.3, 0.01, 0.1};
        run(20_000);
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 10; round++) {
            long before = threads.getThreadAllocatedBytes(self);
            for (int i = 0; i < 200; i++) {
                wanted[0] = 0.3 + 1e-3 * (i % 7);
                tick();
            }
            least = Math.min(least, threads.getThreadAllocatedBytes(self) - before);
        }
        assertEquals(0, least);
    }
}
