package dev.dpros.ros.master;

import dev.dpros.core.MessageSlots;
import dev.dpros.core.Transport;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * What roscore's rosout node does: repeats every log message of {@code /rosout} on {@code /rosout_agg}, where rqt_console
 * and rostopic find all nodes' logs through one connection. Give it a node named {@link #NODE_NAME}. Runs on the
 * transport's threads; copies each message once, and allocates only for the longest one so far.
 */
public final class RosoutRelay implements AutoCloseable {
    /** Base name of the node; roslaunch and tools look for it in the root namespace. */
    public static final String NODE_NAME = "rosout";

    private static final String TYPE = "rosgraph_msgs/Log";
    private static final int QUEUE = 1000;
    private static final int MAX_BYTES = 1 << 20;

    private final Transport.Publication aggregate;
    private final Transport.Subscription logs;

    /** Subscribes and advertises on the given node, which stays the caller's to close. */
    public RosoutRelay(Transport node) {
        aggregate = node.advertise("/rosout_agg", TYPE, new Transport.PublicationOptions(false, QUEUE));
        logs = node.subscribe("/rosout", TYPE, new Slots(aggregate));
    }

    @Override
    public void close() throws Exception {
        logs.close();
        aggregate.close();
    }

    /** One slot: a message is passed on before the next one is claimed. */
    private static final class Slots implements MessageSlots {
        private final Transport.Publication target;
        private ByteBuffer slot = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);

        private Slots(Transport.Publication target) {
            this.target = target;
        }

        @Override
        public @Nullable ByteBuffer claim(int length) {
            if (length < 0 || length > MAX_BYTES) {
                return null;
            }
            if (length > slot.capacity()) {
                slot = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
            }
            return slot.clear().limit(length);
        }

        @Override
        public void commit(long receivedNs, long receivedRosNs) {
            target.publish(slot.rewind());
        }

        @Override
        public void abandon() {
            slot.clear();
        }
    }
}
