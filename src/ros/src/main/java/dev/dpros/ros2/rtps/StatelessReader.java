package dev.dpros.ros2.rtps;

import dev.dpros.ros2.wire.PacketReader;
import dev.dpros.ros2.wire.Submessages;
import java.nio.ByteBuffer;

/** Takes what writers with one entity id send, whatever their participant, each time they send it: as discovery does. Receive thread. */
final class StatelessReader {
    private static final int MAX_SAMPLE_BYTES = 1 << 16;

    private final int writerId;
    private final Delivery delivery;

    StatelessReader(int writerId, SampleSink sink) {
        this.writerId = writerId;
        delivery = new Delivery(sink, MAX_SAMPLE_BYTES);
    }

    void take(PacketReader packet, ByteBuffer from, long nowNs, long rosNs) {
        if (packet.kind() == Submessages.DATA && packet.writerId() == writerId) {
            delivery.at(nowNs, rosNs);
            delivery.whole(packet, from);
        }
    }
}
