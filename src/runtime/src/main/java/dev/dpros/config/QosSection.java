package dev.dpros.config;

import static dev.dpros.config.Bounds.inRange;

import dev.dpros.core.TopicQos;

/**
 * Quality of service on a topic, where the middleware has it; what is not given (null) is the usual.
 *
 * @param reliability whether lost samples are sent again: reliable, best_effort
 * @param durability what late subscribers get: volatile, transient_local
 * @param depth samples kept by a publication
 */
public record QosSection(TopicQos.Reliability reliability, TopicQos.Durability durability, Integer depth) {
    /** Nothing is asked for. */
    public static final QosSection NONE = new QosSection(null, null, null);
    private static final int MOST = 1_000;

    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public QosSection {
        if (depth != null) {
            inRange("depth", depth, 1, MOST);
        }
    }

    /** For a transport. */
    TopicQos toTopicQos() {
        return new TopicQos(reliability, durability, depth == null ? 0 : depth);
    }
}
