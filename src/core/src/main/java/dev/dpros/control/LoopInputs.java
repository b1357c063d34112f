package dev.dpros.control;

import dev.dpros.core.PositionSource;
import dev.dpros.core.SourceHealth;
import java.util.List;

/**
 * What the control loop reads at the beginning of each tick, besides its sampler. All are read on the control thread and
 * neither block nor allocate.
 *
 * @param sources health of the observation sources; their order is the watchdog's
 * @param positions where motion starts from; {@link PositionSource#NONE} only for {@link Interpolation#ZERO_ORDER_HOLD}
 * @param teleoperation where a human wants the robot, in the policy's place; knows nothing while nobody drives
 * @param enable the dead-man switch that {@link MotionRules#enableRequired} asks for
 */
public record LoopInputs(List<SourceHealth> sources, PositionSource positions, PositionSource teleoperation, EnableSwitch enable) {
    /** Copies the list. */
    public LoopInputs {
        sources = List.copyOf(sources);
    }

    /** Sources and positions, with no human and no dead-man switch. */
    public static LoopInputs of(List<SourceHealth> sources, PositionSource positions) {
        return new LoopInputs(sources, positions, PositionSource.NONE, EnableSwitch.ALWAYS);
    }
}
