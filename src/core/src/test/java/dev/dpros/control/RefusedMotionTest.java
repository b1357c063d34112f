package dev.dpros.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.control.LoopStatistics.Counter;
import dev.dpros.safety.JointLimits;
import dev.dpros.safety.SafetyEvent;
import dev.dpros.safety.SafetyState;
import dev.dpros.safety.SafetyStatus;
import dev.dpros.safety.Tampering;
import org.junit.jupiter.api.Test;

/** The final check refuses a motion while the robot moves: fault, frames go on to rest, reset and start recover. */
class RefusedMotionTest {
    private static final long MS = 1_000_000L;

    @Test
    void shouldComeToRestInFaultAndRecoverByReset() {
        LoopRig rig = LoopRig.arm(1, Interpolation.CUBIC);
        JointLimits usual = LoopRig.armLimits(1).get(0);
        rig.start();
        rig.run(50 * MS);
        rig.deliver(0, LoopRig.ramp(16, 0, 0.1));
        rig.run(400 * MS);
        assertEquals(SafetyState.NOMINAL, rig.state());
        Tampering.replaceLimit(rig.loop.outputs().get(0).filter(), 0, new JointLimits("joint0", -2, rig.last().at(0, 0), 1.5, 5, 60));
        rig.deliver(0, LoopRig.ramp(16, 0.4, -0.1));
        rig.run(10 * MS);
        assertEquals(SafetyState.FAULT, rig.state());
        assertEquals(SafetyEvent.LIMIT_VIOLATED, rig.reason());
        assertEquals(0, rig.loop.watchdog().joint(SafetyEvent.LIMIT_VIOLATED), "says which joint");
        assertTrue(rig.loop.watchdog().value(SafetyEvent.LIMIT_VIOLATED) > rig.loop.watchdog().limit(SafetyEvent.LIMIT_VIOLATED),
                "says by how much");
        int frames = rig.frames.size();
        assertTrue(rig.last().velocities()[0] > 0, "it moves");
        rig.run(2000 * MS);
        assertEquals(frames + 200, rig.frames.size(), "never without a frame");
        for (int i = frames; i < rig.frames.size(); i++) {
            double step = rig.frames.get(i).at(0, 0) - rig.frames.get(i - 1).at(0, 0);
            assertTrue(step >= 0 && step <= 1.5 * 0.01 + 1e-9, "goes on without a jump: " + step);
            assertEquals(0, rig.frames.get(i).velocities()[rig.frames.get(i).points() - 1]);
        }
        assertEquals(0, rig.last().velocities()[0], "at rest");
        assertTrue(rig.loop.outputs().get(0).filter().count(SafetyStatus.KEPT) > 0);

        Tampering.replaceLimit(rig.loop.outputs().get(0).filter(), 0, usual);
        rig.measured[0] = rig.last().at(0, 0);
        rig.loop.watchdog().request(SafetyEvent.RESET);
        rig.run(20 * MS);
        assertEquals(SafetyState.HOLD, rig.state());
        rig.start();
        rig.run(20 * MS);
        double from = rig.last().at(0, 0);
        rig.deliver(0, LoopRig.ramp(16, from, -0.05));
        rig.run(500 * MS);
        assertEquals(SafetyState.NOMINAL, rig.state());
        assertTrue(rig.last().at(0, 0) < from - 0.05);
        assertTrue(rig.loop.statistics().get(Counter.FRAMES_REFUSED) > 0);
    }
}
