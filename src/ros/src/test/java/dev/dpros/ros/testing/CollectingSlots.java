package dev.dpros.ros.testing;

import dev.dpros.core.MessageSlots;
import dev.dpros.ros.message.MessageDecoder;
import dev.dpros.ros.message.MessageSchema;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Message slots that keep every message for a test to look at. */
public final class CollectingSlots implements MessageSlots {
    private final BlockingQueue<ByteBuffer> messages = new LinkedBlockingQueue<>();
    private final int maxLength;
    private ByteBuffer claimed;
    /** Slots claimed and given back unused. */
    public volatile int abandoned;

    /** Slots for messages of any length. */
    public CollectingSlots() {
        this(Integer.MAX_VALUE);
    }

    /** Slots that refuse messages beyond a length. */
    public CollectingSlots(int maxLength) {
        this.maxLength = maxLength;
    }

    @Override
    public ByteBuffer claim(int length) {
        if (claimed != null) {
            throw new IllegalStateException("a second claim before commit or abandon");
        }
        if (length > maxLength) {
            return null;
        }
        claimed = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        return claimed;
    }

    @Override
    public void commit(long receivedNs, long receivedRosNs) {
        messages.add(claimed.clear()); // of the length asked for; transports may fill it by index
        claimed = null;
    }

    @Override
    public void abandon() {
        claimed = null;
        abandoned++;
    }

    /** The next message, or a failure after the time limit of the fixture. */
    public ByteBuffer next() {
        try {
            ByteBuffer message = messages.poll(RosTool.LIMIT.toSeconds(), TimeUnit.SECONDS);
            if (message == null) {
                throw new AssertionError("no message arrived");
            }
            return message;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The next message, decoded. */
    public Map<String, Object> next(MessageSchema schema) {
        return MessageDecoder.decode(schema, next());
    }

    /** Skips messages until one satisfies the predicate. */
    public Map<String, Object> nextWhere(MessageSchema schema, Predicate<Map<String, Object>> wanted) {
        long deadlineNs = System.nanoTime() + RosTool.LIMIT.toNanos();
        while (System.nanoTime() < deadlineNs) {
            Map<String, Object> message = next(schema);
            if (wanted.test(message)) {
                return message;
            }
        }
        throw new AssertionError("no such message arrived");
    }

    /** Forgets what has arrived. */
    public void clear() {
        messages.clear();
    }

    /** Number of messages not yet taken. */
    public int size() {
        return messages.size();
    }
}
