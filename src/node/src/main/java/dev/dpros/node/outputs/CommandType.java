package dev.dpros.node.outputs;

import dev.dpros.config.ActionSection;
import dev.dpros.control.ControlConfig;
import dev.dpros.control.Interpolation;
import dev.dpros.core.CommandFrame;
import dev.dpros.core.InputException;
import dev.dpros.core.MessageTypes;
import dev.dpros.core.MessageWriter;
import dev.dpros.core.NearestName;
import dev.dpros.messages.ActionChunkWriter;
import dev.dpros.messages.CommandWriter;
import dev.dpros.messages.JointJogWriter;
import dev.dpros.messages.JointStateWriter;
import dev.dpros.messages.JointTrajectoryWriter;
import dev.dpros.messages.PoseStampedWriter;
import dev.dpros.messages.SimpleWriters;
import dev.dpros.messages.TrajectoryStart;
import dev.dpros.messages.TwistStampedWriter;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** The message types that commands can be sent as. */
public enum CommandType {
    /** The whole motion of a frame, for a joint_trajectory_controller. */
    JOINT_TRAJECTORY("trajectory_msgs/JointTrajectory"),
    /** The position now of one dimension. */
    FLOAT64("std_msgs/Float64"),
    /** The position now of one dimension, a gripper's, with its greatest effort. */
    GRIPPER_COMMAND("control_msgs/GripperCommand"),
    /** The positions now, without stamp or names. */
    FLOAT64_MULTI_ARRAY("std_msgs/Float64MultiArray"),
    /** Positions and velocities now. */
    JOINT_STATE("sensor_msgs/JointState"),
    /** The pose now. */
    POSE_STAMPED("geometry_msgs/PoseStamped"),
    /** The velocity of the commanded pose now; zero in a hold. */
    TWIST_STAMPED("geometry_msgs/TwistStamped"),
    /** The joints' velocities now; zero in a hold. */
    JOINT_JOG("control_msgs/JointJog"),
    /** The whole motion of a frame on the policy's grid. */
    ACTION_CHUNK("diffusion_policy_msgs/ActionChunk");

    private final String type;

    CommandType(String type) {
        this.type = type;
    }

    /** The ROS type. */
    public String type() {
        return type;
    }

    /** By ROS type. @param key of the section, for messages @throws InputException naming the nearest one if commands cannot be sent as it */
    public static CommandType of(String type, String key) {
        requireKnown(type, key);
        return Arrays.stream(values()).filter(one -> one.type.equals(type)).findFirst().orElseThrow();
    }

    /** That commands can be sent as this type, or it is one of an action. @throws InputException naming the nearest one if not */
    static void requireKnown(String type, String key) {
        List<String> known = Stream.concat(Arrays.stream(values()).map(CommandType::type), GoalOutputs.TYPES.stream()).toList();
        if (!known.contains(type)) {
            throw new InputException(key + ".type: expected one of " + String.join(", ", known) + "; found '" + type + "'"
                    + NearestName.hint(type, known));
        }
    }

    /**
     * What writes frames like the given one.
     *
     * @param action the output's section
     * @param control says whether its motions are steps, the period, and the policy's grid
     * @param start of {@link #JOINT_TRAJECTORY}
     * @throws InputException if frames of these names and this interpolation cannot be sent as this type
     */
    CommandWriter writer(MessageTypes types, CommandFrame layout, ActionSection action, ControlConfig control, TrajectoryStart start) {
        String frameId = action.frameId();
        boolean hold = control.interpolation() == Interpolation.ZERO_ORDER_HOLD;
        requireVelocity(hold);
        requireOne(layout);
        switch (this) {
            case FLOAT64:
                SimpleWriters number = new SimpleWriters(types);
                return frame -> number.float64(frame.positions[0]);
            case GRIPPER_COMMAND:
                MessageWriter goal = types.writer(16);
                return frame -> goal.begin().f64(frame.positions[0]).f64(action.maxEffort()).end();
            case FLOAT64_MULTI_ARRAY:
                SimpleWriters simple = new SimpleWriters(types);
                return frame -> simple.float64MultiArray(frame.positions, frame.dims());
            case JOINT_STATE:
                JointStateWriter state = new JointStateWriter(types, layout.names(), frameId);
                return frame -> state.write(frame.stampNs, frame.positions, frame.velocities);
            case POSE_STAMPED:
                return new PoseStampedWriter(types, layout, frameId);
            case TWIST_STAMPED:
                return new TwistStampedWriter(types, layout, frameId);
            case JOINT_JOG:
                return new JointJogWriter(types, layout, frameId, control.periodNs());
            case ACTION_CHUNK:
                return new ActionChunkWriter(types, layout.names(), frameId, control.policyStepNs(), hold);
            default:
                return new JointTrajectoryWriter(types, layout, frameId, start);
        }
    }

    private void requireOne(CommandFrame layout) {
        if ((this == FLOAT64 || this == GRIPPER_COMMAND) && layout.dims() != 1) {
            throw InputException.of("action", "type " + type, "one joint", "joints " + layout.names(), "a value of its own is sent for one");
        }
    }

    private void requireVelocity(boolean hold) {
        if (hold && (this == TWIST_STAMPED || this == JOINT_JOG)) {
            throw InputException.of("action", "type " + type, "control.interpolation linear or cubic", "zero_order_hold",
                    "a motion in steps has no velocity");
        }
    }
}
