package dev.dpros.ros2.node;

import dev.dpros.ros2.discovery.CopyingSink;
import dev.dpros.ros2.discovery.DomainParticipant;
import dev.dpros.ros2.discovery.Durability;
import dev.dpros.ros2.discovery.EndpointData;
import dev.dpros.ros2.discovery.EndpointQos;
import dev.dpros.ros2.discovery.EndpointSpec;
import dev.dpros.ros2.discovery.LocalReader;
import dev.dpros.ros2.discovery.LocalWriter;
import dev.dpros.ros2.discovery.MatchListener;
import dev.dpros.ros2.discovery.ParticipantData;
import dev.dpros.ros2.discovery.ReaderOptions;
import dev.dpros.ros2.discovery.UserData;
import dev.dpros.ros2.names.Ros2Names;
import dev.dpros.ros2.rtps.SampleInfo;
import dev.dpros.ros2.wire.EntityIds;
import dev.dpros.ros2.wire.Guid;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code ros_discovery_info}: tells which node has which endpoints, and hears it of others. Participants that write Humble's
 * longer ids are told in these, by a writer that is opened for the first of them. No node is told in ids of a length that it may
 * not read: it would take bytes of an id for the length of a list, and memory for that. Any thread.
 */
final class GraphTopic implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GraphTopic.class);
    private static final String TOPIC = "ros_discovery_info";
    private static final String TYPE = "rmw_dds_common::msg::dds_::ParticipantEntitiesInfo_";
    private static final String HASH = "typehash=RIHS01_91a0593bacdcc50ea9bdcf849a938b128412cc1ea821245c663bcd26f83c295e;";
    private static final int LARGEST = 1 << 20;
    private static final int LARGEST_OWN = 64_000;

    private final DomainParticipant participant;
    private final Ros2Names names;
    private final RosGraph graph;
    private final AtomicBoolean twice = new AtomicBoolean();
    private final List<Guid> readers = new ArrayList<>();
    private final List<Guid> writers = new ArrayList<>();
    private final LocalWriter writer;
    private final LocalReader reader;
    private LocalWriter humbleWriter;
    private boolean gone;

    GraphTopic(DomainParticipant participant, Ros2Names names, RosGraph graph) {
        this.participant = participant;
        this.names = names;
        this.graph = graph;
        writer = participant.writer(new EndpointSpec(TOPIC, TYPE, EndpointQos.LATCHED, HASH, remote -> gidBytes(remote) == EntitiesInfo.GID),
                LARGEST_OWN, MatchListener.NONE);
        reader = participant.reader(new EndpointSpec(TOPIC, TYPE, EndpointQos.of(true, Durability.TRANSIENT_LOCAL, 0), HASH),
                new ReaderOptions(LARGEST, false), new CopyingSink("nodes of a participant", LARGEST, this::told), MatchListener.NONE);
        tell();
    }

    /**
     * Length of the ids that a reader of this topic takes, or 0 as long as it is not known. A node since Iron says its type's hash; one
     * without is known by what it tells itself. Programs that are no nodes take what is usual now.
     */
    private int gidBytes(EndpointData reader) {
        int told = graph.gidBytes(reader.guid());
        if (told != 0 || reader.typeHash() != null) {
            return told != 0 ? told : EntitiesInfo.GID;
        }
        ParticipantData owner = participant.participant(reader.guid());
        return owner != null && UserData.value(owner.about().userData(), "enclave") != null ? 0 : EntitiesInfo.GID;
    }

    private void told(SampleInfo info, ByteBuffer payload) {
        EntitiesInfo other = EntitiesInfo.read(payload);
        if (!other.participant().samePrefix(info.writer())) {
            return;
        }
        boolean news = graph.put(other) != other.gidBytes();
        if (graph.count(names.node()) > 1 && twice.compareAndSet(false, true)) {
            LOG.warn("node {}: another node of this name is in domain {}; tools show them as one, so give one another name with -r __node:=NAME",
                    names.node(), participant.settings().domainId());
        }
        if (news) {
            serve(other.gidBytes());
        }
    }

    /** Looks again whom the writers serve, after one was heard that has ids of so many bytes. */
    private synchronized void serve(int gidBytes) {
        if (gone) {
            return;
        }
        if (humbleWriter == null && gidBytes == EntitiesInfo.HUMBLE_GID) {
            humbleWriter = participant.writer(new EndpointSpec(TOPIC, TYPE, EndpointQos.LATCHED, "", remote -> gidBytes(remote) == EntitiesInfo.HUMBLE_GID),
                    LARGEST_OWN, MatchListener.NONE);
            humbleWriter.writer().publish(own().write(EntitiesInfo.HUMBLE_GID));
        }
        if (humbleWriter != null) {
            participant.reconsider(humbleWriter);
        }
        participant.reconsider(writer);
    }

    /** As {@link RosGraph#nodeOf}. */
    String nodeOf(Guid endpoint) {
        return graph.nodeOf(endpoint);
    }

    /** The node has an endpoint more. */
    synchronized void add(Guid endpoint) {
        listOf(endpoint).add(endpoint);
        tell();
    }

    /** The node has an endpoint less. */
    synchronized void remove(Guid endpoint) {
        if (listOf(endpoint).remove(endpoint)) {
            tell();
        }
    }

    private List<Guid> listOf(Guid endpoint) {
        return EntityIds.isWriter(endpoint.entityId()) ? writers : readers;
    }

    private EntitiesInfo own() {
        return new EntitiesInfo(participant.guid(), gone ? List.of()
                : List.of(new EntitiesInfo.Node(names.namespace(), names.name(), readers, writers)));
    }

    private synchronized void tell() {
        EntitiesInfo own = own();
        graph.put(own);
        writer.writer().publish(own.write(EntitiesInfo.GID));
        if (humbleWriter != null) {
            humbleWriter.writer().publish(own.write(EntitiesInfo.HUMBLE_GID));
        }
    }

    /** Tells that the node is gone. The endpoints end with the participant. */
    @Override
    public synchronized void close() {
        gone = true;
        tell();
        reader.close();
    }
}
