package dev.dpros.ros2.discovery;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.security.SecureRandom;
import java.util.Arrays;

/** Whether a multicast packet that leaves by an interface is heard on it: sent to the group of discovery, at a port of no domain. */
final class MulticastProbe {
    private static final int BYTES = 16;
    private static final int WAIT_MS = 150;

    private MulticastProbe() {}

    /** Sends one and waits for it. Blocks for {@value #WAIT_MS} ms at most. @return null if it came, else why not */
    static String failure(NetworkInterface nic) {
        InetAddress group = DiscoveryPorts.multicast(0).getAddress();
        byte[] sent = new byte[BYTES];
        new SecureRandom().nextBytes(sent);
        try (MulticastSocket socket = new MulticastSocket(new InetSocketAddress(group, 0))) {
            socket.joinGroup(new InetSocketAddress(group, socket.getLocalPort()), nic);
            socket.setNetworkInterface(nic);
            socket.setOption(StandardSocketOptions.IP_MULTICAST_TTL, 0); // it leaves no machine
            socket.setSoTimeout(WAIT_MS);
            socket.send(new DatagramPacket(sent, BYTES, group, socket.getLocalPort()));
            DatagramPacket heard = new DatagramPacket(new byte[BYTES], BYTES);
            socket.receive(heard);
            return Arrays.equals(sent, heard.getData()) ? null : "another packet came";
        } catch (SocketTimeoutException e) {
            return "a packet sent there is not heard";
        } catch (IOException e) {
            return e.getMessage();
        }
    }
}
