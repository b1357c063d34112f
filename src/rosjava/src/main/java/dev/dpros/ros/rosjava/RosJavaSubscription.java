package dev.dpros.ros.rosjava;

import dev.dpros.core.Clock;
import dev.dpros.core.MessageSlots;
import dev.dpros.core.Transport.Subscription;
import dev.dpros.ros.message.MessageSchema;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.ros.internal.node.topic.PublisherIdentifier;
import org.ros.node.ConnectedNode;
import org.ros.node.topic.DefaultSubscriberListener;
import org.ros.node.topic.Subscriber;

/**
 * A subscription through ROSJava. Messages come one at a time on its dispatcher's thread, as copies of copies. Why a publisher was refused is
 * in ROSJava's log only.
 */
final class RosJavaSubscription implements Subscription {
    private static final int QUEUE = 16;
    private static final long CLOSE_LIMIT_MS = 700;

    private final String topic;
    private final MessageSlots slots;
    private final Clock clock;
    private final AtomicInteger publishers = new AtomicInteger();
    private volatile MessageSchema schema;
    private volatile Subscriber<RawMessage> subscriber;
    private volatile long received;
    private volatile long rejected;
    private boolean closed;

    /** Not yet connected. */
    RosJavaSubscription(String topic, MessageSlots slots, Clock clock) {
        this.topic = topic;
        this.slots = slots;
        this.clock = clock;
    }

    /** Subscribes as soon as the type is known; once. */
    synchronized void connect(ConnectedNode node, MessageSchema type) {
        if (closed || subscriber != null) {
            return;
        }
        schema = type;
        Subscriber<RawMessage> fresh = node.newSubscriber(topic, type.type());
        fresh.addSubscriberListener(new DefaultSubscriberListener<>() {
            @Override
            public void onNewPublisher(Subscriber<RawMessage> to, PublisherIdentifier publisher) {
                publishers.incrementAndGet();
            }
        });
        fresh.addMessageListener(this::take, QUEUE);
        subscriber = fresh;
    }

    /** Whether it still waits for its type to be known. */
    synchronized boolean waiting() {
        return !closed && subscriber == null;
    }

    private void take(RawMessage message) {
        byte[] bytes = message.bytes();
        ByteBuffer slot = slots.claim(bytes.length);
        if (slot == null) {
            rejected++;
            return;
        }
        slot.put(bytes);
        long now = clock.monotonicNs();
        slots.commit(now, clock.rosNs(now));
        received++;
    }

    /** How many it has connected to so far: ROSJava does not tell when one is gone. */
    @Override
    public int publishers() {
        return publishers.get();
    }

    @Override
    public String messageDefinition() {
        return publishers() == 0 ? null : schema.definition();
    }

    @Override
    public String messageType() {
        return publishers() == 0 ? null : schema.type();
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
        return List.of();
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (subscriber != null) {
            subscriber.removeAllMessageListeners();
            subscriber.shutdown(CLOSE_LIMIT_MS, TimeUnit.MILLISECONDS);
        }
    }
}
