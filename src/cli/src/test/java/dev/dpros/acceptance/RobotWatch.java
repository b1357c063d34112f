package dev.dpros.acceptance;

import dev.dpros.core.MessageSlots;
import dev.dpros.ros.message.MessageDecoder;
import dev.dpros.ros.message.MessageSchema;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.BooleanSupplier;

/** Watches a robot's joint states over ROS: does it move, does it rest. */
final class RobotWatch implements AutoCloseable {
    /** px/s; the simulated agent approaches rest exponentially. */
    private static final double STILL = 0.05;
    /** Half a second of joint states. */
    private static final int LONG = 50;

    private final RosNode node;
    private int still;
    private int moving;

    RobotWatch(URI master) {
        node = RosNode.connect(RosNodeConfig.local(URI.create(DprosProcess.plain(master)), "watch").anonymous());
        node.subscribe("/joint_states", "sensor_msgs/JointState", new Slots());
    }

    private synchronized void saw(double[] velocity) {
        boolean rests = Math.hypot(velocity[0], velocity[1]) < STILL;
        still = rests ? still + 1 : 0;
        moving = rests ? moving : moving + 1;
        notifyAll();
    }

    /** Waits for half a second of joint states at rest, all of them after this call. */
    synchronized void awaitRest() {
        still = 0;
        await("the robot does not come to rest", () -> still >= LONG);
    }

    /** Waits for ten joint states of a moving robot, all of them after this call. */
    synchronized void awaitMotion() {
        moving = 0;
        await("the robot does not move", () -> moving >= 10);
    }

    private void await(String failure, BooleanSupplier done) {
        long deadlineNs = System.nanoTime() + DprosProcess.LIMIT.toNanos();
        while (!done.getAsBoolean()) {
            if (System.nanoTime() > deadlineNs) {
                throw new AssertionError(failure);
            }
            try {
                wait(1000);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public void close() {
        node.close();
    }

    private final class Slots implements MessageSlots {
        private final MessageSchema schema = SchemaCatalog.packaged().message("sensor_msgs/JointState");
        private ByteBuffer slot;

        @Override
        public ByteBuffer claim(int length) {
            slot = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
            return slot;
        }

        @Override
        public void commit(long receivedNs, long receivedRosNs) {
            saw((double[]) MessageDecoder.decode(schema, slot.flip()).get("velocity"));
        }

        @Override
        public void abandon() {
            slot = null;
        }
    }
}
