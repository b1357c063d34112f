package dev.dpros.ros2.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.SystemClock;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros2.discovery.CopyingSink;
import dev.dpros.ros2.discovery.DomainParticipant;
import dev.dpros.ros2.discovery.DomainSettings;
import dev.dpros.ros2.discovery.EndpointQos;
import dev.dpros.ros2.discovery.EndpointSpec;
import dev.dpros.ros2.discovery.LocalReader;
import dev.dpros.ros2.discovery.LocalWriter;
import dev.dpros.ros2.discovery.MatchListener;
import dev.dpros.ros2.discovery.ParticipantOptions;
import dev.dpros.ros2.discovery.ReaderOptions;
import dev.dpros.ros2.rtps.SampleInfo;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** In which length of ids a node tells another of itself: one that reads the other length takes bytes of an id for the length of a list. */
class GraphTopicTest {
    private static final String TYPE = "rmw_dds_common::msg::dds_::ParticipantEntitiesInfo_";
    private static final int LARGEST = 64_000;

    private final int domain = 60 + (int) (ProcessHandle.current().pid() % 10);
    private final DomainParticipant peer = DomainParticipant.open(DomainSettings.local(domain), ParticipantOptions.of("peer", new SystemClock()));
    private Ros2Node node;

    @BeforeEach
    void open() {
        node = Ros2Node.open(Ros2NodeConfig.local(domain, "graph_topic"));
    }

    @AfterEach
    void close() {
        node.close();
        peer.close();
    }

    private LocalReader reader(Queue<Integer> lengths, String userData) {
        return peer.reader(new EndpointSpec("ros_discovery_info", TYPE, EndpointQos.LATCHED, userData), new ReaderOptions(LARGEST, false),
                new CopyingSink("nodes", LARGEST, (SampleInfo info, ByteBuffer payload) -> lengths.add(EntitiesInfo.read(payload).gidBytes())),
                MatchListener.NONE);
    }

    private void tell(int gidBytes) {
        LocalWriter writer = peer.writer(new EndpointSpec("ros_discovery_info", TYPE, EndpointQos.LATCHED, ""), LARGEST, MatchListener.NONE);
        writer.writer().publish(new EntitiesInfo(peer.guid(), List.of(new EntitiesInfo.Node("/", "arm", List.of(), List.of()))).write(gidBytes));
    }

    @Test
    void shouldTellANodeNothingBeforeTheLengthOfItsIdsIsKnown() {
        Queue<Integer> since = new ConcurrentLinkedQueue<>();
        Queue<Integer> unknown = new ConcurrentLinkedQueue<>();
        LocalReader silent = reader(unknown, "");
        reader(since, "typehash=RIHS01_91a0593bacdcc50ea9bdcf849a938b128412cc1ea821245c663bcd26f83c295e;");
        Await.until("what a reader with a hash is told", () -> !since.isEmpty());
        Await.until("the node's writer", () -> silent.matches() == 1);
        tell(EntitiesInfo.HUMBLE_GID);
        Await.until("what Humble is told", () -> !unknown.isEmpty());
        Await.until("the peer's node", () -> node.graph().nodes().contains("/arm"));
        assertEquals(Set.of(EntitiesInfo.HUMBLE_GID), Set.copyOf(unknown));
    }

    @Test
    void shouldTellOneWithoutAHashAsItTells() {
        Queue<Integer> lengths = new ConcurrentLinkedQueue<>();
        LocalReader reader = reader(lengths, "");
        Await.until("the node's writer", () -> reader.matches() == 1);
        assertTrue(lengths.isEmpty());
        tell(EntitiesInfo.GID);
        Await.until("what it is told", () -> !lengths.isEmpty());
        assertEquals(Set.of(EntitiesInfo.GID), Set.copyOf(lengths));
    }
}
