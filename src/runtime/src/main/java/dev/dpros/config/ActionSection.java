package dev.dpros.config;

import dev.dpros.control.AtRest;
import dev.dpros.control.Interpolation;
import dev.dpros.core.TopicQos;
import dev.dpros.safety.JointLimits;
import dev.dpros.safety.WorkspaceBox;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the policy's actions, or some of their dimensions, go: one output.
 *
 * @param topic command topic, or name of the action
 * @param type message type of the commands, or of an action with the ending {@code Action}
 * @param joints names of the dimensions that it takes, in the receiver's order
 * @param frameId frame of the commands' header
 * @param limits per joint, or under {@code default} for all others
 * @param measured where the robot's measured position comes from
 * @param atRest what is sent once a motion has ended
 * @param takeUp by how much a robot may differ from its last command and still go on from it, robot units
 * @param workspaceBox {@code [min, max]} per named joint, m, for policies whose actions are positions in space
 * @param stamp of a trajectory's header: now (default), or zero: controllers begin on arrival
 * @param firstPoint of a trajectory: now (default), or next: one control period ahead
 * @param qos of the topic, where the middleware has it
 * @param interpolation what a waypoint means until the next; null: as {@code control.interpolation} says, and a gripper steps
 * @param onStop what happens to the last goal when nobody drives any more; null: the type's usual
 * @param openAt where {@link OnStop#OPEN} goes, robot units, or null
 * @param maxEffort of a GripperCommand, its unit; 0: the gripper's own
 */
public record ActionSection(
        String topic,
        String type,
        List<String> joints,
        String frameId,
        Map<String, LimitSection> limits,
        MeasuredSection measured,
        AtRest atRest,
        PerJoint takeUp,
        Map<String, List<Double>> workspaceBox,
        Stamp stamp,
        FirstPoint firstPoint,
        QosSection qos,
        @Nullable Interpolation interpolation,
        @Nullable OnStop onStop,
        @Nullable Double openAt,
        double maxEffort) {
    /** What happens to the last goal when nobody drives any more. */
    public enum OnStop {
        /** It stays; a motion ends at rest within the limits. */ KEEP,
        /** At an operator's stop the only dimension goes to {@link ActionSection#openAt}; else it stays. */ OPEN,
        /** The goal of an action's server is cancelled. */ CANCEL
    }

    /** Stamp of a trajectory's header. */
    public enum Stamp {
        /** Stamp time of the tick. */ NOW,
        /** Zero: the trajectory begins when it arrives. */ ZERO
    }

    /** Where a trajectory begins. */
    public enum FirstPoint {
        /** With the position now, at 0 s. */ NOW,
        /** One control period ahead. */ NEXT
    }

    /** The type of an arm's action. */
    public static final String FOLLOW = "control_msgs/FollowJointTrajectoryAction";
    /** The type of a gripper's action. */
    public static final String GRIP = "control_msgs/GripperCommandAction";
    private static final String GRIPPER = "control_msgs/GripperCommand";
    private static final String SERVER = "Action";
    private static final double JOINT_TAKE_UP = 0.02;
    private static final double METRE_TAKE_UP = 0.005;
    private static final int POSE_POSITIONS = 3;

    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public ActionSection {
        joints = List.copyOf(joints);
        limits = Map.copyOf(limits);
        if (topic.isBlank()) {
            throw new IllegalArgumentException("topic: expected a topic name, found nothing");
        }
        if (joints.isEmpty() || joints.stream().distinct().count() != joints.size()) {
            throw new IllegalArgumentException("joints: expected distinct names, one per action dimension, found " + joints);
        }
        for (String name : limits.keySet()) {
            if (!name.equals("default") && !joints.contains(name)) {
                throw new IllegalArgumentException("limits: '" + name + "': expected one of " + joints + " or 'default'");
            }
        }
        if (atRest == AtRest.ALWAYS) {
            throw new IllegalArgumentException("at_rest: expected silent or repeat, found always");
        }
        workspaceBox = Map.copyOf(workspaceBox);
        boolean asked = stamp != Stamp.NOW || firstPoint != FirstPoint.NOW;
        if (asked && !type.equals("trajectory_msgs/JointTrajectory") && !type.equals(FOLLOW)) {
            throw new IllegalArgumentException((stamp != Stamp.NOW ? "stamp: zero" : "first_point: next")
                    + ": expected type trajectory_msgs/JointTrajectory or " + FOLLOW + ", found " + type);
        }
        workspaceBox.forEach(ActionSection::requirePair);
        if (qos.durability() == TopicQos.Durability.TRANSIENT_LOCAL) {
            throw new IllegalArgumentException("qos.durability: expected volatile, found transient_local: a controller that starts later "
                    + "would get a command of the past");
        }
        requireStop(type, joints, onStop, openAt);
        if (!(maxEffort >= 0 && maxEffort < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("max_effort: expected a number, 0 or more, found " + maxEffort);
        }
    }

    private static void requireStop(String type, List<String> joints, @Nullable OnStop onStop, @Nullable Double openAt) {
        if (onStop == OnStop.CANCEL && !type.endsWith(SERVER)) {
            throw new IllegalArgumentException("on_stop: expected keep or open, found cancel: a topic has no goal to cancel");
        }
        if (onStop == OnStop.OPEN && (joints.size() != 1 || openAt == null || !Double.isFinite(openAt))) {
            throw new IllegalArgumentException("on_stop: open: expected one joint and open_at, where it goes, found joints " + joints + ", open_at "
                    + openAt);
        }
        if (openAt != null && onStop != OnStop.OPEN) {
            throw new IllegalArgumentException("open_at: expected on_stop: open with it, found none");
        }
    }

    /** Whether it is an action's server that takes goals, rather than a topic. */
    public boolean server() {
        return type.endsWith(SERVER);
    }

    /** Whether its receiver makes the motion itself, to a position and no further than an object lets it. */
    public boolean gripper() {
        return type.startsWith(GRIPPER);
    }

    /** What a waypoint means until the next. @param common where nothing is said here */
    public Interpolation interpolationOr(Interpolation common) {
        return interpolation != null ? interpolation : gripper() ? Interpolation.ZERO_ORDER_HOLD : common;
    }

    /** What happens to the last goal when nobody drives any more. */
    public OnStop onStopOrUsual() {
        return onStop != null ? onStop : server() && !gripper() ? OnStop.CANCEL : OnStop.KEEP;
    }

    /** Where the only dimension goes at an operator's stop, robot units; null: it stays. */
    @Nullable Double openTarget() {
        return onStop == OnStop.OPEN ? openAt : null;
    }

    /** Whether commands are velocities: the robot goes on until the next one, or until its receiver misses it. */
    public boolean velocities() {
        return type.equals("geometry_msgs/TwistStamped") || type.equals("control_msgs/JointJog");
    }

    /** When a trajectory begins after its stamp, ns. */
    public long firstPointNs(long controlPeriodNs) {
        return firstPoint == FirstPoint.NEXT ? controlPeriodNs : 0;
    }

    /** How far a robot may be from its last command, in the joints' order; a pose's position is in m. */
    List<Double> takeUpPerJoint() {
        boolean pose = type.equals("geometry_msgs/PoseStamped") || type.equals("geometry_msgs/TwistStamped");
        return takeUp.in(joints, "take_up", d -> pose && d < POSE_POSITIONS ? METRE_TAKE_UP : JOINT_TAKE_UP);
    }

    /** Which dimensions may be blocked; a gripper, unless it is said not to. */
    List<Boolean> contacts() {
        LimitSection fallback = limits.getOrDefault("default", LimitSection.NONE);
        return joints.stream().map(name -> limits.getOrDefault(name, fallback).contact()).map(given -> given == null ? gripper() : given).toList();
    }

    private static void requirePair(String axis, List<Double> range) {
        if (range == null || range.size() != 2 || range.contains(null)) {
            throw new IllegalArgumentException("workspace_box: " + axis + ": expected [min, max], found " + range);
        }
    }

    /**
     * The joints' limits in their order, narrowed to the workspace box; what is not given is unlimited.
     *
     * @throws IllegalArgumentException naming the joint, its value and the bound
     */
    public List<JointLimits> jointLimits() {
        LimitSection fallback = limits.getOrDefault("default", LimitSection.NONE);
        List<String> axes = workspaceBox.keySet().stream().sorted().toList();
        WorkspaceBox box = new WorkspaceBox(axes, axes.stream().map(axis -> workspaceBox.get(axis).get(0)).toList(),
                axes.stream().map(axis -> workspaceBox.get(axis).get(1)).toList());
        List<JointLimits> narrowed = box.narrow(joints.stream().map(name -> limits.getOrDefault(name, fallback).toJointLimits(name)).toList());
        if (openAt != null && !(openAt >= narrowed.get(0).minPosition() && openAt <= narrowed.get(0).maxPosition())) {
            throw new IllegalArgumentException("open_at: expected " + narrowed.get(0).minPosition() + " to " + narrowed.get(0).maxPosition()
                    + " (limits of " + joints.get(0) + "), found " + openAt);
        }
        return narrowed;
    }
}
