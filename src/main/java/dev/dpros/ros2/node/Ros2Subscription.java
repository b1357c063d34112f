package dev.dpros.ros2.node;

import dev.dpros.core.InputException;
import dev.dpros.core.MessageSlots;
import dev.dpros.core.Transport;
import dev.dpros.ros2.discovery.Durability;
import dev.dpros.ros2.discovery.EndpointData;
import dev.dpros.ros2.discovery.EndpointQos;
import dev.dpros.ros2.discovery.EndpointSpec;
import dev.dpros.ros2.discovery.LocalReader;
import dev.dpros.ros2.discovery.MatchListener;
import dev.dpros.ros2.discovery.ReaderOptions;
import dev.dpros.ros2.message.DdsNames;
import dev.dpros.ros2.message.Ros2Schema;
import dev.dpros.ros2.rtps.SampleSink;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A topic that this node hears. Where no QoS is given it takes what the writers offer: it asks for reliable, and opens a
 * second reader that does not as soon as a best effort writer is there, which then serves such writers alone.
 */
final class Ros2Subscription implements Transport.Subscription {
    private static final Logger LOG = LoggerFactory.getLogger(Ros2Subscription.class);
    private static final int LARGEST = 64 << 20;
    private static final int MOST_REFUSALS = 32;

    private final NodeEndpoints endpoints;
    private final String topic;
    private final Ros2Schema schema;
    private final SampleSink sink;
    private final boolean adapts;
    private final List<LocalReader> readers = new ArrayList<>();
    private boolean closed;

    /**
     * Opens the topic.
     *
     * @param topic full name
     * @param qos asked for; null to take what is offered
     */
    Ros2Subscription(NodeEndpoints endpoints, String topic, Ros2Schema schema, EndpointQos qos, MessageSlots slots) {
        this.endpoints = endpoints;
        this.topic = topic;
        this.schema = schema;
        sink = SampleSink.of(slots);
        adapts = qos == null;
        open(adapts ? EndpointQos.DEFAULT : qos);
    }

    private void open(EndpointQos qos) {
        EndpointSpec spec = NodeEndpoints.spec(DdsNames.topic(topic), schema, qos, "");
        EndpointSpec served = new EndpointSpec(spec.topic(), spec.type(), spec.qos(), spec.userData(),
                remote -> !adapts || remote.qos().reliable() == qos.reliable());
        LocalReader reader = endpoints.reader(served, new ReaderOptions(LARGEST, true), sink, new Watch());
        synchronized (readers) {
            readers.add(reader);
        }
    }

    private final class Watch implements MatchListener {
        @Override
        public void refused(EndpointData remote, String reason) {
            if (adapts && !remote.qos().reliable() && reason.contains("reliability")) {
                bestEffort();
            } else {
                LOG.warn("{}", reason);
            }
        }
    }

    private void bestEffort() {
        synchronized (readers) {
            if (closed || readers.size() > 1) {
                return;
            }
            open(EndpointQos.of(false, Durability.VOLATILE, 5));
        }
    }

    private List<LocalReader> all() {
        synchronized (readers) {
            return List.copyOf(readers);
        }
    }

    @Override
    public int publishers() {
        return all().stream().mapToInt(LocalReader::matches).sum();
    }

    @Override
    public String messageDefinition() {
        return publishers() == 0 ? null : schema.definition();
    }

    @Override
    public String messageType() {
        return publishers() == 0 ? null : schema.type();
    }

    @Override
    public long received() {
        return all().stream().mapToLong(reader -> reader.reader().received()).sum();
    }

    @Override
    public long rejected() {
        return all().stream().mapToLong(reader -> reader.reader().rejected()).sum();
    }

    @Override
    public List<String> refusals() {
        List<LocalReader> open = all();
        List<String> refusals = new ArrayList<>();
        for (LocalReader reader : open) {
            for (String refusal : reader.refusals()) {
                boolean served = adapts && refusal.contains("reliability") && open.size() > 1;
                if (!served && !refusals.contains(refusal) && refusals.size() < MOST_REFUSALS) {
                    refusals.add(refusal);
                }
            }
        }
        return refusals;
    }

    /** Refuses a type that the topic is known not to have. @throws InputException naming both types */
    static void requireType(NodeEndpoints endpoints, String topic, Ros2Schema schema) {
        for (EndpointData other : endpoints.participant().endpoints()) {
            String type = DdsNames.rosType(other.type());
            if (other.isWriter() && other.topic().equals(DdsNames.topic(topic)) && type != null && !type.equals(schema.fullName())) {
                throw InputException.of("topic " + topic, "type", schema.fullName(), type, "check with: ros2 topic info " + topic);
            }
        }
    }

    @Override
    public void close() {
        List<LocalReader> open;
        synchronized (readers) {
            closed = true;
            open = List.copyOf(readers);
        }
        open.forEach(endpoints::close);
    }
}
