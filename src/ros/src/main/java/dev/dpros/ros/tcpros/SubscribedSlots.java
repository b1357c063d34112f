package dev.dpros.ros.tcpros;

import dev.dpros.core.MessageSlots;
import dev.dpros.core.Transport.Subscription;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of the subscriptions that share a {@link TopicSubscriber}'s connections: its slots, and what they took. The counts
 * are written by whoever has the topic's turn; closing it keeps the connections for the others.
 */
final class SubscribedSlots implements Subscription {
    private static final Logger LOG = LoggerFactory.getLogger(SubscribedSlots.class);

    private final TopicSubscriber subscriber;
    private final MessageSlots slots;
    private final AtomicBoolean closed = new AtomicBoolean();
    private boolean failed;
    private volatile long received;
    private volatile long rejected;

    SubscribedSlots(TopicSubscriber subscriber, MessageSlots slots) {
        this.subscriber = subscriber;
        this.slots = slots;
    }

    /** The slots, for a message that is read straight into them. */
    MessageSlots slots() {
        return slots;
    }

    /**
     * Copies a whole message in. One that throws loses the message and nobody else does: said once until it takes one
     * again. False if it did not take it.
     */
    boolean take(ByteBuffer message, int length, long receivedNs, long receivedRosNs) {
        if (closed.get()) {
            return false;
        }
        try {
            ByteBuffer slot = slots.claim(length);
            if (slot == null) {
                reject();
                return false;
            }
            slot.put(message.limit(length).position(0));
            took();
            slots.commit(receivedNs, receivedRosNs);
            failed = false;
            return true;
        } catch (RuntimeException e) {
            reject();
            if (!failed) {
                failed = true;
                LOG.error("{}: a receiver of the messages failed", subscriber.topic(), e);
            }
            return false;
        }
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    void took() {
        received = received + 1;
    }

    @SuppressWarnings("NonAtomicOperationOnVolatileField")
    void reject() {
        rejected = rejected + 1;
    }

    @Override
    public int publishers() {
        return subscriber.publishers();
    }

    @Override
    public @Nullable String messageDefinition() {
        return subscriber.messageDefinition();
    }

    @Override
    public @Nullable String messageType() {
        return subscriber.messageType();
    }

    @Override
    public long received() {
        return received;
    }

    @Override
    public long rejected() {
        return rejected;
    }

    @Override
    public List<String> refusals() {
        return subscriber.refusals();
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            subscriber.closed(this);
        }
    }
}
