package dev.dpros.ros2.node;

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
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A topic that this node hears. Where no QoS is given it takes what the writers offer: it asks for reliable, and opens a reader more for
 * best effort writers, and one for writers that keep samples for newcomers, as soon as such a writer is there. Each writer is
 * served by one of them.
 */
final class Ros2Subscription implements Transport.Subscription {
    private static final Logger LOG = LoggerFactory.getLogger(Ros2Subscription.class);
    private static final int LARGEST = 64 << 20;
    private static final int MOST_REFUSALS = 32;

    private final NodeEndpoints endpoints;
    private final String topic;
    private volatile Ros2Schema schema;
    private final EndpointQos given;
    private final SampleSink sink;
    private final Consumer<Ros2Subscription> ended;
    private final Map<Kind, LocalReader> readers = new EnumMap<>(Kind.class);
    private boolean closed;

    /** Readers by the writers they serve. */
    private enum Kind {
        PLAIN(EndpointQos.DEFAULT),
        KEPT(EndpointQos.of(true, Durability.TRANSIENT_LOCAL, 10)),
        BEST_EFFORT(EndpointQos.SENSOR_DATA);

        @SuppressWarnings("ImmutableEnumChecker") // a record of values
        private final EndpointQos qos;

        Kind(EndpointQos qos) {
            this.qos = qos;
        }

        static Kind of(EndpointData writer) {
            return !writer.qos().reliable() ? BEST_EFFORT : writer.qos().transientLocal() ? KEPT : PLAIN;
        }
    }

    /**
     * Opens the topic.
     *
     * @param topic full name
     * @param schema null until {@link #typed} says it
     * @param given QoS asked for; null to take what is offered
     * @param ended runs when it is closed
     */
    Ros2Subscription(NodeEndpoints endpoints, String topic, Ros2Schema schema, EndpointQos given, MessageSlots slots,
            Consumer<Ros2Subscription> ended) {
        this.endpoints = endpoints;
        this.topic = topic;
        this.schema = schema;
        this.given = given;
        this.ended = ended;
        sink = SampleSink.of(slots);
        open(Kind.PLAIN);
    }

    private void open(Kind kind) {
        synchronized (readers) {
            if (schema != null && !closed && !readers.containsKey(kind)) {
                EndpointSpec spec = NodeEndpoints.spec(DdsNames.topic(topic), schema, given == null ? kind.qos : given, "");
                EndpointSpec served = new EndpointSpec(spec.topic(), spec.type(), spec.qos(), spec.userData(),
                        writer -> given != null || Kind.of(writer) == kind);
                readers.put(kind, endpoints.reader(served, new ReaderOptions(LARGEST, true), sink, new Watch()));
            }
        }
    }

    /** What is published is of this type: the topic is opened now, if it waited for it. */
    void typed(Ros2Schema published) {
        synchronized (readers) {
            if (schema == null) {
                schema = published;
                open(Kind.PLAIN);
            }
        }
    }

    /** Whether it waits for a publisher to say the type. */
    boolean isUntyped() {
        return schema == null;
    }

    private final class Watch implements MatchListener {
        @Override
        public void passedOver(EndpointData writer) {
            open(Kind.of(writer));
        }

        @Override
        public void refused(EndpointData writer, String reason) {
            if (given == null && writer.type().equals(schema.ddsName()) && Kind.of(writer) != Kind.PLAIN) {
                open(Kind.of(writer));
            } else {
                LOG.warn("{}", reason);
            }
        }
    }

    private List<LocalReader> all() {
        synchronized (readers) {
            return List.copyOf(readers.values());
        }
    }

    /** Full name of the topic. */
    String topic() {
        return topic;
    }

    @Override
    public int publishers() {
        return all().stream().mapToInt(LocalReader::matches).sum();
    }

    @Override
    public String messageDefinition() {
        return hadPublisher() ? schema.definition() : null;
    }

    @Override
    public String messageType() {
        return hadPublisher() ? schema.type() : null;
    }

    /** What has come is to be read after its publisher has gone, too. */
    private boolean hadPublisher() {
        return publishers() > 0 || received() > 0;
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
    public long lost() {
        return all().stream().mapToLong(reader -> reader.reader().lost()).sum();
    }

    /** A writer that one of the readers serves is not refused by the topic. */
    @Override
    public List<String> refusals() {
        List<String> refusals = new ArrayList<>();
        List<LocalReader> open = all();
        for (LocalReader reader : open) {
            reader.refusals().forEach((writer, reason) -> {
                boolean served = open.stream().anyMatch(other -> other.isMatched(writer));
                if (!served && !refusals.contains(reason) && refusals.size() < MOST_REFUSALS) {
                    refusals.add(reason);
                }
            });
        }
        return refusals;
    }

    @Override
    public void close() {
        List<LocalReader> open;
        synchronized (readers) {
            closed = true;
            open = List.copyOf(readers.values());
        }
        ended.accept(this);
        open.forEach(endpoints::close);
    }
}
