package dev.dpros.control;

import static dev.dpros.control.LoopRig.MS;
import static dev.dpros.control.LoopRig.constant;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.dpros.core.InputException;
import dev.dpros.safety.JointLimits;
import dev.dpros.safety.SafetyEvent;
import dev.dpros.safety.SafetyState;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** At rest there is silence; what starts again starts where the robot is. */
class RestTest {
    private boolean enabled = true;
    private double[] wanted;
    private TickReport report;

    private LoopRig arm(MotionRules rules) {
        LoopRig rig = new LoopRig(ControlConfig.of(LoopRig.names(2), 100, 10, 16, 8).with(Interpolation.CUBIC).with(rules),
                LoopRig.armLimits(2), new double[2]);
        return wired(rig);
    }

    private LoopRig wired(LoopRig rig) {
        return rig.wired(w -> w.enabledBy(now -> enabled).teleoperatedBy(out -> {
            if (wanted != null) {
                System.arraycopy(wanted, 0, out, 0, out.length);
            }
            return wanted != null;
        }).hearing("test", r -> report = r));
    }

    private static MotionRules silent() {
        return MotionRules.silent(2, 0.02);
    }

    /** To 0.2 and stopped, with all that is sent then. */
    private static void driveAndStop(LoopRig rig) {
        rig.start();
        rig.deliver(0, constant(15, 0.2));
        rig.run(1200 * MS);
        rig.loop.watchdog().request(SafetyEvent.OPERATOR_STOP);
        rig.run(3000 * MS);
        rig.busy = false;
    }

