package dev.dpros.study;

import dev.dpros.core.ActionChunk;
import dev.dpros.sim.PushTRobot;

/** What drives a simulated robot from chunk to chunk. One thread, on a manual clock. */
interface Driver {
    /**
     * One control period.
     *
     * @return whether a chunk is asked for, from what is seen now
     */
    boolean tick(PushTRobot robot);

    /** Actions of the present chunk that have begun. */
    int executedSteps();

    /** The chunk that was asked for has come. */
    void arrived(ActionChunk chunk, PushTRobot robot);

    /** Copies the position commanded now, px; false before the first. */
    boolean commanded(double[] out);

    /** How chunks have joined so far. */
    Joins joins();

    /**
     * How the command's velocity at joins differs from what it would have been without the new chunk.
     *
     * @param count joins at which both chunks reached the joint
     * @param largest px/s
     * @param sum px/s
     */
    record Joins(long count, double largest, double sum) {
        static final Joins NONE = new Joins(0, 0, 0);

        Joins plus(Joins other) {
            return new Joins(count + other.count, Math.max(largest, other.largest), sum + other.sum);
        }

        double mean() {
            return count == 0 ? 0 : sum / count;
        }
    }
}
