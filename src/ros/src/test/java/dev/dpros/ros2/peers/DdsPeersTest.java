package dev.dpros.ros2.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.CommandFrame;
import dev.dpros.core.Finding;
import dev.dpros.core.TopicInfo;
import dev.dpros.core.TopicQos;
import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.core.Transport.Subscription;
import dev.dpros.messages.JointJogWriter;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros.testing.RosTool;
import dev.dpros.ros2.discovery.DiscoveryListener;
import dev.dpros.ros2.discovery.DomainSettings;
import dev.dpros.ros2.discovery.Durability;
import dev.dpros.ros2.discovery.EndpointQos;
import dev.dpros.ros2.discovery.ParticipantData;
import dev.dpros.ros2.message.DdsNames;
import dev.dpros.ros2.message.Ros2Catalog;
import dev.dpros.ros2.names.Ros2Arguments;
import dev.dpros.ros2.node.Heard;
import dev.dpros.ros2.node.Ros2Node;
import dev.dpros.ros2.node.Ros2NodeConfig;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The node with real peers on other DDS implementations, in their default configuration; each test in a domain of its own. */
@Tag("realpeer")
@Execution(ExecutionMode.CONCURRENT)
class DdsPeersTest {
    private static final Queue<Integer> DOMAINS = IntStream.range(70, 90).boxed().collect(Collectors.toCollection(ConcurrentLinkedQueue::new));
    private static final PublicationOptions TEN = new PublicationOptions(false, 10);
    private static final PublicationOptions LATCHED = new PublicationOptions(true, 1);

    private final int domain = DOMAINS.remove();
    private final Heard slots = new Heard(Ros2Catalog.packaged().message("std_msgs/Int32"));
    private Ros2Node node;

    private Ros2Node node(Map<String, EndpointQos> qos) {
        node = Ros2Node.open(Ros2NodeConfig.local(domain, "dpros").withQos(qos));
        return node;
    }

    @AfterEach
    void close() {
        if (node != null) {
            node.close();
        }
        DOMAINS.add(domain);
    }

    private static EndpointQos qos(String letters) {
        return EndpointQos.of(letters.contains("r"), letters.contains("l") ? Durability.TRANSIENT_LOCAL : Durability.VOLATILE, 10);
    }

    @ParameterizedTest
    @CsvSource({"CYCLONE,r", "CYCLONE,b", "FAST,r", "FAST,b"})
    void shouldHearAPeerAndNoticeItsEnd(DdsPeer peer, String quality) {
        try (RosTool tool = peer.start(domain, "pub", "rt/n", quality)) {
            Subscription subscription = node(Map.of()).subscribe("/n", "std_msgs/Int32", slots);
            Await.until("twenty numbers", () -> slots.count() >= 20);
            assertEquals(1, subscription.publishers());
            assertEquals(List.of(), subscription.refusals());
            String speaks = peer == DdsPeer.CYCLONE ? "1 Cyclone DDS (rmw_cyclonedds)" : "1 Fast DDS (rmw_fastrtps)";
            assertTrue(node.findings().contains(Finding.ok("participants", speaks)), () -> node.findings().toString());
            assertEquals(new TopicInfo("std_msgs/Int32", 1, 0), node.topics().get("/n"));
            int first = (int) slots.all().get(0).get("data");
            for (int i = 0; i < 20; i++) {
                assertEquals(first + i, slots.all().get(i).get("data"), "in order, none lost, none twice");
            }
        }
        Await.until("the peer gone", () -> node.participant().participants().isEmpty());
    }

