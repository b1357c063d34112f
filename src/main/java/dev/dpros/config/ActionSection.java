package dev.dpros.config;

import dev.dpros.safety.JointLimits;
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
 */
public record ActionSection(
        String topic, String type, List<String> joints, String frameId, Map<String, LimitSection> limits) {
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
    }

    /** The joints' limits in their order; what is not given is unlimited. */
    public List<JointLimits> jointLimits() {
        LimitSection fallback = limits.getOrDefault("default", new LimitSection(null, null, null, null));
        return joints.stream().map(name -> limits.getOrDefault(name, fallback).toJointLimits(name)).toList();
    }
}
