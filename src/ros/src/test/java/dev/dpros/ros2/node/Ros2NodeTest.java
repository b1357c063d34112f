package dev.dpros.ros2.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import dev.dpros.core.TopicQos;
import dev.dpros.core.Transport.LogLine;
import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.core.Transport.Severity;
import dev.dpros.core.Transport.Subscription;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros2.discovery.DomainSettings;
import dev.dpros.ros2.discovery.Durability;
import dev.dpros.ros2.discovery.EndpointQos;
import dev.dpros.ros2.message.Ros2Catalog;
import dev.dpros.ros2.names.Ros2Arguments;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Own nodes with each other. */
class Ros2NodeTest {
    private static final PublicationOptions TEN = new PublicationOptions(false, 10);
    private static final PublicationOptions LATCHED = new PublicationOptions(true, 1);

    private final int domain = 60 + (int) (ProcessHandle.current().pid() % 10);
    private final List<Ros2Node> open = new ArrayList<>();

    private Ros2Node node(String name, String... ros) {
        List<String> arguments = new ArrayList<>(List.of("--ros-args"));
        arguments.addAll(List.of(ros));
        Ros2Node node = Ros2Node.open(new Ros2NodeConfig(DomainSettings.local(domain), name, "/", Ros2Arguments.parse(arguments), Map.of(), null, null));
        open.add(node);
        return node;
    }

    @AfterEach
    void close() {
        open.forEach(Ros2Node::close);
    }

    private static Heard heard(String type) {
        return new Heard(Ros2Catalog.packaged().message(type));
    }

    private static void awaitPublisher(Subscription subscription, Publication publication) {
        Await.until("connected", () -> subscription.publishers() == 1 && publication.subscribers() == 1);
    }

    @Test
    void shouldExchangeMessagesBothWays() {
        Ros2Node one = node("one");
        Ros2Node two = node("two", "-r", "/chat:=/talk");
        Heard slots = heard("std_msgs/String");
        Publication publication = one.advertise("talk", "std_msgs/String", TEN);
        Subscription subscription = two.subscribe("chat", "std_msgs/String", slots);
        awaitPublisher(subscription, publication);
        publication.publish(Map.of("data", "hello"));
        Await.until("a message", () -> slots.count() == 1);
        assertEquals(Map.of("data", "hello"), slots.newest());
        assertEquals("std_msgs/String", subscription.messageType());
        assertEquals(1, subscription.received());
        subscription.close();
        Await.until("the subscriber gone", () -> publication.subscribers() == 0);
    }

    @Test
    void shouldKnowTheTypeOfWhatHasComeAfterItsPublisherHasGone() {
        Heard slots = heard("std_msgs/String");
        Subscription subscription = node("two").subscribe("talk", "std_msgs/String", slots);
        assertNull(subscription.messageType());
        Publication publication = node("one").advertise("talk", "std_msgs/String", TEN);
        awaitPublisher(subscription, publication);
        publication.publish(Map.of("data", "hello"));
        Await.until("a message", () -> slots.count() == 1);
        publication.close();
        Await.until("the publisher gone", () -> subscription.publishers() == 0);
        assertEquals("std_msgs/String", subscription.messageType());
        assertEquals(Ros2Catalog.packaged().message("std_msgs/String").definition(), subscription.messageDefinition());
    }

    /** As when a node records what it publishes itself. */
    @Test
    void shouldHearItsOwnTopicsAndServices() throws Exception {
        Ros2Node node = node("one");
        Publication publication = node.advertise("talk", "std_msgs/String", TEN);
        Heard slots = heard("std_msgs/String");
        Heard any = heard("std_msgs/String");
        Subscription subscription = node.subscribe("talk", "std_msgs/String", slots);
        node.subscribe("talk", "*", any);
        Await.until("connected", () -> publication.subscribers() == 2);
        publication.publish(Map.of("data", "hello"));
        Await.until("a message", () -> slots.count() == 1 && any.count() == 1);
        assertEquals(Map.of("data", "hello"), slots.newest());
        assertEquals(1, node.graph().count("/one"));
        try (AutoCloseable service = node.advertiseService("~/ask", "std_srvs/Trigger", request -> Map.of("success", true, "message", "yes"))) {
            assertEquals(Map.of("success", true, "message", "yes"), node.callService("~/ask", "std_srvs/Trigger", Map.of()));
        }
        publication.close();
        assertEquals(0, subscription.publishers());
    }

    @Test
    void shouldFollowTheWallClockWhileItIsOpen() {
        Ros2Node node = node("timely");
        Await.until("its clock is kept", () -> keepers() == 1);
        node.close();
        Await.until("no longer", () -> keepers() == 0);
    }

