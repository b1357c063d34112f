package dev.dpros.ros.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import dev.dpros.core.Transport.LogLine;
import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.core.Transport.Severity;
import dev.dpros.process.LogBridge;
import dev.dpros.ros.message.MessageSchema;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros.tcpros.ServiceCaller;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros.testing.CollectingSlots;
import dev.dpros.ros.testing.RosMasterProcess;
import dev.dpros.ros.testing.RosTool;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** Services, parameters, logging and time against the real master, tools and rospy. */
@Tag("realpeer")
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class RosNodeServicesTest {
    private static final String SERVER = """
            import rospy
            from std_srvs.srv import SetBool, SetBoolResponse, Trigger
            rospy.init_node('server', disable_signals=True)
            def fail(request):
                raise ValueError('out of paper')
            rospy.Service('/flip', SetBool, lambda r: SetBoolResponse(not r.data, 'flipped'))
            rospy.Service('/fail', Trigger, fail)
            print('ready', flush=True)
            rospy.spin()
            """;
    private static final String CLIENT = """
            import rospy
            from std_srvs.srv import SetBool
            rospy.init_node('client', disable_signals=True)
            rospy.wait_for_service('/echo', 10)
            proxy = rospy.ServiceProxy('/echo', SetBool, persistent=True)
            print([proxy(True).success, proxy(False).success, proxy(True).message], flush=True)
            """;
    private static final String SIM_TIME = """
            import rospy
            from rosgraph_msgs.msg import Clock
            rospy.init_node('clock', disable_signals=True)
            pub = rospy.Publisher('/clock', Clock, queue_size=1, latch=True)
            pub.publish(Clock(rospy.Time(42, 7)))
            import time
            while True:
                time.sleep(1)
            """;

    private static RosMasterProcess master;
    private RosNode node;

    @BeforeAll
    static void startMaster() {
        master = RosMasterProcess.roscore();
    }

    @AfterAll
    static void stopMaster() {
        if (master != null) {
            master.close();
        }
    }

    @BeforeEach
    void connect() {
        node = RosNode.connect(new RosNodeConfig(master.uri(), "127.0.0.1", "dpros_test", "/ns",
                Map.of("echo", "/echo"), Map.of("gain", 2.5, "joints", List.of("a", "b")), null));
    }

    @AfterEach
    void close() {
        node.close();
    }

    private static String run(String... command) {
        return RosTool.run(master.uri(), command);
    }

    @Test
    void shouldAnswerRosserviceAndShowItsType() throws Exception {
        try (AutoCloseable service = node.advertiseService("~reset", "std_srvs/Trigger",
                request -> Map.of("success", true, "message", "fault cleared"))) {
            String answer = run("/usr/bin/rosservice", "call", "/ns/dpros_test/reset");
            assertTrue(answer.contains("success: True") && answer.contains("message: \"fault cleared\""), answer);
            assertEquals("std_srvs/Trigger", run("/usr/bin/rosservice", "type", "/ns/dpros_test/reset").strip());
            assertTrue(run("/usr/bin/rosservice", "list").contains("/ns/dpros_test/reset"));
            service.close();
            assertFalse(run("/usr/bin/rosservice", "list").contains("/ns/dpros_test/reset"));
        }
    }

    @Test
    void shouldAnswerAHandlersFailureWithItsReason() {
        node.advertiseService("/broken", "std_srvs/Trigger", request -> {
            throw new IllegalStateException("no policy is loaded");
        });
        String answer = run("/usr/bin/rosservice", "call", "/broken");
        assertTrue(answer.contains("no policy is loaded"), answer);
    }

    @Test
    void shouldServeAPersistentRospyClientUnderARemappedName() {
        node.advertiseService("echo", "std_srvs/SetBool",
                request -> Map.of("success", request.get("data"), "message", "ok"));
        try (RosTool client = RosTool.rospy(master.uri(), CLIENT)) {
            client.awaitLine("[True, False, 'ok']");
        }
    }

    @Test
    void shouldCallRospyServices() {
        try (RosTool server = RosTool.rospy(master.uri(), SERVER)) {
            server.awaitLine("ready");
            assertEquals(Map.of("success", true, "message", "flipped"),
                    node.callService("/flip", "std_srvs/SetBool", Map.of("data", false)));
            try (ServiceCaller persistent = node.persistentService("/flip", "std_srvs/SetBool")) {
                assertEquals(false, persistent.call(Map.of("data", true)).get("success"));
                assertEquals(true, persistent.call(Map.of("data", false)).get("success"));
            }
            InputException failed = assertThrows(InputException.class,
                    () -> node.callService("/fail", "std_srvs/Trigger", Map.of()));
            assertTrue(failed.getMessage().contains("out of paper"), failed.getMessage());
            InputException type = assertThrows(InputException.class,
                    () -> node.callService("/flip", "std_srvs/Trigger", Map.of()));
            assertTrue(type.getMessage().contains("md5sums do not match"), type.getMessage());
            assertTrue(node.isServiceAvailable("/flip"));
        }
        InputException gone = assertThrows(InputException.class,
                () -> node.callService("/nowhere", "std_srvs/Trigger", Map.of()));
        assertTrue(gone.getMessage().contains("service /nowhere is not offered by any node"), gone.getMessage());
        assertFalse(node.isServiceAvailable("/nowhere"));
    }

    @Test
    void shouldSetItsPrivateParametersAtTheStart() {
        assertEquals("2.5", run("/usr/bin/rosparam", "get", "/ns/dpros_test/gain").strip());
        assertEquals(List.of("a", "b"), node.getParameter("~joints"));
    }

    @Test
    void shouldShareParametersWithRosparam() {
        run("/usr/bin/rosparam", "set", "/ns/tree", "{a: 1, b: {c: true, d: text, e: [1.5, 2.5]}}");
        assertEquals(Map.of("a", 1, "b", Map.of("c", true, "d", "text", "e", List.of(1.5, 2.5))),
                node.getParameter("tree"));
        node.setParameter("tree/b", Map.of("x", 7));
        assertEquals("x: 7", run("/usr/bin/rosparam", "get", "/ns/tree/b").strip());
        assertNull(node.getParameter("absent"));
        assertTrue(node.hasParameter("tree"));
        assertEquals("/ns/tree", node.searchParameter("tree"));
        assertTrue(node.parameterNames().contains("/ns/tree/a"));
        node.deleteParameter("tree");
        assertFalse(node.hasParameter("tree"));
    }

    @Test
    void shouldHearOfParameterChanges() throws InterruptedException {
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        node.watchParameter("~mode", value -> seen.add(String.valueOf(value)));
        assertEquals("null", seen.poll(10, TimeUnit.SECONDS));
        run("/usr/bin/rosparam", "set", "/ns/dpros_test/mode", "fast");
        assertEquals("fast", seen.poll(20, TimeUnit.SECONDS));
        node.setParameter("~mode", "slow");
        assertEquals("slow", seen.poll(20, TimeUnit.SECONDS));
        assertEquals("slow", node.cachedParameter("~mode"));
        run("/usr/bin/rosparam", "delete", "/ns/dpros_test/mode");
        assertEquals("null", seen.poll(20, TimeUnit.SECONDS));
    }

    @Test
    void shouldLogToRosout() {
        LogBridge bridge = new LogBridge(node::log);
        CollectingSlots slots = new CollectingSlots();
        MessageSchema log = SchemaCatalog.packaged().message("rosgraph_msgs/Log");
        node.subscribe("/rosout_agg", "rosgraph_msgs/Log", slots);
        LoggerFactory.getLogger(RosNodeServicesTest.class).warn("camera {} is stale", "left");
        bridge.close();
        Map<String, Object> line = slots.nextWhere(log, message -> message.get("msg").equals("camera left is stale"));
        assertEquals("/ns/dpros_test", line.get("name"));
        assertEquals(Rosout.WARN, line.get("level"));
        assertTrue(((List<?>) line.get("topics")).contains("/rosout"));
        node.log(new LogLine(Severity.INFO, "plain", "", ""));
        slots.nextWhere(log, message -> message.get("msg").equals("plain"));
    }

    @Test
    void shouldListAndSetLoggerLevels() {
        String name = "dev.dpros.test.levels";
        LoggerFactory.getLogger(name);
        run("/usr/bin/rosservice", "call", "/ns/dpros_test/set_logger_level", name, "debug");
        assertTrue(LoggerFactory.getLogger(name).isDebugEnabled());
        String loggers = run("/usr/bin/rosservice", "call", "/ns/dpros_test/get_loggers");
        assertTrue(loggers.contains("name: \"" + name + "\"\n    level: \"debug\""), loggers);
        String refused = run("/usr/bin/rosservice", "call", "/ns/dpros_test/set_logger_level", name, "loud");
        assertTrue(refused.contains("expected debug, info, warn, error, fatal"), refused);
    }

    @Test
    void shouldFollowClockIfAndOnlyIfSimTimeIsSet() {
        try (RosTool clock = RosTool.rospy(master.uri(), SIM_TIME)) {
            node.setParameter("/use_sim_time", true);
            try (RosNode simulated = RosNode.connect(RosNodeConfig.local(master.uri(), "simulated"))) {
                Await.until("the time of /clock", () -> simulated.clock().rosNs() == 42_000_000_007L);
                Publication publication = simulated.advertise("/stamped", "std_msgs/String",
                        new PublicationOptions(false, 1));
                assertEquals(0, publication.subscribers(), clock.output());
            } finally {
                node.setParameter("/use_sim_time", false);
            }
            assertTrue(node.clock().rosNs() > 1_000_000_000_000_000_000L, "wall time again");
        }
    }
}
