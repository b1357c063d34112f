package dev.dpros.faults;

import dev.dpros.core.MessageSlots;
import dev.dpros.core.MessageType;
import dev.dpros.core.Transport;
import dev.dpros.core.Transport.Subscription;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Keeps what came on a topic, reduced to what is of interest, with its time of arrival. The transport's thread writes,
 * any thread reads; allocates per message.
 *
 * @param <T> what a message is reduced to
 */
public final class MessageLog<T> implements MessageSlots, AutoCloseable {
    /** A message and its monotonic time of arrival. */
    public record Entry<T>(long receivedNs, T value) {}

    private final MessageType type;
    private final Function<Map<String, Object>, T> reduce;
    private final Subscription subscription;
    private final List<Entry<T>> entries = new ArrayList<>();
    private ByteBuffer claimed;

    /** Subscribes. */
    public MessageLog(Transport transport, String type, String topic, Function<Map<String, Object>, T> reduce) {
        this.type = transport.messages().message(type);
        this.reduce = reduce;
        subscription = transport.subscribe(topic, type, this);
    }

    /** What has come since this monotonic time, oldest first. */
    public synchronized List<Entry<T>> since(long fromNs) {
        int first = entries.size();
        while (first > 0 && entries.get(first - 1).receivedNs() >= fromNs) {
            first--;
        }
        return List.copyOf(entries.subList(first, entries.size()));
    }

    /** Publishers that are connected now. */
    public int publishers() {
        return subscription.publishers();
    }

    @Override
    public ByteBuffer claim(int length) {
        claimed = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        return claimed;
    }

    @Override
    public void commit(long receivedNs, long receivedRosNs) {
        T value = reduce.apply(type.decode(claimed.rewind()));
        synchronized (this) {
            entries.add(new Entry<>(receivedNs, value));
        }
    }

    @Override
    public void abandon() {
        claimed = null;
    }

    @Override
    public void close() {
        subscription.close();
    }
}
