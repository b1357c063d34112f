package dev.dpros.ros2.node;

import dev.dpros.ros2.discovery.DomainParticipant;
import dev.dpros.ros2.discovery.EndpointData;
import dev.dpros.ros2.discovery.EndpointQos;
import dev.dpros.ros2.discovery.EndpointSpec;
import dev.dpros.ros2.discovery.LocalReader;
import dev.dpros.ros2.discovery.LocalWriter;
import dev.dpros.ros2.discovery.MatchListener;
import dev.dpros.ros2.discovery.ReaderOptions;
import dev.dpros.ros2.message.Ros2Schema;
import dev.dpros.ros2.rtps.SampleSink;
import dev.dpros.ros2.wire.Guid;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens and closes a node's endpoints, and has the graph told of each. Any thread. */
final class NodeEndpoints {
    private static final Logger LOG = LoggerFactory.getLogger(NodeEndpoints.class);
    /** Says of each endpoint that does not fit why. */
    static final MatchListener SAYING = new MatchListener() {
        @Override
        public void refused(EndpointData remote, String reason) {
            LOG.warn("{}", reason);
        }
    };

    private final DomainParticipant participant;
    private final GraphTopic graph;
    private final AtomicInteger services = new AtomicInteger();

    NodeEndpoints(DomainParticipant participant, GraphTopic graph) {
        this.participant = participant;
        this.graph = graph;
    }

    DomainParticipant participant() {
        return participant;
    }

    /** An endpoint of a type with its hash. @param id of a service or client for the user data, or empty */
    static EndpointSpec spec(String ddsTopic, Ros2Schema type, EndpointQos qos, String id) {
        return new EndpointSpec(ddsTopic, type.ddsName(), qos, id + "typehash=" + type.hash() + ";");
    }

    /** The node that has an endpoint, or the endpoint's id if none says so. */
    String nameOf(Guid endpoint) {
        String node = graph.nodeOf(endpoint);
        return node == null ? endpoint.toString() : node;
    }

    LocalWriter writer(EndpointSpec spec, int maxSampleBytes, MatchListener listener) {
        LocalWriter writer = participant.writer(spec, maxSampleBytes, listener);
        graph.add(writer.data().guid());
        return writer;
    }

    LocalReader reader(EndpointSpec spec, ReaderOptions how, SampleSink sink, MatchListener listener) {
        LocalReader reader = participant.reader(spec, how, sink, listener);
        graph.add(reader.data().guid());
        return reader;
    }

    void close(LocalWriter writer) {
        graph.remove(writer.data().guid());
        writer.close();
    }

    void close(LocalReader reader) {
        graph.remove(reader.data().guid());
        reader.close();
    }

    /**
     * An id by which rmw_cyclonedds tells that two endpoints are one service or client, as user data.
     *
     * @param key {@code serviceid} or {@code clientid}
     */
    String id(String key) {
        StringBuilder text = new StringBuilder(key).append("= ");
        Guid guid = participant.guid();
        for (int i = 0; i < Guid.PREFIX_BYTES; i++) {
            long half = i < 8 ? guid.high() : guid.low();
            text.append(String.format(Locale.ROOT, "%x.", half >>> 8 * (7 - (i & 7)) & 0xff));
        }
        int counter = services.incrementAndGet();
        return text.append(String.format(Locale.ROOT, "%x.%x.%x.%x;", counter >>> 24 & 0xff, counter >>> 16 & 0xff, counter >>> 8 & 0xff,
                counter & 0xff)).toString();
    }
}
