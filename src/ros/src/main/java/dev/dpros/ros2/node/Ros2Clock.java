package dev.dpros.ros2.node;

import dev.dpros.core.Clock;
import dev.dpros.core.MessageSlots;
import dev.dpros.core.SystemClock;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stamp time of a node: the machine's clock, or the last message on {@code /clock} while {@code use_sim_time} is set. It is
 * also where the messages of {@code /clock} go. Reads from any thread, no allocation.
 */
final class Ros2Clock implements Clock, MessageSlots {
    private static final Logger LOG = LoggerFactory.getLogger(Ros2Clock.class);
    private static final long REPORTED_JUMP_NS = 10_000_000L;
    private static final int SHORTEST = 12;
    private static final int LONGEST = 16;
    private static final long SECOND_NS = 1_000_000_000L;

    private final SystemClock system = new SystemClock();
    private final ByteBuffer slot = ByteBuffer.allocateDirect(LONGEST).order(ByteOrder.LITTLE_ENDIAN);
    private volatile boolean simulated;
    private volatile long simulatedNs;

    @Override
    public long monotonicNs() {
        return system.monotonicNs();
    }

    @Override
    public long rosNs() {
        return simulated ? simulatedNs : system.rosNs();
    }

    @Override
    public long rosNs(long monotonicNs) {
        return simulated ? simulatedNs : system.rosNs(monotonicNs);
    }

    /** The machine's clock, whatever the stamps follow. */
    Clock wall() {
        return system;
    }

    boolean isSimulated() {
        return simulated;
    }

    void setSimulated(boolean on) {
        simulated = on;
    }

    /** Follows the wall clock, and says that it was stepped: once a second, on one thread. */
    void followWall() {
        long jumpNs = system.recalibrate();
        if (Math.abs(jumpNs) > REPORTED_JUMP_NS) {
            LOG.warn("the wall clock was stepped by {} ms", jumpNs / 1_000_000);
        }
    }

    /** The same slots with this clock's time of receipt, where the participant knows the machine's alone. */
    MessageSlots stamping(MessageSlots slots) {
        return new MessageSlots() {
            @Override
            public ByteBuffer claim(int length) {
                return slots.claim(length);
            }

            @Override
            public void commit(long receivedNs, long receivedRosNs) {
                slots.commit(receivedNs, simulated ? simulatedNs : receivedRosNs);
            }

            @Override
            public void abandon() {
                slots.abandon();
            }
        };
    }

    @Override
    public ByteBuffer claim(int length) {
        return length >= SHORTEST && length <= LONGEST ? slot.clear().limit(length) : null;
    }

    @Override
    public void commit(long receivedNs, long receivedRosNs) {
        boolean big = slot.get(1) == 0;
        int seconds = big ? Integer.reverseBytes(slot.getInt(4)) : slot.getInt(4);
        int nanoseconds = big ? Integer.reverseBytes(slot.getInt(8)) : slot.getInt(8);
        simulatedNs = seconds * SECOND_NS + (nanoseconds & 0xffff_ffffL);
    }

    @Override
    public void abandon() {
        slot.clear();
    }
}
