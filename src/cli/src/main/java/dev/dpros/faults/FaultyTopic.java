package dev.dpros.faults;

import dev.dpros.core.MessageSlots;
import dev.dpros.core.MessageType;
import dev.dpros.core.Transport;
import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.core.Transport.Subscription;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Passes a topic on under another name, and spoils it on demand: for trials of what a control node does when its sensors
 * fail. Messages have a std_msgs/Header, except {@code rosgraph_msgs/Clock}, which is a stamp alone. Any thread may
 * set the fault; messages are passed on by one thread of its own. Allocates per message: never part of a robot's node.
 */
public final class FaultyTopic implements MessageSlots, AutoCloseable {
    private static final String HEADER = "header";
    private static final byte GREY = (byte) 128;

    /** What is done to the messages. */
    public enum Fault {
        /** Passed on as they are. */
        NONE,
        /** None comes through. */
        DROP,
        /** All come late by {@link #delayMs}. */
        DELAY,
        /** The content of the last good one comes again, with new stamps. */
        FREEZE,
        /** Images turn grey. */
        BLANK
    }

    private final Publication out;
    private final Subscription in;
    private final MessageType type;
    private final ScheduledExecutorService passer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "faulty-topic");
        thread.setDaemon(true);
        return thread;
    });
    private volatile Fault fault = Fault.NONE;
    private volatile int delayMs;
    private volatile long stampOffsetNs;
    private volatile int generation;
    private byte[] claimed;
    private byte[] lastGood;

    /** Passes {@code from} on to {@code to}. */
    public FaultyTopic(Transport transport, String from, String to, String type) {
        this.type = transport.messages().message(type);
        out = transport.advertise(to, type, new PublicationOptions(false, 4));
        in = transport.subscribe(from, type, this);
    }

    /** Sets what is done from the next message on; those still delayed are forgotten. */
    public void set(Fault newFault) {
        generation++;
        fault = newFault;
    }

    /** Delays messages. */
    public void delay(int ms) {
        delayMs = ms;
        set(Fault.DELAY);
    }

    /** Moves the stamps of all messages from the next one on. */
    public void shiftStamps(long byNs) {
        stampOffsetNs = byNs;
    }

    @Override
    public ByteBuffer claim(int length) {
        claimed = new byte[length];
        return buffer(claimed);
    }

    @Override
    public void commit(long receivedNs, long receivedRosNs) {
        byte[] message = claimed;
        Fault now = fault;
        if (now == Fault.DROP) {
            return;
        }
        ByteBuffer passed = passed(message, now);
        if (now != Fault.FREEZE && now != Fault.BLANK) {
            lastGood = message;
        }
        int current = generation;
        passer.schedule(() -> pass(passed, current), now == Fault.DELAY ? delayMs : 0, TimeUnit.MILLISECONDS);
    }

    private void pass(ByteBuffer message, int of) {
        if (of == generation) {
            out.publish(message);
        }
    }

    /** What becomes of a message: the same bytes where nothing is spoiled. */
    private ByteBuffer passed(byte[] message, Fault now) {
        long byNs = stampOffsetNs;
        boolean frozen = now == Fault.FREEZE && lastGood != null;
        if (!frozen && now != Fault.BLANK && byNs == 0) {
            return buffer(message);
        }
        Map<String, Object> fields = new LinkedHashMap<>(type.decode(buffer(frozen ? lastGood : message)));
        if (frozen) {
            fields.put(HEADER, type.decode(buffer(message)).get(HEADER));
        }
        if (now == Fault.BLANK) {
            Arrays.fill((byte[]) fields.get("data"), GREY);
        }
        shift(fields, byNs);
        return type.encode(fields);
    }

    private static void shift(Map<String, Object> fields, long byNs) {
        if (fields.get(HEADER) instanceof Map<?, ?> header) {
            Map<Object, Object> shifted = new LinkedHashMap<>(header);
            shifted.computeIfPresent("stamp", (name, stamp) -> ((Number) stamp).longValue() + byNs);
            fields.put(HEADER, shifted);
        } else {
            fields.computeIfPresent("clock", (name, stamp) -> ((Number) stamp).longValue() + byNs);
        }
    }

    private static ByteBuffer buffer(byte[] message) {
        return ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void abandon() {
        claimed = null;
    }

    @Override
    public void close() {
        in.close();
        passer.shutdownNow();
        out.close();
    }
}
