package dev.dpros.ros2.message;

/**
 * Which request of which client a reply answers: a server gives it back as it came. Immutable.
 *
 * @param clientHigh first 8 bytes of the client's GUID; 0 with rmw_cyclonedds
 * @param clientLow last 8 bytes of it; with rmw_cyclonedds the client's own number
 * @param sequence number of the request; with rmw_cyclonedds one count for all clients of a process
 */
public record RequestId(long clientHigh, long clientLow, long sequence) {
    /** What rmw_fastrtps sends with a request, whose number is that of its sample. */
    public static final long UNKNOWN_SEQUENCE = 0xffffffff_00000000L;

    /** The same client with another number. */
    public RequestId withSequence(long number) {
        return new RequestId(clientHigh, clientLow, number);
    }
}
