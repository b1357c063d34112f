package dev.dpros.ros2.rtps;

import dev.dpros.ros2.wire.Guid;
import dev.dpros.ros2.wire.PacketWriter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;

/** What a receive thread answers with: one packet and one socket of its own. That thread alone; allocates nothing after construction. */
final class AckSender implements AutoCloseable {
    private final Guid participant;
    private final PacketWriter packet = new PacketWriter();
    private final DatagramChannel channel;

    AckSender(Guid participant, InetSocketAddress at) {
        this.participant = participant;
        channel = Sockets.sending(at, 0);
    }

    /** Begins a packet for the participant of an endpoint. */
    PacketWriter begin(Guid to) {
        return packet.begin(participant).destination(to.high(), to.prefixLow());
    }

    /** Sends what was written; a failure is as good as a lost packet. */
    void send(InetSocketAddress to) {
        try {
            channel.send(packet.packet(), to);
        } catch (IOException e) {
            // asked again later
        }
    }

    @Override
    public void close() {
        Sockets.close(channel);
    }
}
