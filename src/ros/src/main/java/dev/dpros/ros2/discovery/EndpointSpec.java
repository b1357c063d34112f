package dev.dpros.ros2.discovery;

import java.util.function.Predicate;

/**
 * What an own endpoint is to be. Immutable.
 *
 * @param topic as DDS has it, such as {@code rt/joint_states}
 * @param type as DDS has it
 * @param qos offered or asked for
 * @param userData such as {@code typehash=RIHS01_...;}; may be empty
 * @param fits which of the endpoints that fit by topic, type and QoS are served
 */
public record EndpointSpec(String topic, String type, EndpointQos qos, String userData, Predicate<EndpointData> fits) {
    /** For every endpoint that fits. */
    public EndpointSpec(String topic, String type, EndpointQos qos, String userData) {
        this(topic, type, qos, userData, remote -> true);
    }
}
