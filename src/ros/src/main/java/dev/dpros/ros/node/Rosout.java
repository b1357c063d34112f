package dev.dpros.ros.node;

import dev.dpros.core.Clock;
import dev.dpros.core.Transport.LogLine;
import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.Severity;
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
    /** Levels of rosgraph_msgs/Log. */
    static final int DEBUG = 1;
    static final int INFO = 2;
    static final int WARN = 4;
    static final int ERROR = 8;

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

    /** Publishes one line; the logger stands in the place of the file, the thread in that of the function. */
    synchronized void log(LogLine line) {
        Map<String, Object> log = new LinkedHashMap<>();
        log.put("header", Map.of("seq", sequence++, "stamp", clock.rosNs()));
        log.put("level", level(line.severity()));
        log.put("name", node);
        log.put("msg", line.text());
        log.put("file", line.logger());
        log.put("function", line.thread());
        log.put("topics", topics.get());
        publication.publish(MessageEncoder.encode(schema, log));
    }

    private static int level(Severity severity) {
        return switch (severity) {
            case DEBUG -> DEBUG;
            case INFO -> INFO;
            case WARN -> WARN;
            case ERROR -> ERROR;
        };
    }
}
