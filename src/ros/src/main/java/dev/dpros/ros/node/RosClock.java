package dev.dpros.ros.node;

import dev.dpros.core.Clock;
import dev.dpros.core.MessageSlots;
import dev.dpros.core.SystemClock;
import dev.dpros.ros.message.WireTime;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Stamp time of a node: the machine's clock, or the last message on {@code /clock} while {@code /use_sim_time} is set.
 * It is also where the messages of {@code /clock} go. Reads from any thread, no allocation.
 */
final class RosClock implements Clock, MessageSlots {
    private static final int CLOCK_BYTES = 8;

    private final SystemClock system = new SystemClock();
    private final ByteBuffer slot = ByteBuffer.allocateDirect(CLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
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

    boolean isSimulated() {
        return simulated;
    }

    void setSimulated(boolean on) {
        simulated = on;
    }

    /** Follows a step of the wall clock; returns the jump. */
    long recalibrate() {
        return system.recalibrate();
    }

    @Override
    public @Nullable ByteBuffer claim(int length) {
        return length == CLOCK_BYTES ? slot.clear() : null;
    }

    @Override
    public void commit(long receivedNs, long receivedRosNs) {
        simulatedNs = WireTime.timeNs(slot.getInt(0), slot.getInt(4));
    }

    @Override
    public void abandon() {
        slot.clear();
    }
}
