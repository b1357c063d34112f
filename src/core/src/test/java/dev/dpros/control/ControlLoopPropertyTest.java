package dev.dpros.control;

import static dev.dpros.control.LoopRig.MS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.control.LoopRig.Published;
import dev.dpros.control.LoopStatistics.Counter;
import dev.dpros.core.SamplingFailure;
import dev.dpros.safety.JointLimits;
import dev.dpros.safety.SafetyEvent;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

/** A wild policy on an unreliable robot: whatever happens, what is published stays safe. */
class ControlLoopPropertyTest {
    private static final SafetyEvent[] OPERATOR = {SafetyEvent.STARTED, SafetyEvent.STARTED, SafetyEvent.RESET,
        SafetyEvent.OPERATOR_STOP, SafetyEvent.ENABLE_LOST, SafetyEvent.EMERGENCY_STOP};

    @Property(tries = 1000, seed = "20261123")
    void shouldPublishOnlySafeFramesWhateverHappens(@ForAll @LongRange(min = 0, max = 1L << 40) long seed,
            @ForAll Interpolation interpolation, @ForAll ChunkStrategy strategy) {
        Random random = new Random(seed);
        int dims = 2;
        ControlConfig config = ControlConfig.of(LoopRig.names(dims), 50, 10, 16, 1 + random.nextInt(8))
                .with(interpolation).with(JoinConfig.of(strategy));
        LoopRig rig = new LoopRig(config, LoopRig.armLimits(dims), new double[dims]);
        rig.start();
        for (int i = 0; i < 400; i++) {
            happen(rig, random);
            rig.clock.advanceNs(config.periodNs() + (random.nextInt(10) == 0 ? random.nextInt(100) * MS : 0));
            rig.tick();
        }
        assertEquals(0, rig.loop.statistics().get(Counter.TICK_FAILURES), () -> "" + rig.loop.lastFailure());
        assertEquals(0, rig.loop.statistics().get(Counter.FRAMES_REFUSED));
        assertTrue(rig.frames.size() > 300);
        for (int i = 0; i < rig.frames.size(); i++) {
            check(rig.frames.get(i), LoopRig.armLimits(dims), interpolation);
            if (i > 0 && interpolation != Interpolation.ZERO_ORDER_HOLD) {
                checkJoin(rig.frames.get(i - 1), rig.frames.get(i), LoopRig.armLimits(dims));
            }
        }
    }

    private static void happen(LoopRig rig, Random random) {
        switch (random.nextInt(30)) {
            case 0 -> rig.loop.watchdog().request(OPERATOR[random.nextInt(OPERATOR.length)]);
            case 1 -> rig.camera.content(random.nextBoolean(), random.nextInt(4) == 0);
            case 2 -> rig.sourcesAlive = random.nextInt(3) > 0;
            case 3 -> rig.clock.jumpRosNs((random.nextInt(4000) - 2000) * MS);
            case 4 -> rig.loop.inbox().failed(1, SamplingFailure.FAILED, "failed", null);
            case 5 -> rig.loop.missed(random.nextInt(10));
            case 6 -> rig.camera.stampJumped();
            default -> {
                if (rig.busy && random.nextInt(3) == 0) {
                    double[] values = random.doubles(1 + random.nextInt(16)).map(v -> 8 * v - 4).toArray();
                    if (random.nextInt(10) == 0) {
                        values[random.nextInt(values.length)] = random.nextBoolean() ? Double.NaN : Double.NEGATIVE_INFINITY;
                    }
                    rig.deliver((random.nextInt(1000) - 100) * MS, values);
                }
            }
        }
    }

    private static void check(Published frame, List<JointLimits> limits, Interpolation interpolation) {
        int last = frame.points() - 1;
        for (int d = 0; d < limits.size(); d++) {
            JointLimits limit = limits.get(d);
            assertEquals(0, frame.velocities()[last * frame.dims() + d]);
            for (int p = 0; p <= last; p++) {
                double q = frame.at(p, d);
                assertTrue(q >= limit.minPosition() - 1e-8 && q <= limit.maxPosition() + 1e-8);
                if (p > 1 || p > 0 && interpolation != Interpolation.ZERO_ORDER_HOLD) {
                    double seconds = (frame.times()[p] - frame.times()[p - 1]) * 1e-9;
                    assertTrue(Math.abs(q - frame.at(p - 1, d)) <= limit.maxVelocity() * seconds * (1 + 1e-9) + 1e-12);
                }
            }
        }
    }

    /** Where the next frame begins, the one before would have been too: no jump, at no join, in no state. */
    private static void checkJoin(Published before, Published after, List<JointLimits> limits) {
        for (int d = 0; d < limits.size(); d++) {
            double jump = Math.abs(after.at(0, d) - before.at(0, d));
            assertTrue(jump <= limits.get(d).maxVelocity() * 0.25, "moved by " + jump);
            double velocityJump = Math.abs(after.velocities()[d] - before.velocities()[d]);
            assertTrue(velocityJump <= limits.get(d).maxAcceleration() * 0.25, "velocity changed by " + velocityJump);
        }
    }
}
