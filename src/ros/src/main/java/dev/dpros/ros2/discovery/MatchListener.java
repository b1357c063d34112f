package dev.dpros.ros2.discovery;

/** Hears which endpoints of others an own one works with. On the {@code ros2-discovery} thread, one call after the other. */
public interface MatchListener {
    /** Nobody listens. */
    MatchListener NONE = new MatchListener() { };

    /** An endpoint that fits was found, or came back. */
    default void matched(EndpointData remote) {}

    /** An endpoint is gone: closed, its participant closed, or not heard of within its lease. */
    default void unmatched(EndpointData remote) {}

    /** An endpoint fits, but is not one of those that {@link EndpointSpec#fits} says are served. */
    default void passedOver(EndpointData remote) {}

    /** An endpoint of the same topic does not fit; the reason is one line. */
    default void refused(EndpointData remote, String reason) {}
}
