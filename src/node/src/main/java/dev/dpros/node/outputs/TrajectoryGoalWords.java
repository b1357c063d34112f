package dev.dpros.node.outputs;

import dev.dpros.core.ActionClient.Progress;
import dev.dpros.core.CommandFrame;
import dev.dpros.core.MessageType;
import dev.dpros.core.MessageTypes;
import dev.dpros.messages.JointTrajectoryWriter;
import dev.dpros.messages.TrajectoryStart;
import java.util.Map;

/** Goals of control_msgs/FollowJointTrajectory: the trajectory as the topic would carry it, with the server's own tolerances. */
final class TrajectoryGoalWords implements GoalWords {
    private static final Map<Integer, String> CODES = Map.of(-1, "INVALID_GOAL", -2, "INVALID_JOINTS", -3, "OLD_HEADER_TIMESTAMP",
            -4, "PATH_TOLERANCE_VIOLATED", -5, "GOAL_TOLERANCE_VIOLATED");

    private final JointTrajectoryWriter writer;
    private final MessageType trajectory;

    TrajectoryGoalWords(MessageTypes types, CommandFrame layout, String frameId, TrajectoryStart start) {
        writer = new JointTrajectoryWriter(types, layout, frameId, start);
        trajectory = types.message("trajectory_msgs/JointTrajectory");
    }

    @Override
    public String type() {
        return "control_msgs/FollowJointTrajectory";
    }

    @Override
    public Map<String, Object> goal(CommandFrame frame) {
        return Map.of("trajectory", trajectory.decode(writer.write(frame)));
    }

    @Override
    public boolean willDo(Progress ended) {
        return false;
    }

    @Override
    public String result(Progress ended) {
        int code = ended.result().get("error_code") instanceof Number number ? number.intValue() : 0;
        String words = ended.result().get("error_string") instanceof String text ? text : "";
        String name = code == 0 ? "" : CODES.getOrDefault(code, "error_code " + code);
        return name + (name.isEmpty() || words.isEmpty() ? "" : ": ") + words;
    }
}
