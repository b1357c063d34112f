package dev.dpros.core;

import org.jspecify.annotations.Nullable;

/**
 * Quality of service that is asked for on a topic. Immutable.
 *
 * @param reliability null for the middleware's usual
 * @param durability null for the middleware's usual
 * @param depth samples that a publication keeps for each subscriber that is slow; 0 for the usual
 */
public record TopicQos(@Nullable Reliability reliability, @Nullable Durability durability, int depth) {
    /** Whether samples that were lost on the way are sent again. */
    public enum Reliability {
        /** They are. */ RELIABLE,
        /** They are not: for sources whose next sample is worth more than the lost one. */ BEST_EFFORT
    }

    /** What a subscriber gets that comes later. */
    public enum Durability {
        /** What is published from then on. */ VOLATILE,
        /** The samples kept, too. */ TRANSIENT_LOCAL
    }

    /** Whether nothing is asked for. */
    public boolean isUsual() {
        return reliability == null && durability == null && depth == 0;
    }
}
