package dev.dpros.ros2.rtps;

import dev.dpros.core.InputException;

/**
 * Sizes of sockets and fragments. Immutable.
 *
 * @param receiveBufferBytes asked of the kernel for each receiving socket; it grants at most net.core.rmem_max
 * @param sendBufferBytes asked of the kernel for each sending socket
 * @param loopbackFragmentBytes payload of a packet to this machine; longer samples go in fragments
 * @param networkFragmentBytes the same to another machine: with headers below the network's MTU, as a datagram that IP must split is lost
 *     with any of its parts
 */
public record SocketOptions(int receiveBufferBytes, int sendBufferBytes, int loopbackFragmentBytes, int networkFragmentBytes) {
    private static final int LEAST_BUFFER_BYTES = 1024;
    private static final int MOST_BUFFER_BYTES = 1 << 30;
    private static final int LEAST_FRAGMENT_BYTES = 256;
    private static final int MOST_FRAGMENT_BYTES = 65_000;

    /**
     * 4 MiB asked for, unless the system property {@code dpros.ros2.receive_buffer_bytes} says otherwise of receiving; 63,000 bytes on loopback;
     * 1,344 bytes, which fit into 1,500, on a network.
     */
    public static final SocketOptions DEFAULT = new SocketOptions(Math.max(LEAST_BUFFER_BYTES, Math.min(MOST_BUFFER_BYTES,
            Integer.getInteger("dpros.ros2.receive_buffer_bytes", 4 << 20))), 4 << 20, 63_000, 1_344);

    /** @throws InputException if a size is out of range */
    public SocketOptions {
        check("receive buffer", receiveBufferBytes, LEAST_BUFFER_BYTES, MOST_BUFFER_BYTES);
        check("send buffer", sendBufferBytes, LEAST_BUFFER_BYTES, MOST_BUFFER_BYTES);
        check("loopback fragment", loopbackFragmentBytes, LEAST_FRAGMENT_BYTES, MOST_FRAGMENT_BYTES);
        check("network fragment", networkFragmentBytes, LEAST_FRAGMENT_BYTES, MOST_FRAGMENT_BYTES);
    }

    private static void check(String what, int bytes, int least, int most) {
        if (bytes < least || bytes > most) {
            throw InputException.of("RTPS sockets", what, least + " to " + most + " bytes", Integer.toString(bytes), "");
        }
    }
}
