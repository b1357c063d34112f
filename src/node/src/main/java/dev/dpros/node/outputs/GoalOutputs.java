package dev.dpros.node.outputs;

import dev.dpros.config.ActionSection;
import dev.dpros.config.ActionSection.OnStop;
import dev.dpros.control.ControlConfig;
import dev.dpros.control.Interpolation;
import dev.dpros.core.ActionClient;
import dev.dpros.core.CommandFrame;
import dev.dpros.core.InputException;
import dev.dpros.core.Transport;
import dev.dpros.safety.JointLimits;
import java.util.List;

/** Outputs that are servers of actions. Stateless. */
final class GoalOutputs {
    /** The types of actions that goals can be sent to, as a configuration has them. */
    static final List<String> TYPES = List.of(ActionSection.FOLLOW, ActionSection.GRIP);
    /** Share of a gripper's range that is a step; without a range, in robot units. */
    private static final double STEP_SHARE = 0.02;
    private static final double STEP = 0.001;

    private GoalOutputs() {}

    /**
     * Opens the client of an output's server, which need not be there.
     *
     * @param key of the section, for messages
     * @param framePoints most points in one frame
     * @throws InputException if goals of this type cannot be sent, or not for these joints or this interpolation
     */
    static RobotOutput open(Transport transport, ActionSection action, String key, ControlConfig control, int framePoints) {
        CommandType.requireKnown(action.type(), key);
        CommandFrame layout = new CommandFrame(action.joints(), framePoints);
        ControlConfig own = control.with(action.interpolationOr(control.interpolation()));
        boolean gripper = action.type().equals(ActionSection.GRIP);
        if (gripper && layout.dims() != 1) {
            throw InputException.of(key, "type " + action.type(), "one joint", "joints " + action.joints(), "a gripper has one position");
        }
        if (!gripper && own.interpolation() == Interpolation.ZERO_ORDER_HOLD) {
            throw InputException.of(key, "type " + action.type(), "interpolation linear or cubic", "zero_order_hold", "a goal is a whole motion");
        }
        GoalWords words = gripper ? new GripperGoalWords(action.maxEffort())
                : new TrajectoryGoalWords(transport.messages(), layout, action.frameId(), CommandOutput.start(action, own));
        ActionClient client = transport.actionClient(action.topic(), words.type());
        boolean cancels = action.onStopOrUsual() == OnStop.CANCEL;
        GoalSender sender = new GoalSender(client, words, layout, transport.clock(), cancels);
        return gripper ? new GripperGoals(sender, step(action.jointLimits().get(0)), cancels, openAt(action)) : new TrajectoryGoals(sender, cancels);
    }

    private static double openAt(ActionSection action) {
        Double at = action.onStopOrUsual() == OnStop.OPEN ? action.openAt() : null;
        return at == null ? Double.NaN : at;
    }

    private static double step(JointLimits limits) {
        double range = limits.maxPosition() - limits.minPosition();
        return Double.isFinite(range) && range > 0 ? STEP_SHARE * range : STEP;
    }
}
