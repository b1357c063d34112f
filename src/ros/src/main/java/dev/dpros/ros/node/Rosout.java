package dev.dpros.ros.node;

import dev.dpros.core.Clock;
import dev.dpros.core.Transport.Publication;
import dev.dpros.ros.message.MessageEncoder;
import dev.dpros.ros.message.MessageSchema;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Publishes log lines on {@code /rosout} (rosgraph_msgs/Log, latched, queue of 100, as rospy does). Any thread; allocates;
 * not for the control path.
 */
final class Rosout {
    /** Queue that rospy uses, so that a burst of lines at the start reaches a late rosout node. */
    static final int QUEUE = 100;

    private final String node;
    private final MessageSchema schema;
    private final Clock clock;
    private final Publication publication;
    private final Supplier<List<String>> topics;
    private int sequence;

    Rosout(String node, MessageSchema schema, Clock clock, Publication publication, Supplier<List<String>> topics) {
        this.node = node;
        this.schema = schema;
        this.clock = clock;
        this.publication = publication;
        this.topics = topics;
    }

    /**
     * Publishes one line.
     *
     * @param level of rosgraph_msgs/Log
     * @param where logger, file, function and line, as far as known
     */
    synchronized void log(int level, String text, Where where) {
        Map<String, Object> log = new LinkedHashMap<>();
        log.put("header", Map.of("seq", sequence++, "stamp", clock.rosNs()));
        log.put("level", level);
        log.put("name", node);
        log.put("msg", text);
        log.put("file", where.file());
        log.put("function", where.function());
        log.put("line", where.line());
        log.put("topics", topics.get());
        publication.publish(MessageEncoder.encode(schema, log));
    }

    /** Origin of a line. */
    record Where(String file, String function, int line) {
        static final Where UNKNOWN = new Where("", "", 0);
    }
}
