package dev.dpros.config;

import dev.dpros.control.AtRest;
import dev.dpros.core.TopicQos;
import dev.dpros.safety.JointLimits;
import dev.dpros.safety.WorkspaceBox;
import java.util.List;
import java.util.Map;

/**
 * Where the policy's actions go.
 *
 * @param topic command topic
 * @param type message type of the commands
 * @param joints names of the action's dimensions, in the policy's order
 * @param frameId frame of the commands' header
 * @param limits per joint, or under {@code default} for all others
 * @param measured where the robot's measured position comes from
 * @param atRest what is sent once a motion has ended
 * @param takeUp by how much a robot may differ from its last command and still go on from it, robot units
 * @param workspaceBox {@code [min, max]} per named joint, m, for policies whose actions are positions in space
 * @param stamp of a JointTrajectory's header: now (default), or zero: controllers begin on arrival
 * @param firstPoint of a JointTrajectory: now (default), or next: one control period ahead
 * @param qos of the topic, where the middleware has it
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
        QosSection qos) {
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
        if (asked && !type.equals("trajectory_msgs/JointTrajectory")) {
            throw new IllegalArgumentException((stamp != Stamp.NOW ? "stamp: zero" : "first_point: next")
                    + ": expected type trajectory_msgs/JointTrajectory, found " + type);
        }
        workspaceBox.forEach(ActionSection::requirePair);
        if (qos.durability() == TopicQos.Durability.TRANSIENT_LOCAL) {
            throw new IllegalArgumentException("qos.durability: expected volatile, found transient_local: a controller that starts later "
                    + "would get a command of the past");
        }
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

    /** Which dimensions may be blocked. */
    List<Boolean> contacts() {
        LimitSection fallback = limits.getOrDefault("default", LimitSection.NONE);
        return joints.stream().map(name -> Boolean.TRUE.equals(limits.getOrDefault(name, fallback).contact())).toList();
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
        return box.narrow(joints.stream().map(name -> limits.getOrDefault(name, fallback).toJointLimits(name)).toList());
    }
}
