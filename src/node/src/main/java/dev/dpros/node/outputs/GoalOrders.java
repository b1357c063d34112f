package dev.dpros.node.outputs;

import dev.dpros.core.CommandFrame;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What the control thread wants an action's server to be told, for the thread that tells it: the newest counts. One thread puts, another
 * takes; neither waits for the other. Allocates nothing after construction.
 */
final class GoalOrders {
    private static final int INDEX = 3;
    private static final int FRESH = 4;

    /** One of them: a slot that is filled again and again. */
    static final class Order {
        private final CommandFrame frame;
        private boolean goal;

        private Order(CommandFrame frame) {
            this.frame = frame;
        }

        /** Whether it is a goal; else what runs is to be canceled. */
        boolean isGoal() {
            return goal;
        }

        /** The motion of a goal, valid until the next {@link GoalOrders#take}. */
        CommandFrame frame() {
            return frame;
        }
    }

    private final Order[] slots = new Order[INDEX];
    private final AtomicInteger middle = new AtomicInteger(1);
    private int back;
    private int front = 2;

    /** @param layout of the frames that goals are made of */
    GoalOrders(CommandFrame layout) {
        for (int i = 0; i < slots.length; i++) {
            slots[i] = new Order(new CommandFrame(layout.names(), layout.capacity()));
        }
    }

    /** The motion of a frame as a goal. */
    void goal(CommandFrame frame) {
        copy(frame, slots[back].frame);
        put(true);
    }

    /** A position of the only dimension as a goal. */
    void goal(double position, long stampNs) {
        CommandFrame frame = slots[back].frame;
        frame.stampNs = stampNs;
        frame.points = 1;
        frame.timeFromStartNs[0] = 0;
        frame.positions[0] = position;
        frame.velocities[0] = 0;
        put(true);
    }

    /** That what runs be canceled. */
    void cancel() {
        put(false);
    }

    private void put(boolean goal) {
        slots[back].goal = goal;
        back = middle.getAndSet(back | FRESH) & INDEX;
    }

    /** The newest that was not taken yet, or null. */
    @Nullable Order take() {
        if ((middle.get() & FRESH) == 0) {
            return null;
        }
        front = middle.getAndSet(front) & INDEX;
        return slots[front];
    }

    private static void copy(CommandFrame from, CommandFrame to) {
        int points = Math.min(from.points, to.capacity());
        to.stampNs = from.stampNs;
        to.chunkId = from.chunkId;
        to.observationStampNs = from.observationStampNs;
        to.motion = from.motion;
        to.points = points;
        System.arraycopy(from.timeFromStartNs, 0, to.timeFromStartNs, 0, points);
        System.arraycopy(from.positions, 0, to.positions, 0, points * from.dims());
        System.arraycopy(from.velocities, 0, to.velocities, 0, points * from.dims());
    }
}
