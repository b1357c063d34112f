package dev.dpros.ros2.node;

import dev.dpros.core.MessageSlots;
import dev.dpros.ros2.message.Ros2Schema;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** Message slots that keep every message of a type for a test to look at. */
public final class Heard implements MessageSlots {
    private final Ros2Schema type;
    private final List<ByteBuffer> messages = new CopyOnWriteArrayList<>();
    private ByteBuffer claimed;
    private volatile long newestRosNs;

    /** Slots for messages of this type. */
    public Heard(Ros2Schema type) {
        this.type = type;
    }

    @Override
    public ByteBuffer claim(int length) {
        claimed = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        return claimed;
    }

    @Override
    public void commit(long receivedNs, long receivedRosNs) {
        newestRosNs = receivedRosNs;
        messages.add(claimed.rewind());
    }

    @Override
    public void abandon() {
        claimed = null;
    }

    /** Messages so far. */
    public int count() {
        return messages.size();
    }

    /** When the last one came, on the node's clock. */
    public long receivedRosNs() {
        return newestRosNs;
    }

    /** All of them, decoded. */
    public List<Map<String, Object>> all() {
        return messages.stream().map(type::decode).toList();
    }

    /** The last one, decoded. */
    public Map<String, Object> newest() {
        return type.decode(messages.get(messages.size() - 1));
    }
}
