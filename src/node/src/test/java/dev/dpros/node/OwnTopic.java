package dev.dpros.node;

import dev.dpros.ros.message.MessageDecoder;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import dev.dpros.ros.testing.CollectingSlots;
import dev.dpros.ros.testing.RosTool;
import java.net.URI;
import java.util.Map;
import java.util.function.Predicate;

/** A topic as field maps, read by a node of its own: for types that rospy has no classes for. */
public final class OwnTopic implements AutoCloseable {
    private final String type;
    private final CollectingSlots slots = new CollectingSlots();
    private final RosNode node;

    /** Subscribes. */
    public OwnTopic(URI master, String topic, String type) {
        this.type = type;
        node = node(master, "listener");
        node.subscribe(topic, type, slots);
    }

    /** A node under a name made unique. */
    public static RosNode node(URI master, String name) {
        return RosNode.connect(RosNodeConfig.local(URI.create(master.toString().replaceAll("/$", "")), name).anonymous());
    }

    /** The next message. */
    public Map<String, Object> next() {
        return MessageDecoder.decode(SchemaCatalog.packaged().message(type), slots.next());
    }

    /** The next message that satisfies the predicate. */
    public Map<String, Object> await(Predicate<Map<String, Object>> wanted) {
        long deadlineNs = System.nanoTime() + RosTool.LIMIT.toNanos();
        Map<String, Object> message = Map.of();
        while (System.nanoTime() < deadlineNs) {
            message = next();
            if (wanted.test(message)) {
                return message;
            }
        }
        throw new AssertionError("no such message; the last was " + message);
    }

    @Override
    public void close() {
        node.close();
    }
}
