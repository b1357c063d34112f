package dev.dpros.core;

/**
 * A topic as the middleware's graph knows it. Immutable.
 *
 * @param type {@code package/Name}, in every middleware; empty if it is not known
 * @param publishers nodes that publish it
 * @param subscribers nodes that are subscribed to it; -1 if the middleware does not say
 */
public record TopicInfo(String type, int publishers, int subscribers) {}
