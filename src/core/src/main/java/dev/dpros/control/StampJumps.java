package dev.dpros.control;

/** Notices jumps of stamp time: against monotonic time or, on {@code /clock}, backwards. Control thread. */
final class StampJumps {
    private final long thresholdNs;
    private final boolean simulated;
    private boolean first = true;
    private long lastRosNs;
    private long lastMonotonicNs;
    private long backNs;

    StampJumps(ControlConfig config) {
        thresholdNs = config.timing().stampJumpNs();
        simulated = config.simulatedTime();
    }

    boolean jumped(long rosNowNs, long monotonicNowNs) {
        long byNs = simulated ? Math.min(0, rosNowNs - lastRosNs)
                : rosNowNs - lastRosNs - (monotonicNowNs - lastMonotonicNs);
        boolean jumped = !first && Math.abs(byNs) > thresholdNs;
        backNs = simulated && !first ? byNs : 0;
        first = false;
        lastRosNs = rosNowNs;
        lastMonotonicNs = monotonicNowNs;
        return jumped;
    }

    /** By how much the time on which motion continues ran backwards in the last call, 0 or negative; real time never does. */
    long backNs() {
        return backNs;
    }
}
