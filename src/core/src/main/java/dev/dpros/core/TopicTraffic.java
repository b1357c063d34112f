package dev.dpros.core;

import java.util.Map;

/**
 * What a node's topics have carried since they were opened, by resolved name. Immutable.
 *
 * @param in subscribed topics; a message counts once, however many subscriptions take it
 * @param out advertised topics
 */
public record TopicTraffic(Map<String, Received> in, Map<String, Sent> out) {
    /**
     * A subscribed topic.
     *
     * @param received messages taken
     * @param refused messages that no subscription took: wrong length, malformed, or no room
     */
    public record Received(long received, long refused) {}

    /**
     * An advertised topic.
     *
     * @param sent messages sent, summed over subscribers
     * @param dropped messages dropped because a subscriber did not read
     */
    public record Sent(long sent, long dropped) {}
}
