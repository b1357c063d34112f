package dev.dpros.ros2.rtps;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Datagrams of one or several sockets through the JDK. Its channels make a new address object whenever the sender is not the one before (JDK 17
 * to 25): about 90 bytes a datagram with several senders. {@link LinuxSource} does not.
 */
final class SelectorSource implements DatagramSource {
    private final ByteBuffer[] packets = DatagramSource.batch();
    private final int[] lengths = new int[BATCH];
    private final Selector selector;
    private final DatagramChannel channel;
    private final InetSocketAddress address;
    private final Set<InetAddress> heard;
    private final Consumer<SelectionKey> onReady = this::receive;
    private int count;

    /** Binds a socket. @throws BindException if the port is taken */
    SelectorSource(InetSocketAddress at, int bufferBytes) throws BindException {
        channel = Sockets.receiving(at, bufferBytes);
        heard = at.getAddress().isLoopbackAddress() ? Sockets.ownAddresses() : Set.of(); // to a group, by any interface
        try {
            address = (InetSocketAddress) channel.getLocalAddress();
            selector = Selector.open();
            register(channel);
        } catch (IOException e) {
            Sockets.close(channel);
            throw new UncheckedIOException(e);
        }
    }

    InetSocketAddress address() {
        return address;
    }

    private void register(DatagramChannel more) throws IOException {
        more.configureBlocking(false);
        more.register(selector, SelectionKey.OP_READ);
    }

    /** Receives what is sent to a multicast group, too; other programs may do so at the same port. */
    void join(InetAddress group, int port, NetworkInterface on) throws IOException {
        DatagramChannel more = DatagramChannel.open(StandardProtocolFamily.INET);
        try {
            more.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            more.bind(new InetSocketAddress(Sockets.isLinux() ? group : InetAddress.getByAddress(new byte[4]), port));
            more.join(group, on);
            register(more);
            selector.wakeup();
        } catch (IOException | RuntimeException e) {
            Sockets.close(more);
            throw e;
        }
    }

    @Override
    public int await(int timeoutMs) throws IOException {
        count = 0;
        selector.select(onReady, timeoutMs);
        return count;
    }

    private void receive(SelectionKey key) {
        try {
            while (count < BATCH) {
                ByteBuffer packet = packets[count].clear();
                SocketAddress sender = ((DatagramChannel) key.channel()).receive(packet);
                if (sender == null) {
                    return;
                }
                if (heard.isEmpty() || heard.contains(((InetSocketAddress) sender).getAddress())) {
                    lengths[count++] = packet.position();
                    packet.clear();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public ByteBuffer packet(int index) {
        return packets[index];
    }

    @Override
    public int length(int index) {
        return lengths[index];
    }

    @Override
    public void wake() {
        selector.wakeup();
    }

    @Override
    public int grantedReceiveBytes() {
        try {
            return Sockets.granted(channel.getOption(StandardSocketOptions.SO_RCVBUF));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        selector.keys().forEach(key -> Sockets.close(key.channel()));
        Sockets.close(selector);
    }
}
