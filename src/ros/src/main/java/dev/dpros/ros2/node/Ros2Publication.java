package dev.dpros.ros2.node;

import dev.dpros.core.Transport;
import dev.dpros.ros2.discovery.EndpointQos;
import dev.dpros.ros2.discovery.LocalWriter;
import dev.dpros.ros2.message.DdsNames;
import dev.dpros.ros2.message.Ros2Schema;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;

/** A topic that this node publishes. Messages are CDR with their encapsulation. One publishing thread at a time. */
final class Ros2Publication implements Transport.Publication {
    private static final long FAREWELL_MS = 50;
    private static final int LARGEST = 64 << 20;

    private final NodeEndpoints endpoints;
    private final Ros2Schema schema;
    private final LocalWriter writer;
    private final Runnable ended;

    /** Opens the topic. @param topic full name @param ended runs when it is closed */
    Ros2Publication(NodeEndpoints endpoints, String topic, Ros2Schema schema, EndpointQos qos, Runnable ended) {
        this.endpoints = endpoints;
        this.schema = schema;
        this.ended = ended;
        writer = endpoints.writer(NodeEndpoints.spec(DdsNames.topic(topic), schema, qos, ""), LARGEST, NodeEndpoints.SAYING);
    }

    @Override
    public int subscribers() {
        return writer.matches();
    }

    @Override
    public void publish(ByteBuffer message) {
        writer.writer().publish(message);
    }

    @Override
    public void publish(Map<String, Object> fields) {
        publish(schema.encode(fields));
    }

    @Override
    public long sent() {
        return writer.writer().sent();
    }

    @Override
    public long dropped() {
        return writer.writer().dropped();
    }

    @Override
    public Map<String, Long> droppedBy() {
        Map<String, Long> drops = new TreeMap<>();
        writer.writer().droppedBy().forEach((reader, count) -> drops.merge(endpoints.nameOf(reader), count, Long::sum));
        long gone = dropped() - drops.values().stream().mapToLong(Long::longValue).sum();
        if (gone > 0) {
            drops.put("subscribers that left", gone);
        }
        return drops;
    }

    /** Gives what was published last a moment to arrive. */
    @Override
    public void close() {
        ended.run();
        writer.writer().awaitAcknowledged(FAREWELL_MS);
        endpoints.close(writer);
    }
}
