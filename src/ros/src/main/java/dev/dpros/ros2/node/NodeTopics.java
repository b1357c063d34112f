package dev.dpros.ros2.node;

import dev.dpros.core.ForeignText;
import dev.dpros.core.InputException;
import dev.dpros.core.MessageSlots;
import dev.dpros.core.TopicInfo;
import dev.dpros.core.TopicQos;
import dev.dpros.core.TopicTraffic;
import dev.dpros.core.Transport;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.ros2.discovery.DiscoveryListener;
import dev.dpros.ros2.discovery.DomainParticipant;
import dev.dpros.ros2.discovery.Durability;
import dev.dpros.ros2.discovery.EndpointData;
import dev.dpros.ros2.discovery.EndpointQos;
import dev.dpros.ros2.message.DdsNames;
import dev.dpros.ros2.message.Ros2Catalog;
import dev.dpros.ros2.message.Ros2Schema;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The topics of a node, by full names. Any thread. */
final class NodeTopics implements DiscoveryListener {
    private static final Logger LOG = LoggerFactory.getLogger(NodeTopics.class);

    private final String node;
    private final NodeEndpoints endpoints;
    private final Ros2Catalog catalog;
    private final Map<String, EndpointQos> qos;
    private final Map<String, TopicQos> asked = new ConcurrentHashMap<>();
    private final Map<String, Ros2Publication> publications = new ConcurrentHashMap<>();
    private final List<Ros2Subscription> subscriptions = new CopyOnWriteArrayList<>();

    /** Topics of a node. @param qos given for topics by full name */
    NodeTopics(String node, NodeEndpoints endpoints, Ros2Catalog catalog, Map<String, EndpointQos> qos) {
        this.node = node;
        this.endpoints = endpoints;
        this.catalog = catalog;
        this.qos = qos;
        endpoints.participant().listen(this);
    }

    /** What is opened on a topic from now on has this QoS, unless the configuration of the node says all of it. */
    void ask(String topic, TopicQos wanted) {
        asked.put(topic, wanted);
    }

    /** What a subscription asks for; null to take what is offered. Its depth alone asks for nothing of a publisher. */
    private EndpointQos heard(String topic) {
        TopicQos wanted = asked.get(topic);
        boolean all = wanted == null || wanted.reliability() == null && wanted.durability() == null;
        return qos.containsKey(topic) || all ? qos.get(topic) : over(EndpointQos.DEFAULT, wanted);
    }

    /** What a publication offers. */
    private EndpointQos published(String topic, EndpointQos usual) {
        TopicQos wanted = asked.get(topic);
        return qos.containsKey(topic) ? qos.get(topic) : wanted == null ? usual : over(usual, wanted);
    }

    private static EndpointQos over(EndpointQos usual, TopicQos wanted) {
        return EndpointQos.of(wanted.reliability() == null ? usual.reliable() : wanted.reliability() == TopicQos.Reliability.RELIABLE,
                wanted.durability() == null ? usual.durability()
                        : wanted.durability() == TopicQos.Durability.VOLATILE ? Durability.VOLATILE : Durability.TRANSIENT_LOCAL,
                wanted.depth() == 0 ? usual.depth() : wanted.depth());
    }

    /** Subscriptions to whatever is published learn their type from the first publisher. */
    @Override
    public void endpointFound(EndpointData endpoint) {
        String topic = endpoint.isWriter() ? DdsNames.rosTopic(endpoint.topic()) : null;
        for (Ros2Subscription subscription : subscriptions) {
            if (subscription.isUntyped() && subscription.topic().equals(topic)) {
                Ros2Schema schema = typeOf(endpoint);
                if (schema == null) {
                    LOG.warn("topic {}: its type {} is not known here; source the workspace that has it (AMENT_PREFIX_PATH)", topic,
                            ForeignText.printable(endpoint.type()));
                } else {
                    subscription.typed(schema);
                }
            }
        }
    }

    private Ros2Schema typeOf(EndpointData writer) {
        String type = DdsNames.rosType(writer.type());
        return type == null ? null : catalog.messageOrNull(type);
    }

