package dev.dpros.ros.node;

import dev.dpros.core.MessageSlots;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the messages of one topic of an action, copies each, and hands it on to a thread that may wait. */
final class ActionInbox implements MessageSlots {
    /** How many messages may wait for that thread. */
    static final int MOST_WAITING = 32;
    private static final Logger LOG = LoggerFactory.getLogger(ActionInbox.class);
    private static final int LARGEST_BYTES = 1 << 16;

    private final String topic;
    private final Consumer<ByteBuffer> taker;
    private ByteBuffer claimed = ByteBuffer.allocate(0);

    /** @param taker hands a message on; throws {@link RejectedExecutionException} where too many wait */
    ActionInbox(String topic, Consumer<ByteBuffer> taker) {
        this.topic = topic;
        this.taker = taker;
    }

    @Override
    public @Nullable ByteBuffer claim(int length) {
        if (length > LARGEST_BYTES) {
            LOG.warn("{}: a message of {} bytes is dropped, at most {} are taken", topic, length, LARGEST_BYTES);
            return null;
        }
        claimed = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        return claimed;
    }

    @Override
    public void commit(long receivedNs, long receivedRosNs) {
        try {
            taker.accept(claimed.rewind());
        } catch (RejectedExecutionException e) {
            LOG.warn("{}: a message is dropped, {} wait already", topic, MOST_WAITING);
        }
    }

    @Override
    public void abandon() {
        // the next message gets a buffer of its own
    }
}
