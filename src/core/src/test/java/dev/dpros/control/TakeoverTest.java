package dev.dpros.control;

import static dev.dpros.control.LoopRig.MS;
import static dev.dpros.control.LoopRig.constant;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.dpros.safety.JointLimits;
import dev.dpros.safety.SafetyEvent;
import dev.dpros.safety.SafetyState;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

class TakeoverTest {
    private double[] wanted;
    private boolean human;

    private LoopRig teleoperated(LoopRig rig) {
        return rig.wired(w -> w.teleoperatedBy(out -> {
            if (wanted != null) {
                System.arraycopy(wanted, 0, out, 0, out.length);
            }
            return wanted != null;
        }).hearing("heard", report -> human = report.human));
    }

    @Test
    void shouldLetAHumanDriveARobotWhosePolicyIsStopped() {
        LoopRig rig = teleoperated(LoopRig.pusht());
        rig.measured = new double[] {50, 60};
        rig.run(100 * MS);
        assertEquals(0, rig.frames.size());
        wanted = new double[] {100, 200};
        rig.run(10 * MS);
        assertTrue(human);
        assertEquals(100, rig.last().heldAt(rig.clock.rosNs(), 0));
        assertEquals(200, rig.last().heldAt(rig.clock.rosNs(), 1));
        assertEquals(0, rig.last().chunkId());
        wanted = new double[] {700, 200};
        rig.run(10 * MS);
        assertEquals(512, rig.last().heldAt(rig.clock.rosNs(), 0), "through the safety filter");
        assertEquals(0, rig.requests.size());
        assertEquals(SafetyEvent.NOT_STARTED, rig.reason());
    }

    @Test
    void shouldReachATargetAtRestThoughItsSpeedIsLimitedInSteps() {
        LoopRig rig = teleoperated(new LoopRig(ControlConfig.of(List.of("x", "y"), 100, 10, 16, 8),
                List.of(new JointLimits("x", 0, 512, 300, 1e9, 1e9), new JointLimits("y", 0, 512, 300, 1e9, 1e9)), null));
        rig.measured = new double[] {50, 60};
        wanted = new double[] {250, 60};
        rig.run(300 * MS);
        double under = rig.last().heldAt(rig.clock.rosNs(), 0);
        assertTrue(under > 100 && under <= 50 + 300 * 0.4, "at the speed limit: " + under);
        rig.run(500 * MS);
        assertEquals(250, rig.last().heldAt(rig.clock.rosNs(), 0), 1e-9);
    }

    @Test
    void shouldTakeOverFromThePolicyAndGiveBackWithAFreshChunk() {
        LoopRig rig = teleoperated(LoopRig.arm(2, Interpolation.CUBIC));
        rig.start();
        rig.deliver(0, constant(15, 0.2));
        rig.run(300 * MS);
        assertEquals(SafetyState.NOMINAL, rig.state());
        int requests = rig.requests.size();
        wanted = new double[] {-0.5, 0.4};
        rig.run(3000 * MS);
        assertTrue(human);
        assertEquals(SafetyState.NOMINAL, rig.state());
        assertEquals(-0.5, rig.last().at(0, 0), 0.01);
        assertEquals(0.4, rig.last().at(0, 1), 0.01);
        assertEquals(requests, rig.requests.size(), "no inference for a policy that does not drive");
        wanted = null;
        rig.run(10 * MS);
        assertFalse(human);
        assertEquals(SafetyState.HOLD, rig.state());
        assertEquals(SafetyEvent.CHUNK_EXHAUSTED, rig.reason());
        assertEquals(requests + 1, rig.requests.size(), "asks for a chunk at once");
        rig.deliver(0, constant(15, 0.2));
        rig.run(2000 * MS);
        assertEquals(0.2, rig.last().at(0, 0), 0.01);
    }

    @Test
    void shouldNotUseAChunkThatWasSampledBeforeTheHumanTookOver() {
        LoopRig rig = teleoperated(LoopRig.pusht());
        rig.start();
        rig.deliver(0, constant(15, 300));
        rig.run(800 * MS);
        assertTrue(rig.busy, "the next one is being sampled");
        wanted = new double[] {100, 100};
        rig.run(50 * MS);
        rig.deliver(0, constant(15, 400));
        rig.run(20 * MS);
        assertEquals(100, rig.last().heldAt(rig.clock.rosNs(), 0));
        wanted = null;
        rig.run(20 * MS);
        assertEquals(100, rig.last().heldAt(rig.clock.rosNs(), 0), "holds");
    }

    @Test
    void shouldNotMoveWhatMayNotMove() {
        LoopRig rig = teleoperated(LoopRig.arm(2, Interpolation.CUBIC));
        wanted = new double[] {0.5, 0.5};
        rig.run(500 * MS);
        rig.loop.watchdog().request(SafetyEvent.EMERGENCY_STOP);
        rig.run(1000 * MS);
        assertFalse(human);
        double rest = rig.last().at(0, 0);
        wanted = new double[] {-0.5, -0.5};
        rig.run(1000 * MS);
        assertEquals(rest, rig.last().at(0, 0), 0, "an emergency stop is for humans too");
        rig.loop.watchdog().request(SafetyEvent.RESET);
        rig.run(1000 * MS);
        assertFalse(human, "his device went on sending: nobody has begun anew");
        assertEquals(rest, rig.last().at(0, 0), 0);
        wanted = null;
        rig.run(10 * MS);
        wanted = new double[] {-0.5, -0.5};
        rig.run(1000 * MS);
        assertTrue(human);
        wanted = new double[] {Double.NaN, 0};
        rig.run(10 * MS);
        assertFalse(human, "not a number");
        wanted = new double[] {0, 0};
        rig.sourcesAlive = false;
        rig.run(300 * MS);
        assertFalse(human, "joint states are stale");
    }

    @Test
    void shouldNotTurnTheLongWayRoundForAQuaternionOfTheOtherSign() {
        LoopRig rig = teleoperated(LoopRig.rotating(RotationGroup.Kind.QUATERNION, 0, 0, 0, 1));
        wanted = new double[] {0, 0, Math.sin(0.05), Math.cos(0.05)};
        rig.run(1000 * MS);
        wanted = new double[] {0, 0, -Math.sin(0.06), -Math.cos(0.06)};
        rig.run(2000 * MS);
        assertEquals(1, rig.frames.stream().mapToDouble(frame -> Math.abs(frame.at(0, 3))).min().orElseThrow(), 0.01);
        assertEquals(Math.sin(0.06), rig.last().at(0, 2), 0.005);
    }

    @Test
    void shouldAllocateNothingWhileAHumanDrives() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        LoopRig rig = teleoperated(LoopRig.arm(7, Interpolation.CUBIC));
        rig.keep = false;
        wanted = new double[7];
        drive(rig, 5_000);
        long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
        drive(rig, 2_000);
        assertEquals(0, threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before, 200,
                "but for the measurement");
    }

    private void drive(LoopRig rig, int ticks) {
        for (int i = 0; i < ticks; i++) {
            for (int d = 0; d < wanted.length; d++) {
                wanted[d] = Math.sin(i * 0.01 + d);
            }
            rig.clock.advanceNs(10 * MS);
            rig.tick();
        }
    }
}
