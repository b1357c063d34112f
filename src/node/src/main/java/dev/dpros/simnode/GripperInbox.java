package dev.dpros.simnode;

import dev.dpros.core.MessageReader;
import dev.dpros.core.Transport;
import dev.dpros.core.Transport.Subscription;
import dev.dpros.observation.MessageCopy;
import dev.dpros.observation.MessageRing;

/**
 * The topic of a simulated gripper's goals: the newest goes from the transport's thread to the world's, which takes it at the
 * start of a tick. Allocates nothing once warm.
 */
final class GripperInbox implements AutoCloseable {
    private static final int SLOTS = 4;
    private static final int LARGEST_MESSAGE_BYTES = 64;

    /** Obeys a goal, or refuses it. */
    interface Gripper {
        /** @return false if there is no such opening */
        boolean move(double opening);
    }

    private final MessageRing ring = new MessageRing(SLOTS, LARGEST_MESSAGE_BYTES);
    private final MessageCopy copy = new MessageCopy();
    private final MessageReader reader;
    private final Subscription subscription;
    private long taken;
    private double goal = Double.NaN;
    private volatile long accepted;
    private volatile long refused;

    /** Subscribes to a topic of control_msgs/GripperCommand. */
    GripperInbox(Transport transport, String topic) {
        reader = transport.messages().reader();
        subscription = transport.subscribe(topic, "control_msgs/GripperCommand", ring);
    }

    /** Hands the newest goal to the gripper, if it is another than before. World thread. */
    void drain(Gripper gripper) {
        long newest = ring.newest();
        if (taken == newest || !ring.copy(newest, copy)) {
            return;
        }
        taken = newest;
        double position = reader.begin(copy.bytes()).f64();
        reader.f64();
        boolean sound = reader.whole();
        boolean obeyed = sound && (position == goal || gripper.move(position));
        goal = obeyed ? position : goal;
        accepted += obeyed ? 1 : 0;
        refused += obeyed ? 0 : 1;
    }

    /** Forgets what has arrived so far. World thread. */
    void skip() {
        taken = ring.newest();
        goal = Double.NaN;
    }

    /** Goals obeyed. Any thread. */
    long accepted() {
        return accepted;
    }

    /** Goals refused. Any thread. */
    long refused() {
        return refused;
    }

    @Override
    public void close() {
        subscription.close();
    }
}
