package dev.dpros.ros2.discovery;

/** Hears who comes and goes in the domain. On the {@code ros2-discovery} thread, one call after the other. */
public interface DiscoveryListener {
    /** A participant was found. */
    default void participantFound(ParticipantData participant) {}

    /** A participant is gone with all its endpoints. @param leaseOver true if it fell silent, false if it said so */
    default void participantLost(ParticipantData participant, boolean leaseOver) {}

    /** An endpoint was announced, or announced anew with other data. */
    default void endpointFound(EndpointData endpoint) {}

    /** An endpoint is gone. */
    default void endpointLost(EndpointData endpoint) {}
}
