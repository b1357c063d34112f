package dev.dpros.ros2.rtps;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.util.HashSet;
import java.util.Set;

/** Opening UDP sockets. Stateless. */
final class Sockets {
    private Sockets() {}

    /** A socket for receiving. @throws BindException if the port is taken */
    static DatagramChannel receiving(InetSocketAddress address, int bufferBytes) throws BindException {
        return open(address, bufferBytes, 0);
    }

    /** A socket for sending, at any port. */
    static DatagramChannel sending(InetSocketAddress address, int bufferBytes) {
        try {
            return open(new InetSocketAddress(address.getAddress(), 0), 0, bufferBytes);
        } catch (BindException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static DatagramChannel open(InetSocketAddress address, int receiveBytes, int sendBytes) throws BindException {
        DatagramChannel channel = null;
        try {
            channel = DatagramChannel.open(StandardProtocolFamily.INET);
            if (receiveBytes > 0) {
                channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBytes);
            }
            if (sendBytes > 0) {
                channel.setOption(StandardSocketOptions.SO_SNDBUF, sendBytes);
            }
            return channel.bind(address);
        } catch (BindException e) {
            close(channel);
            throw e;
        } catch (IOException e) {
            close(channel);
            throw new UncheckedIOException(e);
        }
    }

    /** Receive buffer granted: Linux says twice what it counts as payload and headers. */
    static int granted(int optionBytes) {
        return isLinux() ? optionBytes / 2 : optionBytes;
    }

    static boolean isLinux() {
        return System.getProperty("os.name", "").startsWith("Linux");
    }

    /** The addresses of this machine now. */
    static Set<InetAddress> ownAddresses() {
        Set<InetAddress> own = new HashSet<>(Set.of(InetAddress.getLoopbackAddress()));
        try {
            NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses).forEach(own::add);
        } catch (SocketException e) {
            return own; // loopback at least
        }
        return own;
    }

    /** Closes without complaint. */
    static void close(AutoCloseable resource) {
        if (resource != null) {
            try {
                resource.close();
            } catch (Exception e) {
                // nothing is left to close
            }
        }
    }
}