    @Test
    void shouldFallSilentHalfASecondAfterTheEndOfAMotion() {
        LoopRig rig = arm(silent());
        rig.start();
        rig.deliver(0, constant(15, 0.2));
        rig.run(400 * MS);
        rig.loop.watchdog().request(SafetyEvent.EMERGENCY_STOP);
        rig.run(3000 * MS);
        assertFalse(report.commanding);
        double rest = rig.last().at(0, 0);
        long same = rig.frames.stream().filter(f -> f.at(0, 0) == rest && f.at(f.points() - 1, 0) == rest).count();
        assertEquals(51, same, 1, "the frame at rest, for half a second");
        int frames = rig.frames.size();
        rig.run(5000 * MS);
        assertEquals(frames, rig.frames.size());
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 2, 5, 100})
    void shouldKeepTheLastFrameForNewcomersForHalfASecondAtAnyRate(double rateHz) {
        LoopRig rig = wired(new LoopRig(ControlConfig.of(List.of("x", "y"), rateHz, Math.min(10, rateHz), 16, 8)
                .with(MotionRules.silent(2, 10)), List.of(JointLimits.positions("x", 0, 512), JointLimits.positions("y", 0, 512)), null));
        rig.start();
        rig.deliver(0, constant(15, 100));
        rig.run(2000 * MS);
        assertEquals(0, rig.last().newcomersNs(), "in a motion the next frame tells more");
        rig.loop.watchdog().request(SafetyEvent.OPERATOR_STOP);
        rig.run(4000 * MS);
        List<LoopRig.Published> resting = rig.frames.stream().filter(frame -> frame.newcomersNs() > 0).toList();
        assertEquals(500 * MS, resting.get(0).newcomersNs(), "the first frame at rest");
        assertFalse(report.commanding);
        assertEquals(resting.get(0).sentNs() + 500 * MS, rig.last().sentNs() + rig.last().newcomersNs(), "whichever is the last");
    }

    @Test
    void shouldFallSilentWithStepsToo() {
        LoopRig rig = wired(new LoopRig(ControlConfig.of(List.of("x", "y"), 100, 10, 16, 8).with(MotionRules.silent(2, 10)),
                List.of(JointLimits.positions("x", 0, 512), JointLimits.positions("y", 0, 512)), null));
        rig.start();
        rig.deliver(0, constant(15, 100));
        rig.run(300 * MS);
        rig.loop.watchdog().request(SafetyEvent.OPERATOR_STOP);
        int before = rig.frames.size();
        rig.run(2000 * MS);
        assertEquals(before + 51, rig.frames.size());
    }

    @Test
    void shouldRepeatUntilTheRobotIsMovedAndSayWhichJointAndHowFar() {
        LoopRig rig = arm(silent().with(AtRest.REPEAT));
        driveAndStop(rig);
        rig.run(2000 * MS);
        assertTrue(report.commanding);
        double latched = rig.last().at(0, 1);
        rig.measured = new double[] {rig.measured[0], rig.measured[1] + 0.11};
        rig.follows = false;
        rig.run(100 * MS);
        assertFalse(report.commanding);
        assertEquals(1, report.leftDim);
        assertEquals(0.11, report.leftBy, 1e-9);
        assertEquals(latched, rig.last().at(0, 1), 0, "never follows the robot");
        rig.measured = new double[] {rig.measured[0], latched};
        int frames = rig.frames.size();
        rig.run(500 * MS);
        assertEquals(frames, rig.frames.size(), "silent until someone starts again");
    }

    @Test
    void shouldNotLowerAnArmThatSagsUnderItsLoad() {
        double sag = 0.01 * 4;
        LoopRig rig = arm(MotionRules.silent(2, 0.05).with(AtRest.REPEAT));
        rig.sag = sag;
        driveAndStop(rig);
        double held = rig.last().at(0, 0);
        rig.run(60_000 * MS);
        assertEquals(held, rig.last().at(0, 0), 0);
        assertEquals(held - sag, rig.measured[0], 1e-12);
        for (int i = 0; i < 10; i++) {
            rig.start();
            rig.run(200 * MS);
            rig.deliver(0, constant(2, held));
            rig.run(1000 * MS);
            rig.loop.watchdog().request(SafetyEvent.OPERATOR_STOP);
            rig.run(1000 * MS);
        }
        assertEquals(held, rig.last().at(0, 0), 1e-9);
    }

    @Test
    void shouldStartFromTheMeasuredPositionAfterTheRobotWasMovedWhileStopped() {
        LoopRig rig = arm(silent());
        driveAndStop(rig);
        rig.measured = new double[] {rig.measured[0] + 0.11, rig.measured[1]};
        double moved = rig.measured[0];
        int frames = rig.frames.size();
        rig.start();
        rig.deliver(0, constant(15, 0.2));
        rig.run(10 * MS);
        assertEquals(moved, rig.frames.get(frames).at(0, 0), 1e-3);
    }

    @Test
    void shouldStartFromTheMeasuredPositionAfterAResetFault() {
        LoopRig rig = arm(silent());
        driveAndStop(rig);
        rig.loop.watchdog().request(SafetyEvent.EMERGENCY_STOP);
        rig.run(1000 * MS);
        rig.measured = new double[] {-0.7, 0.3};
        rig.loop.watchdog().request(SafetyEvent.RESET);
        rig.run(100 * MS);
        int frames = rig.frames.size();
        rig.start();
        rig.deliver(0, constant(15, 0.2));
        rig.run(10 * MS);
        assertEquals(-0.7, rig.frames.get(frames).at(0, 0), 1e-3);
        assertEquals(0.3, rig.frames.get(frames).at(0, 1), 1e-3);
    }

    @Test
    void shouldTakeUpARobotThatWasMovedWhileACameraWasStale() {
        LoopRig rig = arm(silent());
        rig.start();
        rig.deliver(0, constant(15, 0.2));
        rig.run(300 * MS);
        rig.camera.content(true, false);
        rig.run(4000 * MS);
        assertEquals(SafetyState.HOLD, rig.state());
        assertFalse(report.commanding);
        rig.measured = new double[] {0.9, -0.4};
        rig.camera.content(false, false);
        rig.run(20 * MS);
        int frames = rig.frames.size();
        rig.deliver(0, constant(15, 0.2));
        rig.run(10 * MS);
        assertEquals(SafetyState.NOMINAL, rig.state());
        assertEquals(0.9, rig.frames.get(frames).at(0, 0), 1e-3);
        assertEquals(-0.4, rig.frames.get(frames).at(0, 1), 1e-3);
    }

    @Test
    void shouldRefuseSmoothControlWithoutFinitePositions() {
        ControlConfig config = ControlConfig.of(List.of("elbow"), 100, 10, 16, 8).with(Interpolation.CUBIC);
        double inf = Double.POSITIVE_INFINITY;
        String line = assertThrows(InputException.class,
                () -> config.safetyFilter(List.of(new JointLimits("elbow", -inf, inf, 1, 5, 60)))).getMessage();
        assertTrue(line.contains("elbow") && line.contains("action.limits.elbow.position"), line);
        assertFalse(line.contains("\n"));
    }

    @Test
    void shouldDegradeAndThenHoldWithTheJointThatDoesNotFollow() {
        LoopRig rig = arm(silent().tracking(0.2, 500 * MS, 1));
        rig.start();
        rig.follows = false;
        rig.deliver(0, constant(15, 1));
        rig.measured = new double[2];
        boolean degraded = false;
        for (int i = 0; i < 130 && rig.state() != SafetyState.HOLD || i < 2; i++) {
            rig.run(10 * MS);
            degraded |= rig.state() == SafetyState.DEGRADED && rig.reason() == SafetyEvent.TRACKING_ERROR;
        }
        assertTrue(degraded);
        assertEquals(SafetyState.HOLD, rig.state());
        assertEquals(SafetyEvent.TRACKING_LOST, rig.reason());
        assertEquals("joint0", rig.loop.watchdog().subject(rig.loop.watchdog().reasonSource()));
        rig.run(3000 * MS);
        assertFalse(report.commanding);
        rig.follows = true;
        int frames = rig.frames.size();
        rig.start();
        rig.run(1000 * MS);
        rig.deliver(0, constant(15, 0.1));
        rig.run(10 * MS);
        assertEquals(SafetyState.NOMINAL, rig.state());
        assertEquals(0, rig.frames.get(frames).at(0, 0), 1e-3, "taken up where it is");
    }

    @Test
    void shouldLetADimensionBeBlockedThatMayBe() {
        LoopRig rig = arm(silent().with(AtRest.REPEAT).tracking(0.2, 500 * MS, 1).contact(List.of(false, true)));
        rig.blocked = 1;
        driveAndStop(rig);
        rig.run(2000 * MS);
        assertTrue(report.commanding, "not looked at while it repeats");
        assertEquals(0, rig.loop.watchdog().count(SafetyEvent.TRACKING_ERROR));
        assertEquals(0, rig.measured[1]);
        double kept = rig.last().at(0, 1);
        assertEquals(0.2, kept, 0.02);
        rig.measured[0] += 0.11;
        int frames = rig.frames.size();
        rig.start();
        rig.deliver(0, constant(15, 0.2));
        rig.run(10 * MS);
        assertEquals(kept, rig.frames.get(frames).at(0, 1), 1e-3, "at its last command");
    }

    @Test
    void shouldMoveNothingBeforeTheSwitchWasPressed() {
        enabled = false;
        LoopRig rig = arm(silent().enableRequired(true));
        rig.start();
        rig.deliver(0, constant(15, 0.2));
        rig.run(500 * MS);
        wanted = new double[] {0.5, 0.5};
        rig.run(500 * MS);
        assertEquals(0, rig.frames.size());
        assertEquals(SafetyEvent.ENABLE_LOST, rig.reason());
        wanted = null;
        rig.run(20 * MS);
        enabled = true;
        rig.run(500 * MS);
        assertEquals(0, rig.frames.size(), "the policy waits for a start");
        wanted = new double[] {0.5, 0.5};
        rig.run(2000 * MS);
        assertTrue(report.human);
        assertEquals(0.5, rig.measured[0], 0.02);
    }

    @Test
    void shouldSayThatTheSwitchIsMissingToAHumanWhoWantsToDrive() {
        enabled = false;
        LoopRig rig = arm(silent().enableRequired(true));
        rig.run(50 * MS);
        assertEquals(SafetyEvent.NOT_STARTED, rig.reason());
        wanted = new double[] {0.5, 0.5};
        rig.run(500 * MS);
        assertEquals(SafetyEvent.ENABLE_LOST, rig.reason());
        assertEquals(1, rig.loop.watchdog().count(SafetyEvent.ENABLE_LOST));
        assertEquals(0, rig.frames.size());
        enabled = true;
        rig.run(100 * MS);
        assertTrue(report.human, "it was never released");
    }

    @Test
    void shouldStopAHumanWhoseSwitchIsReleasedUntilHeBeginsAgain() {
        LoopRig rig = arm(silent().enableRequired(true));
        wanted = new double[] {0.5, 0.5};
        rig.run(300 * MS);
        assertTrue(report.human);
        enabled = false;
        rig.run(10 * MS);
        assertFalse(report.human);
        assertEquals(SafetyEvent.ENABLE_LOST, rig.reason());
        enabled = true;
        rig.run(3000 * MS);
        assertFalse(report.human, "has not let go");
        assertFalse(report.commanding);
        wanted = null;
        rig.run(10 * MS);
        wanted = new double[] {0.5, 0.5};
        rig.run(10 * MS);
        assertTrue(report.human);
    }

    @Test
    void shouldAllocateNothingOnTheseWays() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        LoopRig rig = arm(silent().with(AtRest.REPEAT).tracking(0.05, 500 * MS, 1).enableRequired(true));
        rig.keep = false;
        wanted = new double[2];
        drive(rig, 6_000);
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 10 && least > 0; round++) {
            long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
            drive(rig, 3_000);
            least = Math.min(least, threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before);
        }
        assertEquals(0, least, "the JVM itself allocates now and then, but not in each of ten rounds");
    }

    /** Moves, releases the switch, is moved by hand, begins again. */
    private void drive(LoopRig rig, int ticks) {
        double[] device = wanted;
        for (int i = 0; i < ticks; i++) {
            device[0] = Math.sin(i * 0.01);
            wanted = i % 1000 == 500 ? null : device;
            enabled = i % 1000 < 400 || i % 1000 > 450;
            rig.measured[1] += i % 1000 == 900 ? 0.1 : 0;
            rig.clock.advanceNs(10 * MS);
            rig.tick();
        }
        wanted = device;
    }

    @Test
    void shouldKnowNoPositionThatIsNotFinite() {
        LoopRig rig = arm(silent());
        rig.measured = new double[] {Double.NaN, 0};
        rig.start();
        rig.deliver(0, constant(15, 0.2));
        rig.run(50 * MS);
        assertArrayEquals(new Object[] {false, 0}, new Object[] {report.inputs.measuredKnown, rig.frames.size()});
    }

    @Test
    void shouldBeginAtTheRobotAfterASimulationHasBegunAnew() {
        LoopRig rig = wired(new LoopRig(ControlConfig.of(LoopRig.names(2), 100, 10, 16, 8).with(Interpolation.CUBIC).with(silent())
                .withSimulatedTime(), LoopRig.armLimits(2), new double[2]));
        driveAndStop(rig);
        int silent = rig.frames.size();
        rig.clock.jumpRosNs(-1_000_000 * MS);
        rig.measured = new double[] {1, 1};
        rig.run(1000 * MS);
        assertEquals(silent, rig.frames.size());
        rig.start();
        rig.deliver(0, constant(15, 1.1));
        rig.run(30 * MS);
        assertEquals(1, rig.frames.get(silent).at(0, 0), 0.02);
    }

    @Test
    void shouldHoldWithAJointThatDoesNotFollowAmongMoreThanTheWatchdogTellsApart() {
        int dims = 70;
        LoopRig rig = wired(new LoopRig(ControlConfig.of(LoopRig.names(dims), 100, 10, 16, 8).with(Interpolation.CUBIC)
                .with(MotionRules.silent(dims, 0.02).tracking(0.1, 500 * MS, 1)), LoopRig.armLimits(dims), new double[dims]));
        rig.blocked = 65;
        rig.start();
        for (int i = 0; i < 4; i++) {
            rig.deliver(0, constant(15, 0.8));
            rig.run(500 * MS);
        }
        assertEquals(1, rig.loop.watchdog().count(SafetyEvent.TRACKING_LOST));
        assertEquals(1, rig.loop.watchdog().count(SafetyEvent.TRACKING_ERROR));
        assertEquals(65, rig.loop.watchdog().joint(SafetyEvent.TRACKING_LOST));
    }
}
