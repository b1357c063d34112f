package dev.dpros.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.control.ControlConfig;
import dev.dpros.control.ControlLoop;
import dev.dpros.control.LoopInputs;
import dev.dpros.control.OutputConfig;
import dev.dpros.control.WiredOutput;
import dev.dpros.core.ActionChunk;
import dev.dpros.core.ChunkRequester;
import dev.dpros.core.CommandFrame;
import dev.dpros.core.CommandSink;
import dev.dpros.core.ManualClock;
import dev.dpros.core.SourceHealth;
import dev.dpros.safety.SafetyEvent;
import dev.dpros.safety.SafetyState;
import dev.dpros.sim.Arm7World;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The outputs of {@code launch/arm7.yaml} on the simulated arm, in its own time: wild actions, and nothing wild reaches the robot. */
class Arm7OutputsTest {
    private static final long MS = 1_000_000;

    private final RobotConfig config = ConfigReader.read(Path.of("launch/arm7.yaml")).config();
    private final ManualClock clock = new ManualClock(1_700_000_000_000_000_000L);
    private final Arm7World world = new Arm7World();
    private final SourceHealth joints = new SourceHealth("/joint_states", SourceHealth.Kind.JOINT_STATE, 50 * MS);
    private final double[] position = new double[8];
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
    private final ControlLoop loop = loop();

    private ControlLoop loop() {
        ActionLayout layout = config.layout();
        ControlConfig control = config.control().toControlConfig(layout, 15, false).with(config.motionRules(0))
                .withOutputs(layout.outputs(config.control().interpolation(), entry -> 0));
        return new ControlLoop(ControlLoop.Wiring.of(control, WiredOutput.of(control, layout.limits(), this::sink),
                LoopInputs.of(List.of(joints), out -> {
                    world.readPositions(out);
                    return true;
                }), sampler));
    }

    private CommandSink sink(OutputConfig output) {
        return output.name().equals("/gripper/command") ? frame -> assertTrue(world.moveGripper(frame.positions[0]))
                : frame -> assertTrue(world.command(frame.points, stamps(frame), frame.positions));
    }

    private static long[] stamps(CommandFrame frame) {
        long[] stamps = new long[frame.points];
        for (int i = 0; i < stamps.length; i++) {
            stamps[i] = frame.stampNs + frame.timeFromStartNs[i];
        }
        return stamps;
    }

    private void run(long ms) {
        for (long at = 0; at < ms; at += 5) {
            clock.advanceNs(5 * MS);
            world.advance(clock.rosNs());
            joints.received(clock.monotonicNs());
            loop.tick(clock.rosNs(), clock.monotonicNs());
        }
        world.readPositions(position);
    }

    private void deliver(double gripper, Random random) {
        double[] values = random.doubles(15 * 8, -3.5, 3.5).toArray();
        for (int step = 0; step < 15; step++) {
            values[8 * step + 7] = gripper;
        }
        busy = false;
        loop.inbox().accept(new ActionChunk(1 + clock.rosNs() / MS, clock.rosNs(), clock.rosNs(), 100 * MS, 8, values, 10));
    }

    @Test
    void shouldDriveTheArmWithinItsLimitsAndCloseTheGripperAndKeepItClosed() {
        Random random = new Random(3);
        world.reset(clock.rosNs());
        loop.watchdog().request(SafetyEvent.STARTED);
        run(10);
        for (int chunk = 0; chunk < 10; chunk++) {
            deliver(chunk % 2 == 0 ? 0.1 : -0.02, random);
            run(600);
            assertEquals(SafetyState.NOMINAL, loop.watchdog().state());
            assertEquals(chunk % 2 == 0 ? 0.08 : 0, position[7], 1e-9, "opens and closes, within its limits");
        }
        loop.watchdog().request(SafetyEvent.OPERATOR_STOP);
        run(3_000);
        double[] rest = position.clone();
        run(100);
        assertEquals(List.of(rest[0], rest[6], 0.0), List.of(position[0], position[6], position[7]), "at rest, and closed");
        assertEquals(0, world.limitViolations() + world.speedViolations());
    }
}
