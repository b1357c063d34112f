package dev.dpros.node.outputs;

import dev.dpros.core.ActionClient.Progress;
import dev.dpros.core.ActionClient.State;
import dev.dpros.core.CommandFrame;
import java.util.Map;

/**
 * Goals of control_msgs/GripperCommand. Controllers abort a goal when the gripper stalls before it is there, unless told otherwise: that is
 * what happens when it grasps something, and no failure.
 *
 * @param maxEffort of each goal; 0 leaves it to the server
 */
record GripperGoalWords(double maxEffort) implements GoalWords {
    @Override
    public String type() {
        return "control_msgs/GripperCommand";
    }

    @Override
    public Map<String, Object> goal(CommandFrame frame) {
        return Map.of("command", Map.of("position", frame.positions[0], "max_effort", maxEffort));
    }

    @Override
    public boolean willDo(Progress ended) {
        return ended.state() == State.ABORTED && Boolean.TRUE.equals(ended.result().get("stalled"));
    }

    @Override
    public String result(Progress ended) {
        return "";
    }
}
