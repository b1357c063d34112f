package dev.dpros.node.outputs;

import dev.dpros.control.EnableSwitch;
import dev.dpros.core.MessageReader;
import dev.dpros.core.MessageSlots;
import dev.dpros.core.Transport;
import dev.dpros.core.Transport.Subscription;
import dev.dpros.safety.SafetyEvent;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The dead-man switch: {@code ~enable} (std_msgs/Bool), a heartbeat. The policy or a human may drive while {@code true} keeps coming;
 * {@code false}, or silence beyond the time limit, is {@link SafetyEvent#ENABLE_LOST}, after which the policy waits for
 * {@code ~start} and a human lets go and begins again. Written by the transport's thread, read once per tick by the control thread; allocates nothing.
 */
public final class EnableInput implements MessageSlots, EnableSwitch, AutoCloseable {
    private static final long NEVER = Long.MIN_VALUE;
    private static final int LARGEST_BYTES = 16;

    private final ByteBuffer slot = ByteBuffer.allocate(LARGEST_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final MessageReader in;
    private final long timeoutNs;
    private final Subscription subscription;
    private volatile long pressedNs = NEVER;
    private volatile boolean everHeld;

    /** Subscribes. */
    public EnableInput(Transport transport, double timeoutMs) {
        timeoutNs = Math.round(timeoutMs * 1e6);
        in = transport.messages().reader();
        subscription = transport.subscribe("~enable", "std_msgs/Bool", this);
    }

    @Override
    public ByteBuffer claim(int length) {
        return length > 0 && length <= LARGEST_BYTES ? slot.clear().limit(length) : null;
    }

    @Override
    public void commit(long receivedNs, long receivedRosNs) {
        boolean pressed = in.begin(slot).u8() != 0;
        pressedNs = pressed ? receivedNs : NEVER;
        everHeld |= pressed;
    }

    @Override
    public void abandon() {
        // the slot is simply overwritten by the next message
    }

    /** {@inheritDoc} Any thread. */
    @Override
    public boolean held(long monotonicNowNs) {
        long last = pressedNs;
        return last != NEVER && monotonicNowNs - last <= timeoutNs;
    }

    /** Whether {@code true} has come at all. Any thread. */
    public boolean everHeld() {
        return everHeld;
    }

    /** For its publishers and counts. */
    public Subscription subscription() {
        return subscription;
    }

    @Override
    public void close() {
        subscription.close();
    }
}
