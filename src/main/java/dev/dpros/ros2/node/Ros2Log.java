package dev.dpros.ros2.node;

import dev.dpros.core.Clock;
import dev.dpros.ros2.discovery.Durability;
import dev.dpros.ros2.discovery.EndpointQos;
import dev.dpros.ros2.discovery.LocalWriter;
import dev.dpros.ros2.message.Ros2Schema;
import java.util.LinkedHashMap;
import java.util.Map;

/** Publishes log lines on {@code /rosout} (rcl_interfaces/Log), where they stay 10 s for those who come later. Any thread; allocates. */
final class Ros2Log {
    static final int DEBUG = 10;
    static final int INFO = 20;
    static final int WARN = 30;
    static final int ERROR = 40;
    /** As rcl has it, with fewer kept. */
    static final EndpointQos QOS = EndpointQos.of(true, Durability.TRANSIENT_LOCAL, 200).withLifespan(10_000_000_000L);

    private final String logger;
    private final Ros2Schema schema;
    private final Clock clock;
    private final LocalWriter writer;

    /** A log of the node of this full name. */
    Ros2Log(String node, Ros2Schema schema, Clock clock, LocalWriter writer) {
        logger = node.substring(1).replace('/', '.');
        this.schema = schema;
        this.clock = clock;
        this.writer = writer;
    }

    /**
     * Publishes one line.
     *
     * @param level of rcl_interfaces/Log
     * @param file where it comes from, as far as known
     */
    synchronized void log(int level, String text, String file, String function) {
        Map<String, Object> log = new LinkedHashMap<>();
        log.put("stamp", clock.rosNs());
        log.put("level", level);
        log.put("name", logger);
        log.put("msg", text);
        log.put("file", file);
        log.put("function", function);
        writer.writer().publish(schema.encode(log));
    }
}
