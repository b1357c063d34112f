package dev.dpros.control;

import dev.dpros.safety.SafetyEvent;
import dev.dpros.safety.SafetyFilter;
import dev.dpros.safety.SafetyState;
import dev.dpros.safety.Watchdog;

/**
 * A human who drives in the policy's place: while teleoperation commands keep coming and nothing forbids motion, the path
 * leads to the newest of them, through the same safety filter. Letting go, or silence, ends it: the robot decelerates and
 * holds until the policy has a fresh chunk. Control thread; allocates nothing.
 */
final class Takeover {
    /** How far ahead the newest command is held: an arm needs time to get there within its limits. */
    private static final long AHEAD_NS = 500_000_000;

    private final ControlConfig config;
    private final TrajectoryBuffer buffer;
    private final SafetyFilter filter;
    private final double[] target;
    private boolean drives;
    private boolean changed;

    Takeover(ControlConfig config, TrajectoryBuffer buffer, SafetyFilter filter) {
        this.config = config;
        this.buffer = buffer;
        this.filter = filter;
        target = new double[config.dims()];
    }

    /** Whether a human drives in this tick. */
    boolean drives() {
        return drives;
    }

    /** Whether that has changed with this tick: whatever was planned before is then void. */
    boolean changed() {
        return changed;
    }

    /**
     * Decides who drives in this tick.
     *
     * @param watchdog whose causes forbid motion: a fault, a lost enable, joint states that are stale, stamps that jumped
     * @param running whether the policy is started: else the motion begins at the measured position
     */
    void update(TickInputs inputs, Watchdog watchdog, boolean jumped, boolean running, long timeNs) {
        boolean may = inputs.teleopKnown && finite(inputs.teleop) && !jumped && watchdog.state() != SafetyState.FAULT
                && !watchdog.active(SafetyEvent.ENABLE_LOST) && !watchdog.active(SafetyEvent.JOINT_STATE_STALE);
        if (may && !drives) {
            may = running && filter.started() || inputs.measuredKnown && filter.restart(timeNs, inputs.measured);
        }
        changed = may != drives;
        drives = may;
    }

    private static boolean finite(double[] values) {
        for (double value : values) {
            if (!Double.isFinite(value)) {
                return false;
            }
        }
        return true;
    }

    /** Leads the path to the newest command; returns whether the path is another than before. */
    boolean follow(TickInputs inputs) {
        boolean moved = changed || buffer.size() == 0;
        for (int d = 0; d < target.length; d++) {
            moved |= target[d] != inputs.teleop[d];
            target[d] = inputs.teleop[d];
        }
        boolean stepped = config.interpolation() == Interpolation.ZERO_ORDER_HOLD;
        if (!moved && (stepped || buffer.lastStampNs() - inputs.rosNs > AHEAD_NS / 2)) {
            return false;
        }
        buffer.clear();
        buffer.append(target, 0, stepped ? inputs.rosNs : inputs.rosNs + AHEAD_NS);
        return true;
    }
}