    /** Subscribes. @param type {@code package/Name}, or {@code *} for whatever is published */
    Transport.Subscription subscribe(String topic, String type, MessageSlots slots) {
        Ros2Schema schema = type.equals("*") ? null : catalog.message(type);
        if (schema != null) {
            requireType(topic, schema);
        }
        Ros2Subscription subscription = new Ros2Subscription(endpoints, topic, schema, heard(topic), slots, subscriptions::remove);
        subscriptions.add(subscription);
        EndpointData writer = schema == null ? writerOf(topic) : null;
        if (writer != null) {
            endpointFound(writer);
        }
        return subscription;
    }

    private EndpointData writerOf(String topic) {
        return endpoints.participant().allEndpoints().stream().filter(other -> other.isWriter() && other.topic().equals(DdsNames.topic(topic))
                && DdsNames.rosType(other.type()) != null).findFirst().orElse(null);
    }

    private void requireType(String topic, Ros2Schema schema) {
        EndpointData writer = writerOf(topic);
        if (writer != null && !writer.type().equals(schema.ddsName())) {
            throw InputException.of("topic " + topic, "type", schema.type(), DdsNames.rosType(writer.type()).replace("/msg/", "/"),
                    "check with: ros2 topic info " + topic);
        }
    }

    /** Advertises. */
    Transport.Publication advertise(String topic, String type, PublicationOptions options) {
        EndpointQos usual = options.latched() ? EndpointQos.LATCHED : EndpointQos.of(true, Durability.VOLATILE, Math.max(1, options.queueSize()));
        Ros2Schema schema = catalog.message(type);
        if (publications.containsKey(topic)) {
            throw new InputException("topic " + topic + ": already advertised by this node " + node + "; advertise a topic once, or remap one "
                    + "of the names");
        }
        Ros2Publication publication = new Ros2Publication(endpoints, topic, schema, published(topic, usual), () -> publications.remove(topic));
        publications.put(topic, publication);
        return publication;
    }

    /** Names of all topics of ROS 2 that are published, by this node too, sorted. */
    List<String> published() {
        DomainParticipant participant = endpoints.participant();
        TreeSet<String> found = new TreeSet<>(publications.keySet());
        participant.endpoints().stream().filter(EndpointData::isWriter).map(EndpointData::topic).map(DdsNames::rosTopic)
                .filter(Objects::nonNull).forEach(found::add);
        return List.copyOf(found);
    }

    /** Every topic of the domain that others publish or hear, by full name, with the type that a writer (else a reader) has. */
    Map<String, TopicInfo> all() {
        Map<String, TopicInfo> found = new TreeMap<>();
        for (EndpointData endpoint : endpoints.participant().endpoints()) {
            String topic = DdsNames.rosTopic(endpoint.topic());
            String type = DdsNames.rosType(endpoint.type());
            if (topic != null && type != null) {
                TopicInfo before = found.getOrDefault(topic, new TopicInfo("", 0, 0));
                boolean writes = endpoint.isWriter();
                found.put(topic, new TopicInfo(writes || before.type().isEmpty() ? type.replace("/msg/", "/") : before.type(),
                        before.publishers() + (writes ? 1 : 0), before.subscribers() + (writes ? 0 : 1)));
            }
        }
        return found;
    }

    /** What the topics have carried. */
    TopicTraffic traffic() {
        Map<String, TopicTraffic.Received> in = new HashMap<>();
        for (Ros2Subscription subscription : subscriptions) {
            TopicTraffic.Received one = new TopicTraffic.Received(subscription.received(), subscription.rejected());
            in.merge(subscription.topic(), one, (a, b) -> new TopicTraffic.Received(Math.max(a.received(), b.received()),
                    Math.max(a.refused(), b.refused())));
        }
        Map<String, TopicTraffic.Sent> out = new HashMap<>();
        publications.forEach((topic, publication) -> out.put(topic, new TopicTraffic.Sent(publication.sent(), publication.dropped())));
        return new TopicTraffic(Map.copyOf(in), Map.copyOf(out));
    }
}
