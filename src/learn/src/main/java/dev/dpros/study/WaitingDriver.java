package dev.dpros.study;

import dev.dpros.core.ActionChunk;
import dev.dpros.core.ManualClock;
import dev.dpros.sim.PushTRobot;

/**
 * The naive synchronous loop: the robot stands while the policy thinks, then executes the first Ta actions of the chunk
 * from the moment it comes, then asks again.
 */
final class WaitingDriver implements Driver {
    private final ManualClock clock;
    private final int steps;
    private final long stepNs;
    private final long[] stamps;
    private final double[] positions;
    private boolean waiting;
    private long askAtNs;
    private long beganNs = Long.MIN_VALUE;

    /** @param steps Ta */
    WaitingDriver(ManualClock clock, int steps, long stepNs) {
        this.clock = clock;
        this.steps = steps;
        this.stepNs = stepNs;
        askAtNs = clock.rosNs();
        stamps = new long[steps];
        positions = new double[2 * steps];
    }

    @Override
    public boolean tick(PushTRobot robot) {
        boolean asks = !waiting && clock.rosNs() >= askAtNs;
        waiting |= asks;
        return asks;
    }

    @Override
    public int executedSteps() {
        return 0;
    }

    @Override
    public void arrived(ActionChunk chunk, PushTRobot robot) {
        waiting = false;
        beganNs = clock.rosNs();
        askAtNs = beganNs + steps * stepNs;
        for (int i = 0; i < steps; i++) {
            stamps[i] = beganNs + i * stepNs;
            positions[2 * i] = chunk.action(i, 0);
            positions[2 * i + 1] = chunk.action(i, 1);
        }
        robot.command(steps, stamps, positions);
    }

    @Override
    public boolean commanded(double[] out) {
        if (beganNs == Long.MIN_VALUE) {
            return false;
        }
        int i = (int) Math.min(steps - 1, (clock.rosNs() - beganNs) / stepNs);
        System.arraycopy(positions, 2 * i, out, 0, 2);
        return true;
    }

    @Override
    public Joins joins() {
        return Joins.NONE;
    }
}