    private static long keepers() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().equals("ros2-clock-timely")).count();
    }

    @Test
    void shouldGiveLatecomersWhatIsLatched() {
        Publication publication = node("one").advertise("~/state", "std_msgs/String", LATCHED);
        publication.publish(Map.of("data", "a"));
        publication.publish(Map.of("data", "b"));
        Heard slots = heard("std_msgs/String");
        node("two").subscribe("/one/state", "std_msgs/String", slots);
        Await.until("the last message", () -> slots.count() == 1);
        assertEquals(Map.of("data", "b"), slots.newest());
    }

    @Test
    void shouldTakeBestEffortWritersAndReliableOnesOnOneTopic() {
        EndpointQos bestEffort = EndpointQos.of(false, Durability.VOLATILE, 5);
        Ros2Node one = Ros2Node.open(Ros2NodeConfig.local(domain, "one").withQos(Map.of("/camera", bestEffort)));
        open.add(one);
        Ros2Node reliable = node("reliable");
        Heard slots = heard("std_msgs/String");
        Subscription subscription = node("two").subscribe("/camera", "std_msgs/String", slots);
        Publication lossy = one.advertise("/camera", "std_msgs/String", TEN);
        Publication sure = reliable.advertise("/camera", "std_msgs/String", TEN);
        Await.until("both", () -> subscription.publishers() == 2 && lossy.subscribers() == 1 && sure.subscribers() >= 1);
        assertEquals(List.of(), subscription.refusals());
        lossy.publish(Map.of("data", "a"));
        Await.until("the first", () -> slots.count() == 1);
        sure.publish(Map.of("data", "b"));
        Await.until("the second", () -> slots.count() == 2);
        sure.publish(Map.of("data", "c"));
        Await.until("each once", () -> slots.count() == 3);
        assertEquals(3, subscription.received());
    }

    @Test
    void shouldUseTheQosThatWasAskedFor() {
        Ros2Node one = node("one");
        Ros2Node two = node("two");
        TopicQos lossy = new TopicQos(TopicQos.Reliability.BEST_EFFORT, null, 3);
        assertTrue(one.askQos("camera", lossy) && two.askQos("/camera", lossy));
        Publication publication = one.advertise("/camera", "std_msgs/String", TEN);
        Heard slots = heard("std_msgs/String");
        awaitPublisher(two.subscribe("camera", "std_msgs/String", slots), publication);
        List<String> told = two.participant().endpoints().stream().filter(endpoint -> endpoint.topic().equals("rt/camera"))
                .map(endpoint -> endpoint.qos().toString()).toList();
        assertEquals(List.of("best effort, volatile, keep last 3"), told);
        one.askQos("plain", new TopicQos(null, null, 7));
        one.advertise("plain", "std_msgs/String", TEN);
        Await.until("the other topic", () -> two.publishedTopics().contains("/plain"));
        assertTrue(two.participant().endpoints().stream().anyMatch(endpoint -> endpoint.topic().equals("rt/plain")
                && endpoint.qos().toString().equals("reliable, volatile, keep last 7")));
    }

    @Test
    void shouldAnswerServices() throws Exception {
        Ros2Node server = node("server");
        AutoCloseable service = server.advertiseService("~/go", "std_srvs/SetBool", request ->
                Map.of("success", request.get("data"), "message", "went"));
        Ros2Node client = node("client");
        assertEquals(Map.of("success", true, "message", "went"), client.callService("/server/go", "std_srvs/SetBool", Map.of("data", true)));
        assertEquals(Map.of("success", false, "message", "went"), client.callService("/server/go", "std_srvs/SetBool", Map.of("data", false)));
        service.close();
        InputException error = assertThrows(InputException.class, () -> client.callService("/server/go", "std_srvs/SetBool", Map.of()));
        assertTrue(error.getMessage().contains("/server/go is not offered"), error.getMessage());
    }

    @Test
    void shouldAnswerARefusalInTheFieldsThatServicesHaveForIt() {
        node("server").advertiseService("~/go", "std_srvs/Trigger", request -> {
            throw new InputException("the arm is not enabled");
        });
        assertEquals(Map.of("success", false, "message", "the arm is not enabled"),
                node("client").callService("/server/go", "std_srvs/Trigger", Map.of()));
    }

    @Test
    void shouldKnowTheNodesOfTheDomain() {
        Ros2Node one = node("one", "-r", "__ns:=/robot1");
        Ros2Node two = node("two");
        Await.until("both nodes", () -> one.graph().nodes().equals(List.of("/robot1/one", "/two")) && two.graph().nodes().equals(one.graph().nodes()));
        Publication publication = one.advertise("x", "std_msgs/String", TEN);
        Heard slots = heard("std_msgs/String");
        awaitPublisher(two.subscribe("/robot1/x", "std_msgs/String", slots), publication);
        assertTrue(two.publishedTopics().contains("/robot1/x"));
        Await.until("the writer's node", () -> two.participant().endpoints().stream().filter(endpoint -> endpoint.topic().equals("rt/robot1/x"))
                .allMatch(endpoint -> "/robot1/one".equals(two.graph().nodeOf(endpoint.guid()))));
        one.close();
        Await.until("one node", () -> two.graph().nodes().equals(List.of("/two")));
    }

    @Test
    void shouldShowAndGuardParameters() {
        Ros2Node node = node("arm", "-p", "limits.max:=[1.0, 2.0]", "-p", "rate:=10", "-p", "other:name:=x");
        Ros2Node other = node("other");
        node.settable("rate", value -> value.equals(20L) ? null : "only 20");
        assertEquals(10, node.getParameter("~rate"));
        assertEquals(Map.of("max", List.of(1.0, 2.0)), node.getParameter("limits"));
        assertNull(node.getParameter("name"));
        Map<String, Object> list = other.callService("/arm/list_parameters", "rcl_interfaces/ListParameters", Map.of());
        assertEquals(Map.of("names", List.of("limits.max", "rate", "use_sim_time"), "prefixes", List.of("limits")), list.get("result"));
        Map<?, ?> got = (Map<?, ?>) ((List<?>) other.callService("/arm/get_parameters", "rcl_interfaces/GetParameters",
                Map.of("names", List.of("rate"))).get("values")).get(0);
        assertEquals(10L, got.get("integer_value"));
        assertEquals(List.of(), other.callService("/arm/get_parameters", "rcl_interfaces/GetParameters",
                Map.of("names", List.of("rate", "none"))).get("values"));
        assertEquals(List.of("", "only 20", "parameter 'rate' is of type integer, not double"), List.of(set(other, "rate", ParameterValues.message(20L)),
                set(other, "rate", ParameterValues.message(30L)), set(other, "rate", ParameterValues.message(2.0))));
        assertTrue(set(other, "limits.max", ParameterValues.message(List.of(9.0))).contains("is read at the start"));
        assertTrue(set(other, "none", ParameterValues.message(1L)).contains("does not exist"));
        assertEquals(20, node.getParameter("rate"));
        Map<?, ?> described = (Map<?, ?>) ((List<?>) other.callService("/arm/describe_parameters", "rcl_interfaces/DescribeParameters",
                Map.of("names", List.of("limits.max"))).get("descriptors")).get(0);
        assertEquals(8, described.get("type"));
        assertEquals(true, described.get("read_only"));
    }

    private static String set(Ros2Node caller, String name, Map<String, Object> value) {
        Map<String, Object> result = caller.callService("/arm/set_parameters", "rcl_interfaces/SetParameters",
                Map.of("parameters", List.of(Map.of("name", name, "value", value))));
        Map<?, ?> first = (Map<?, ?>) ((List<?>) result.get("results")).get(0);
        assertEquals(((String) first.get("reason")).isEmpty(), first.get("successful"));
        return (String) first.get("reason");
    }

    @Test
    void shouldTellLogLinesAndParameterEvents() {
        Ros2Node one = node("one", "-r", "__ns:=/r");
        Ros2Node two = node("two");
        Heard lines = heard("rcl_interfaces/Log");
        Heard events = heard("rcl_interfaces/ParameterEvent");
        one.log(new LogLine(Severity.WARN, "careful", "Watch", "main"));
        two.subscribe("/rosout", "rcl_interfaces/Log", lines);
        Subscription changes = two.subscribe("/parameter_events", "rcl_interfaces/ParameterEvent", events);
        Await.until("the line from before", () -> lines.count() == 1);
        Map<String, Object> line = lines.newest();
        assertEquals(List.of(30, "r.one", "careful"), List.of(line.get("level"), line.get("name"), line.get("msg")));
        Await.until("events heard", () -> changes.publishers() == 2); // of both nodes
        int[] set = {0};
        Await.until("the event", () -> { // the publisher may know of the subscriber later than the subscriber of it
            one.setParameter("x/y" + set[0]++, 3);
            return events.count() >= 1;
        });
        Map<String, Object> event = events.newest();
        assertEquals("/r/one", event.get("node"));
        String name = (String) ((Map<?, ?>) ((List<?>) event.get("new_parameters")).get(0)).get("name");
        assertTrue(name.startsWith("x.y"), name);
    }

    @Test
    void shouldShareParametersWithOtherNodes() {
        Ros2Node robot = node("robot");
        Ros2Node policy = node("policy");
        Map<String, Object> tree = Map.of("rate", 25, "gain", 0.5, "on", true, "name", "arm", "joints", List.of("a", "b"));
        robot.setParameter("~limits", tree);
        Await.until("the node", () -> policy.graph().nodes().contains("/robot"));
        assertEquals(tree, policy.getParameter("/robot/limits"));
        assertEquals(0.5, policy.getParameter("/robot/limits/gain"));
        assertNull(policy.getParameter("/robot/nothing"));
        assertNull(policy.getParameter("/nobody/x"));
        policy.setParameter("/nobody/x", 1);
        assertThrows(InputException.class, () -> policy.setParameter("/robot/limits/gain", 2.0));
        robot.settable("limits/gain", value -> null);
        policy.setParameter("/robot/limits/gain", 2.0);
        assertEquals(2.0, robot.getParameter("limits.gain"));
        robot.deleteParameter("~limits");
        assertNull(policy.getParameter("/robot/limits"));
        assertThrows(InputException.class, () -> robot.deleteParameter("~limits"));
        assertNull(robot.getParameter("~"), "use_sim_time is every node's");
        assertEquals(false, policy.getParameter("/robot/use_sim_time"));
    }

    @Test
    void shouldLearnTheTypeFromThePublisher() {
        Ros2Node two = node("two");
        Heard early = heard("std_msgs/String");
        Subscription waiting = two.subscribe("/x", "*", early);
        assertNull(waiting.messageType());
        Publication publication = node("one").advertise("/x", "std_msgs/String", LATCHED);
        publication.publish(Map.of("data", "a"));
        Await.until("heard", () -> early.count() == 1);
        assertEquals("std_msgs/String", waiting.messageType());
        Heard late = heard("std_msgs/String");
        two.subscribe("/x", "*", late);
        Await.until("heard again", () -> late.count() == 1);
    }

    @Test
    void shouldCountItsTraffic() {
        Ros2Node one = node("one");
        Ros2Node two = node("two");
        Publication publication = one.advertise("x", "std_msgs/String", TEN);
        Heard slots = heard("std_msgs/String");
        Subscription subscription = two.subscribe("x", "std_msgs/String", slots);
        awaitPublisher(subscription, publication);
        publication.publish(Map.of("data", "a"));
        Await.until("counted", () -> two.traffic().in().get("/x").received() == 1 && one.traffic().out().get("/x").sent() == 1);
        subscription.close();
        assertTrue(two.traffic().in().isEmpty());
    }

    @Test
    void shouldFollowSimulatedTime() {
        Ros2Node world = node("world");
        Publication clock = world.advertise("/clock", "rosgraph_msgs/Clock", TEN);
        Ros2Node node = node("arm", "-p", "use_sim_time:=true");
        Await.until("heard", () -> clock.subscribers() == 1);
        clock.publish(Map.of("clock", 1_500_000_000L));
        Await.until("the time", () -> node.clock().rosNs() == 1_500_000_000L);
        Heard slots = heard("std_msgs/String");
        node.subscribe("/talk", "std_msgs/String", slots);
        Publication talk = world.advertise("/talk", "std_msgs/String", TEN);
        Await.until("connected", () -> talk.subscribers() == 1);
        talk.publish(Map.of("data", "now"));
        Await.until("a message", () -> slots.count() == 1);
        assertEquals(1_500_000_000L, slots.receivedRosNs(), "time of receipt");
        assertEquals("", set2(world, false));
        assertFalse(node.clock().rosNs() == 1_500_000_000L);
    }

    private static String set2(Ros2Node caller, boolean on) {
        return set(caller, "use_sim_time", ParameterValues.message(on));
    }

    @Test
    void shouldRefuseInOneLineWhatIsWrong() {
        Ros2Node one = node("one");
        one.advertise("x", "std_msgs/String", TEN);
        assertThrows(InputException.class, () -> one.advertise("/x", "std_msgs/String", TEN));
        assertThrows(InputException.class, () -> one.subscribe("x y", "std_msgs/String", heard("std_msgs/String")));
        Ros2Node two = node("two");
        Await.until("the topic", () -> two.publishedTopics().contains("/x"));
        InputException error = assertThrows(InputException.class, () -> two.subscribe("/x", "std_msgs/Int32", heard("std_msgs/String")));
        assertEquals("topic /x: type: expected std_msgs/Int32, found std_msgs/String; check with: ros2 topic info /x", error.getMessage());
    }
}
