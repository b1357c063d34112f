package dev.dpros.ros2.rtps;

import dev.dpros.ros2.wire.PacketReader;
import java.util.ArrayList;
import java.util.List;

/** A participant's writers, for the threads that receive acknowledgements and the one that sends. Reads take no lock. */
final class WriterTable {
    private volatile Writer[] writers = {};

    synchronized void add(Writer writer) {
        List<Writer> more = new ArrayList<>(List.of(writers));
        more.add(writer);
        writers = more.toArray(new Writer[0]);
    }

    synchronized void remove(Writer writer) {
        List<Writer> fewer = new ArrayList<>(List.of(writers));
        fewer.remove(writer);
        writers = fewer.toArray(new Writer[0]);
    }

    /** The writers; the array is never changed. */
    Writer[] writers() {
        return writers;
    }

    /** Hands an ACKNACK or NACK_FRAG to the writer it is for. */
    void take(PacketReader packet, long nowNs) {
        for (Writer writer : writers) {
            if (writer.guid().entityId() == packet.writerId()) {
                writer.take(packet, nowNs);
                return;
            }
        }
    }
}
