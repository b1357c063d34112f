package dev.dpros.ros2.rtps;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Random;

/** A bad network in one direction: passes datagrams on to one address, but loses, doubles and reorders some. */
final class Relay implements AutoCloseable {
    /** How often, of all datagrams. */
    record Faults(double lost, double doubled, double reordered) {}

    private final DatagramChannel channel = DatagramChannel.open();
    private final InetSocketAddress address;
    private final InetSocketAddress target;
    private final Faults faults;
    private final Random random;
    private final Thread thread;
    private volatile long lost;

    Relay(InetSocketAddress target, Faults faults, long seed) throws IOException {
        this.target = target;
        this.faults = faults;
        random = new Random(seed);
        channel.setOption(StandardSocketOptions.SO_RCVBUF, 4 << 20);
        channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        address = (InetSocketAddress) channel.getLocalAddress();
        thread = new Thread(this::run, "relay");
        thread.setDaemon(true);
        thread.start();
    }

    InetSocketAddress address() {
        return address;
    }

    long lost() {
        return lost;
    }

    private void run() {
        ByteBuffer packet = ByteBuffer.allocateDirect(1 << 16);
        ByteBuffer held = ByteBuffer.allocateDirect(1 << 16).limit(0);
        try {
            while (true) {
                packet.clear();
                channel.receive(packet);
                packet.flip();
                double draw = random.nextDouble();
                if (draw < faults.lost) {
                    lost++;
                } else if (draw < faults.lost + faults.reordered && !held.hasRemaining()) {
                    held.clear().put(packet).flip();
                } else {
                    channel.send(packet, target);
                    if (draw > 1 - faults.doubled) {
                        channel.send(packet.rewind(), target);
                    }
                    if (held.hasRemaining()) {
                        channel.send(held, target);
                        held.limit(0);
                    }
                }
            }
        } catch (IOException e) {
            // closed
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
