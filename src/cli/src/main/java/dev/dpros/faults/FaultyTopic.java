package dev.dpros.faults;

import dev.dpros.core.MessageSlots;
import dev.dpros.core.Transport;
import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.core.Transport.Subscription;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Passes a topic on under another name, and spoils it on demand: for trials of what a control node does when its sensors
 * fail. Messages begin with a std_msgs/Header, except {@code rosgraph_msgs/Clock}, which is a stamp alone. Any thread may
 * set the fault; messages are passed on by one thread of its own. Allocates per message: never part of a robot's node.
 */
public final class FaultyTopic implements MessageSlots, AutoCloseable {
    private static final int HEADER_STAMP = 4;
    private static final long NS = 1_000_000_000L;
    private static final int GREY = 128;

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
    private final boolean clock;
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
        clock = type.equals("rosgraph_msgs/Clock");
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
        return ByteBuffer.wrap(claimed).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void commit(long receivedNs, long receivedRosNs) {
        byte[] message = claimed;
        Fault now = fault;
        if (now == Fault.DROP) {
            return;
        }
        if (now == Fault.FREEZE && lastGood != null && lastGood.length == message.length) {
            System.arraycopy(lastGood, HEADER_STAMP + 8, message, HEADER_STAMP + 8, message.length - HEADER_STAMP - 8);
        } else if (now == Fault.BLANK) {
            blank(message);
        } else {
            lastGood = message.clone();
        }
        shift(message);
        int current = generation;
        passer.schedule(() -> pass(message, current), now == Fault.DELAY ? delayMs : 0, TimeUnit.MILLISECONDS);
    }

    private void pass(byte[] message, int of) {
        if (of == generation) {
            out.publish(ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN));
        }
    }

    private void shift(byte[] message) {
        long by = stampOffsetNs;
        if (by != 0) {
            ByteBuffer buffer = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
            int at = clock ? 0 : HEADER_STAMP;
            long stamp = Integer.toUnsignedLong(buffer.getInt(at)) * NS + Integer.toUnsignedLong(buffer.getInt(at + 4)) + by;
            buffer.putInt(at, (int) (stamp / NS));
            buffer.putInt(at + 4, (int) (stamp % NS));
        }
    }

    /** Fills the pixels of a sensor_msgs/Image: header, height, width, encoding, is_bigendian, step, data. */
    private static void blank(byte[] message) {
        ByteBuffer buffer = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        buffer.position(HEADER_STAMP + 8);
        skipString(buffer);
        buffer.position(buffer.position() + 8);
        skipString(buffer);
        buffer.position(buffer.position() + 1 + 4 + 4);
        Arrays.fill(message, buffer.position(), message.length, (byte) GREY);
    }

    private static void skipString(ByteBuffer buffer) {
        int length = buffer.getInt();
        buffer.position(buffer.position() + length);
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
