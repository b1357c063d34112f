package dev.dpros.config;

import static dev.dpros.config.Bounds.inRange;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.SourceHealth;
import dev.dpros.observation.CameraConfig;
import dev.dpros.observation.ContentRule;
import dev.dpros.observation.Fit;
import dev.dpros.observation.Interpolation;
import dev.dpros.observation.StampConfig;
import dev.dpros.observation.VectorConfig;

/**
 * Where one of the policy's observations comes from. Times in ms.
 *
 * @param topic topic name, resolved and remapped as ROS does
 * @param type message type; default {@code sensor_msgs/Image} for images, {@code sensor_msgs/JointState} for vectors
 * @param field field path of a vector, such as {@code position[joint1,joint2]}; not for images
 * @param stamp which clock stamps a sample: header or received
 * @param latencyMs how long before its stamp the sample was really taken
 * @param align how a value on the policy's grid is made: nearest, previous, linear (default: nearest for images, linear
 *     for vectors)
 * @param staleAfterMs age beyond which the watchdog counts it as stale
 * @param frozenAfterMs how long a camera may repeat the same picture bit by bit; 0 turns the check off
 * @param frozenMotion how far the robot must have moved meanwhile, robot units
 * @param blankBelow grey-level standard deviation below which a picture counts as blank; 0 turns the check off
 * @param maxStampOffsetMs by how much stamps may lie behind their receive time before chunks made from them are not trusted
 *     (ahead: 50 ms at most); 0 turns the check off
 * @param grey whether a camera without colours may feed a colour image of the policy: its grey in all three channels
 * @param fit how an image of another size becomes the policy's: exact, stretch, letterbox, crop
 * @param qos of the topic, where the middleware has it
 */
public record SourceSection(
        String topic,
        String type,
        String field,
        StampConfig.Origin stamp,
        double latencyMs,
        Interpolation align,
        double staleAfterMs,
        double frozenAfterMs,
        double frozenMotion,
        double blankBelow,
        double maxStampOffsetMs,
        boolean grey,
        Fit fit,
        QosSection qos) {

    private static final int FROZEN_FRAMES = 5;

    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public SourceSection {
        if (topic == null || topic.isBlank()) {
            throw new IllegalArgumentException("topic: expected a topic name, found nothing");
        }
        inRange("latency_ms", latencyMs, 0, 10_000);
        inRange("stale_after_ms", staleAfterMs, 1, 60_000);
        inRange("frozen_after_ms", frozenAfterMs, 0, 600_000);
        inRange("frozen_motion", frozenMotion, 0, 1e9);
        inRange("blank_below", blankBelow, 0, 127);
        inRange("max_stamp_offset_ms", maxStampOffsetMs, 0, 60_000);
    }

    /** The message type for a feature of this kind. */
    public String typeFor(FeatureSpec.Kind kind) {
        if (type != null && !type.isBlank()) {
            return type;
        }
        return kind == FeatureSpec.Kind.VISUAL ? "sensor_msgs/Image" : "sensor_msgs/JointState";
    }

    /** As a camera of the policy. @throws dev.dpros.core.InputException if a value is out of bounds */
    public CameraConfig toCamera(FeatureSpec feature) {
        return new CameraConfig(topic, feature, ns(staleAfterMs), stamps(), align == null ? Interpolation.NEAREST : align,
                fit, new ContentRule(ns(frozenAfterMs), FROZEN_FRAMES, frozenMotion, blankBelow, grey),
                CameraConfig.Buffers.DEFAULT);
    }

    /** As a vector input of the policy. @throws dev.dpros.core.InputException if a value is out of bounds */
    public VectorConfig toVector(FeatureSpec feature) {
        SourceHealth.Kind kind = feature.kind() == FeatureSpec.Kind.STATE ? SourceHealth.Kind.JOINT_STATE : SourceHealth.Kind.OTHER;
        return new VectorConfig(topic, feature, kind, ns(staleAfterMs), stamps(),
                align == null ? Interpolation.LINEAR : align, VectorConfig.DEFAULT_SLOTS);
    }

    private StampConfig stamps() {
        return new StampConfig(stamp, ns(latencyMs), StampConfig.DEFAULT.jumpNs(), ns(maxStampOffsetMs));
    }

    private static long ns(double ms) {
        return Math.round(ms * 1e6);
    }
}
