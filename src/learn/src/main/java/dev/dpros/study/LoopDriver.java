package dev.dpros.study;

import dev.dpros.control.ControlConfig;
import dev.dpros.control.ControlLoop;
import dev.dpros.control.LoopStatistics.Counter;
import dev.dpros.control.LoopStatistics.Value;
import dev.dpros.core.ActionChunk;
import dev.dpros.core.ChunkRequester;
import dev.dpros.core.CommandFrame;
import dev.dpros.core.ManualClock;
import dev.dpros.core.PositionSource;
import dev.dpros.safety.JointLimits;
import dev.dpros.safety.SafetyEvent;
import dev.dpros.sim.PushTRobot;
import java.util.List;

/** The product's control loop, ticked on the manual clock: the robot never waits for the policy. */
final class LoopDriver implements Driver, ChunkRequester {
    private final ManualClock clock;
    private final ControlLoop loop;
    private final long[] stamps;
    private final double[] command = new double[2];
    private PushTRobot robot;
    private boolean commanded;
    private boolean asked;
    private int executedSteps;
    private long sinceNs = Long.MIN_VALUE;

    /** A started loop with PushT's limits. */
    LoopDriver(ManualClock clock, ControlConfig config) {
        this.clock = clock;
        List<JointLimits> limits = config.names().stream().map(name -> JointLimits.positions(name, 0, 512)).toList();
        var filter = config.safetyFilter(limits);
        stamps = new long[filter.frameCapacity()];
        loop = new ControlLoop(ControlLoop.Wiring.of(config, filter, List.of(), PositionSource.NONE, this, this::publish));
        loop.watchdog().request(SafetyEvent.STARTED);
    }

    private void publish(CommandFrame frame) {
        for (int i = 0; i < frame.points; i++) {
            stamps[i] = frame.stampNs + frame.timeFromStartNs[i];
        }
        robot.command(frame.points, stamps, frame.positions);
        System.arraycopy(frame.positions, 0, command, 0, 2);
        commanded = true;
    }

    @Override
    public boolean tick(PushTRobot driven) {
        robot = driven;
        asked = false;
        loop.tick(clock.rosNs(), clock.monotonicNs());
        if (loop.statistics().get(Counter.TICK_FAILURES) > 0) {
            throw new IllegalStateException("the control loop failed", loop.lastFailure());
        }
        return asked;
    }

    @Override
    public int executedSteps() {
        return executedSteps;
    }

    @Override
    public void arrived(ActionChunk chunk, PushTRobot driven) {
        sinceNs = Long.MIN_VALUE;
        loop.inbox().accept(chunk);
    }

    @Override
    public boolean commanded(double[] out) {
        System.arraycopy(command, 0, out, 0, 2);
        return commanded;
    }

    @Override
    public Joins joins() {
        var statistics = loop.statistics();
        return new Joins((long) statistics.get(Value.JOINS), statistics.get(Value.JOIN_VELOCITY_JUMP_MAX),
                statistics.get(Value.JOIN_VELOCITY_JUMP_SUM));
    }

    @Override
    public boolean request(long requestNs, long deadlineNs, int executed) {
        if (busy()) {
            return false;
        }
        sinceNs = requestNs;
        executedSteps = executed;
        asked = true;
        return true;
    }

    @Override
    public boolean busy() {
        return sinceNs != Long.MIN_VALUE;
    }

    @Override
    public long runningSinceNs() {
        return sinceNs;
    }
}
