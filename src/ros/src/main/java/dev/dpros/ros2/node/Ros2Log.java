package dev.dpros.ros2.node;

import dev.dpros.core.Clock;
import dev.dpros.core.Transport;
import dev.dpros.ros2.discovery.Durability;
import dev.dpros.ros2.discovery.EndpointQos;
import dev.dpros.ros2.discovery.LocalWriter;
import dev.dpros.ros2.message.Ros2Schema;
import java.util.LinkedHashMap;
import java.util.Map;

/** Publishes log lines on {@code /rosout} (rcl_interfaces/Log), where they stay 10 s for those who come later. Any thread; allocates. */
final class Ros2Log {
    private static final int LEVEL_STEP = 10;
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

    /** Publishes one line. */
    synchronized void log(Transport.LogLine line) {
        Map<String, Object> log = new LinkedHashMap<>();
        log.put("stamp", clock.rosNs());
        log.put("level", LEVEL_STEP * (line.severity().ordinal() + 1));
        log.put("name", logger);
        log.put("msg", line.text());
        log.put("file", line.logger());
        log.put("function", line.thread());
        writer.writer().publish(schema.encode(log));
    }
}