    @ParameterizedTest
    @CsvSource({"CYCLONE,r", "CYCLONE,b", "CYCLONE,rl", "FAST,r", "FAST,b", "FAST,rl"})
    void shouldBeHeardByAPeer(DdsPeer peer, String quality) {
        try (RosTool tool = peer.start(domain, "sub", "rt/n", quality)) {
            boolean latched = quality.contains("l");
            Publication publication = node(Map.of("/n", qos(quality))).advertise("/n", "std_msgs/Int32", latched ? LATCHED : TEN);
            if (latched) {
                publication.publish(Map.of("data", 1));
                tool.awaitLine("got 1");
            }
            Await.until("matched", () -> publication.subscribers() == 1);
            tool.awaitLine("writers 1");
            for (int i = 2; i <= 10; i++) {
                publication.publish(Map.of("data", i));
            }
            tool.awaitLine("got 10");
            if (quality.equals("r")) {
                for (int i = 2; i <= 10; i++) {
                    tool.awaitLine("got " + i);
                }
            }
            publication.close();
            tool.awaitLine("writers 0");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CYCLONE", "FAST"})
    void shouldOfferAPeerWhatWasAskedForATopic(DdsPeer peer) {
        node(Map.of()).askQos("n", new TopicQos(null, TopicQos.Durability.TRANSIENT_LOCAL, 2));
        Publication publication = node.advertise("/n", "std_msgs/Int32", TEN);
        for (int i = 1; i <= 3; i++) {
            publication.publish(Map.of("data", i));
        }
        try (RosTool tool = peer.start(domain, "sub", "rt/n", "rl")) {
            assertFalse(tool.awaitLine("got ").equals("got 1"), "two are kept for those who come later, not three");
            tool.awaitLine("got 3");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CYCLONE", "FAST"})
    void shouldAskAPeerForWhatWasAskedForATopic(DdsPeer peer) {
        node(Map.of()).askQos("/n", new TopicQos(TopicQos.Reliability.RELIABLE, null, 0));
        try (RosTool tool = peer.start(domain, "pub", "rt/n", "b"); RosTool other = peer.start(domain, "pub", "rt/m", "b")) {
            Subscription subscription = node.subscribe("/n", "std_msgs/Int32", slots);
            Await.until("said", () -> subscription.refusals().size() == 1);
            String refusal = subscription.refusals().get(0);
            assertTrue(refusal.contains("reliability: the writer is best effort, the reader asks for reliable"), refusal);
            node.subscribe("/m", "std_msgs/Int32", slots);
            Await.until("numbers of the topic that nothing was asked for", () -> slots.count() >= 3);
            assertEquals(0, subscription.received());
        }
    }

    @Test
    void shouldJogTheJointsOfAPeer() {
        try (RosTool tool = DdsPeer.CYCLONE.start(domain, "jog", "rt/servo_node/delta_joint_cmds")) {
            CommandFrame frame = new CommandFrame(List.of("shoulder", "elbow"), 2);
            frame.points = 1;
            frame.stampNs = 1_700_000_000_000_000_005L;
            Publication publication = node(Map.of()).advertise("/servo_node/delta_joint_cmds", "control_msgs/JointJog", TEN);
            JointJogWriter writer = new JointJogWriter(node.messages(), frame, "base", 20_000_000L);
            Await.until("its reader", () -> publication.subscribers() == 1);
            frame.velocities[0] = 0.25;
            frame.velocities[1] = -0.5;
            String line = "jog at 1700000000.000000005 in base shoulder 0.250 elbow -0.500 displacements 0 for 0.020";
            Await.until("heard, once the peer knows of the writer too", () -> {
                publication.publish(writer.write(frame));
                return tool.output().contains(line);
            });
            frame.velocities[0] = 0;
            frame.velocities[1] = 0;
            publication.publish(writer.write(frame));
            tool.awaitLine("jog at 1700000000.000000005 in base shoulder 0.000 elbow 0.000 displacements 0 for 0.020");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CYCLONE", "FAST"})
    void shouldAnswerAPeersCalls(DdsPeer peer) {
        node(Map.of()).advertiseService("~/go", "std_srvs/Trigger", request -> Map.of("success", true, "message", "went"));
        try (RosTool tool = peer.start(domain, "call", DdsNames.requestTopic("/dpros/go"), DdsNames.replyTopic("/dpros/go"))) {
            for (int i = 1; i <= 3; i++) {
                tool.awaitLine("reply " + i + " 1 went");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"CYCLONE,served by Cyclone", "FAST,served by Fast DDS"})
    void shouldCallAPeersService(DdsPeer peer, String message) {
        try (RosTool tool = peer.start(domain, "serve", DdsNames.requestTopic("/peer/go"), DdsNames.replyTopic("/peer/go"))) {
            Ros2Node caller = node(Map.of());
            for (int i = 0; i < 3; i++) {
                assertEquals(Map.of("success", true, "message", message), caller.callService("/peer/go", "std_srvs/Trigger", Map.of()));
            }
            tool.awaitLine("request");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CYCLONE", "HUMBLE"})
    void shouldTellAndHearOfNodes(DdsPeer peer) {
        Ros2Node own = node(Map.of());
        String id = own.participant().guid().toString().replace("|", "");
        try (RosTool tool = peer.start(domain, "node", "arm")) {
            Await.until("the peer's node", () -> own.graph().nodes().equals(List.of("/dpros", "/peers/arm")));
            Publication publication = own.advertise("/in", "std_msgs/Int32", TEN);
            Await.until("its reader", () -> publication.subscribers() == 1);
            assertTrue(own.participant().endpoints().stream().filter(endpoint -> endpoint.topic().equals("rt/in"))
                    .allMatch(endpoint -> "/peers/arm".equals(own.graph().nodeOf(endpoint.guid()))));
            tool.awaitLine(line -> line.startsWith("info " + id + " nodes 1 / dpros readers 6 writers 9 "), "our node with its endpoints");
            own.close();
            tool.awaitLine("info " + id + " nodes 0");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CYCLONE", "FAST"})
    void shouldTellAPeerThatLeavesFromOneThatIsKilled(DdsPeer peer) {
        List<Boolean> silent = new CopyOnWriteArrayList<>();
        node(Map.of()).participant().listen(new DiscoveryListener() {
            @Override
            public void participantLost(ParticipantData participant, boolean leaseOver) {
                silent.add(leaseOver);
            }
        });
        try (RosTool tool = peer.start(domain, "brief", "rt/n")) {
            Await.until("its writer", () -> node.publishedTopics().contains("/n"));
            tool.awaitExit();
            Await.until("it left", () -> silent.equals(List.of(false)));
            assertFalse(node.publishedTopics().contains("/n"));
        }
        RosTool killed = peer.start(domain, "pub", "rt/n", "r");
        Await.until("its writer", () -> node.publishedTopics().contains("/n"));
        killed.close();
        Await.until("it fell silent", () -> silent.equals(List.of(false, true)));
        assertFalse(node.publishedTopics().contains("/n"));
    }

    @ParameterizedTest
    @EnumSource(names = {"CYCLONE", "FAST"})
    void shouldWorkOnTheNetworksOfTheMachine(DdsPeer peer) {
        DomainSettings networks = new DomainSettings(domain, DomainSettings.Range.SUBNET, List.of());
        node = Ros2Node.open(new Ros2NodeConfig(networks, "dpros", "/", Ros2Arguments.none(), Map.of(), null, null));
        try (RosTool tool = peer.start(domain, "pub", "rt/n", "r"); RosTool ear = peer.start(domain, "sub", "rt/m", "r")) {
            node.subscribe("/n", "std_msgs/Int32", slots);
            Publication publication = node.advertise("/m", "std_msgs/Int32", TEN);
            Await.until("numbers", () -> slots.count() >= 5 && publication.subscribers() == 1);
            ear.awaitLine("writers 1");
            publication.publish(Map.of("data", 7));
            ear.awaitLine("got 7");
        }
    }

    @Test
    void shouldFindAPeerThatStaysOnLoopback() {
        String configuration = "<Domain Id=\"any\"><General><Interfaces><NetworkInterface name=\"lo\"/></Interfaces><AllowMulticast>false"
                + "</AllowMulticast></General><Discovery><ParticipantIndex>auto</ParticipantIndex><MaxAutoParticipantIndex>32"
                + "</MaxAutoParticipantIndex><Peers><Peer address=\"localhost\"/></Peers></Discovery></Domain>";
        try (RosTool tool = DdsPeer.CYCLONE.start(Map.of("CYCLONEDDS_URI", configuration), domain, "pub", "rt/n", "r")) {
            node(Map.of()).subscribe("/n", "std_msgs/Int32", slots);
            Await.until("numbers", () -> slots.count() >= 5);
        }
    }
}
