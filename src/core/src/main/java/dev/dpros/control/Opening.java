package dev.dpros.control;

import dev.dpros.safety.ReferencePath;

/**
 * The way of one dimension to where it goes at an operator's stop. It is a path of one waypoint, now for steps and ahead for a
 * motion, and ends when it is there, or after five seconds. Control thread; allocates nothing.
 */
final class Opening implements ReferencePath {
    private static final long AHEAD_NS = 500_000_000;
    private static final long LONGEST_NS = 5_000_000_000L;
    private static final double NEARLY = 1e-6;

    private final double at;
    private final boolean stepped;
    private boolean under;
    private long stampNs;
    private long sinceNs;

    Opening(double at, boolean stepped) {
        this.at = at;
        this.stepped = stepped;
    }

    /** Begins. @param timeNs on which motion continues */
    void begin(long timeNs) {
        under = true;
        sinceNs = timeNs;
        stampNs = Long.MIN_VALUE;
    }

    /** Ends, wherever it is. */
    void end() {
        under = false;
    }

    /** Whether it is under way. */
    boolean underWay() {
        return under;
    }

    /** Ends it if it has arrived. @param rest where the motion under way ends @param rests whether none is under way */
    void look(double rest, boolean rests, long timeNs) {
        boolean there = rests && Math.abs(rest - at) <= NEARLY * Math.max(1, Math.abs(at));
        under &= !there && timeNs - sinceNs < LONGEST_NS;
    }

    /** Sets the waypoint of a tick; returns whether it is another than before. */
    boolean lead(long rosNowNs) {
        boolean first = stampNs == Long.MIN_VALUE;
        if (stepped || first || stampNs - rosNowNs < AHEAD_NS / 2) {
            stampNs = stepped ? rosNowNs : rosNowNs + AHEAD_NS;
            return true;
        }
        return false;
    }

    @Override
    public int size() {
        return 1;
    }

    @Override
    public long stampNs(int index) {
        return stampNs;
    }

    @Override
    public double value(int index, int dim) {
        return at;
    }

    @Override
    public void sample(long timeNs, double[] position, double[] velocity, double[] acceleration) {
        position[0] = at;
        velocity[0] = 0;
        acceleration[0] = 0;
    }
}
