package dev.dpros.control;

import dev.dpros.safety.SafetyEvent;
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
    private final LoopOutputs outputs;
    private final boolean steps;
    private final boolean moves;
    private final double[] target;
    private long untilNs;
    private boolean drives;
    private boolean changed;
    private boolean wasEnabled;
    private boolean mustLetGo;

    Takeover(ControlConfig config, TrajectoryBuffer buffer, LoopOutputs outputs) {
        this.config = config;
        this.buffer = buffer;
        this.outputs = outputs;
        steps = config.allOutputs().stream().anyMatch(OutputConfig::stepped);
        moves = config.allOutputs().stream().anyMatch(output -> !output.stepped());
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
     * Decides who drives in this tick. It needs the dead-man switch, if there is one, but no start; after a loss of it, or of
     * the robot, and after a fault, the human lets go of the device and begins again.
     *
     * @param watchdog whose causes forbid motion: a fault, joint states that are stale, stamps that jumped
     * @param running whether the policy is started
     */
    void update(TickInputs inputs, Watchdog watchdog, boolean jumped, boolean running, long timeNs) {
        boolean required = config.rules().enableRequired();
        boolean lost = watchdog.state() == SafetyState.FAULT || required && wasEnabled && !inputs.enabled
                || drives && (watchdog.active(SafetyEvent.TRACKING_LOST) || watchdog.active(SafetyEvent.OUTPUT_LOST));
        wasEnabled = inputs.enabled;
        mustLetGo = inputs.teleopKnown && (mustLetGo || lost);
        boolean enabled = required ? inputs.enabled : !watchdog.active(SafetyEvent.ENABLE_LOST);
        boolean may = inputs.teleopKnown && LiveInputs.finite(inputs.teleop) && !jumped && enabled && !mustLetGo
                && watchdog.state() != SafetyState.FAULT && !watchdog.active(SafetyEvent.JOINT_STATE_STALE);
        if (may && !drives) {
            may = outputs.mayBegin(timeNs, running);
        }
        if (may && !drives) {
            watchdog.clearAll(SafetyEvent.TRACKING_LOST);
            outputs.forgetLosses();
        }
        changed = may != drives;
        drives = may;
    }

    /** Leads the path to the newest command; returns whether the path is another than before. */
    boolean follow(TickInputs inputs) {
        boolean moved = changed || buffer.size() == 0;
        for (int d = 0; d < target.length; d++) {
            moved |= target[d] != inputs.teleop[d];
            target[d] = inputs.teleop[d];
        }
        boolean anew = moved || untilNs - inputs.rosNs <= AHEAD_NS / 2;
        if (!anew && !steps) {
            return false;
        }
        untilNs = anew ? inputs.rosNs + AHEAD_NS : untilNs;
        buffer.clear();
        // A step reaches as far as the speed limit allows in the time since the one before, so a step per tick until there.
        if (steps) {
            buffer.append(target, 0, inputs.rosNs);
        }
        if (moves) {
            buffer.append(target, 0, untilNs);
        }
        return anew;
    }
}
