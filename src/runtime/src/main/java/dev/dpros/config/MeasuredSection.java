package dev.dpros.config;

/**
 * Where the robot's measured position comes from, one value per dimension of the action.
 *
 * @param topic empty: the topic of the policy's joint states
 * @param type message type; empty: that of the policy's joint states, or {@code sensor_msgs/JointState}
 * @param field field path; empty: {@code position[...]} of the action's joints
 */
public record MeasuredSection(String topic, String type, String field) {}
