package dev.dpros.ros.master;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import dev.dpros.ros.testing.RosTool;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** rospy, roscpp, roslaunch, rostest and the command-line tools as clients of the embedded master. */
@Tag("realpeer")
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
class EmbeddedMasterPeersTest {
    private static final String RELAY = "/usr/lib/topic_tools/relay";
    private static final String TALKER = """
            import rospy, sys
            from std_msgs.msg import String
            from std_srvs.srv import Trigger, TriggerResponse
            rospy.init_node(sys.argv[1])
            rospy.on_shutdown(lambda: sys.stdout.write('leaving\\n'))
            service = rospy.Service('~ask', Trigger, lambda request: TriggerResponse(True, 'asked'))
            publisher = rospy.Publisher('chat', String, queue_size=10)
            print('ready')
            rate = rospy.Rate(20)
            while not rospy.is_shutdown():
                publisher.publish('hello')
                try:
                    rate.sleep()
                except rospy.ROSInterruptException:
                    pass
            """;
    private static final String LISTENER = """
            import rospy
            from std_msgs.msg import String
            rospy.init_node('listener')
            rospy.Subscriber('chat_out', String, lambda message: print('heard ' + message.data))
            print('ready')
            rospy.spin()
            """;

    private final List<RosTool> tools = new ArrayList<>();
    private EmbeddedMaster master;

    @TempDir
    private Path folder;

    @BeforeEach
    void start() {
        RosTool.assumeInstalled("roslaunch", "rostopic", "rosnode", "rosparam", "rosservice");
        master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
    }

    @AfterEach
    void stop() {
        tools.forEach(RosTool::close);
        if (master != null) {
            master.close();
        }
    }

    @Test
    void shouldConnectRospyAndRoscppNodes() {
        startTalker("talker");
        opened(RosTool.start(master.uri(), RELAY, "/chat", "/chat_out"));
        opened(RosTool.rospy(master.uri(), LISTENER)).awaitLine("heard hello");
    }

    @Test
    void shouldServeRostopic() {
        startTalker("talker");
        assertTrue(run("rostopic", "list", "-v").contains("/chat [std_msgs/String] 1 publisher"));
        assertTrue(run("rostopic", "info", "/chat").contains("* /talker (http://127.0.0.1:"));
        assertEquals("std_msgs/String", run("rostopic", "type", "/chat").strip());
        assertTrue(run("rostopic", "echo", "-n", "2", "/chat").contains("data: \"hello\""));
        opened(RosTool.start(master.uri(), "/usr/bin/rostopic", "hz", "/chat")).awaitLine("average rate: ");
    }

    @Test
    void shouldServeRosnode() {
        RosTool talker = startTalker("talker");
        assertEquals("/talker", run("rosnode", "list").strip());
        String info = run("rosnode", "info", "/talker");
        assertTrue(info.contains("/chat [std_msgs/String]") && info.contains("/talker/ask"), info);
        assertTrue(run("rosnode", "ping", "-c", "2", "/talker").contains("ping average"));
        assertTrue(run("rosnode", "kill", "/talker").contains("killed"));
        talker.awaitLine("leaving");
        talker.awaitExit();
        assertEquals("", run("rosnode", "list").strip(), "a node that ends in order unregisters everything");
    }

    @Test
    void shouldKeepKilledNodesUntilCleanup() {
        startTalker("talker").kill();
        assertEquals("/talker", run("rosnode", "list").strip());
        assertTrue(run("rosnode", "ping", "-c", "1", "/talker").contains("connection refused"));
        RosTool cleanup = opened(RosTool.start(master.uri(), "/usr/bin/rosnode", "cleanup"));
        cleanup.send("y");
        cleanup.awaitExit();
        assertEquals("", run("rosnode", "list").strip());
    }

    @Test
    void shouldShutDownTheOlderOfTwoNodesWithOneName() {
        RosTool older = startTalker("twin");
        RosTool newer = startTalker("twin");
        older.awaitLine("leaving");
        older.awaitExit();
        assertTrue(newer.isAlive());
        assertTrue(run("rosservice", "call", "/twin/ask").contains("message: \"asked\""));
    }

    @Test
    void shouldServeRosparam() throws IOException {
        Path yaml = Files.writeString(folder.resolve("in.yaml"), """
                gains: {p: 1.5, i: 2, name: "left arm", on_start: true}
                joints: [a, b, [1, 2.5]]
                """);
        run("rosparam", "load", yaml.toString(), "/robot");
        assertEquals("1.5", run("rosparam", "get", "/robot/gains/p").strip());
        run("rosparam", "set", "/robot/gains/p", "3");
        run("rosparam", "delete", "/robot/gains/i");
        assertEquals(Set.of("/robot/gains/p", "/robot/gains/name", "/robot/gains/on_start", "/robot/joints",
                "/run_id", "/rosdistro", "/rosversion"), new TreeSet<>(run("rosparam", "list").lines().toList()));
        Path dump = folder.resolve("out.yaml");
        run("rosparam", "dump", dump.toString(), "/robot");
        String dumped = Files.readString(dump);
        for (String part : List.of("p: 3", "left arm", "on_start: true", "2.5")) {
            assertTrue(dumped.contains(part), part + " in " + dumped);
        }
        assertTrue(run("rosparam", "get", "/robot/gains/i").contains("is not set"));
    }

    @Test
    void shouldServeRosservice() {
        startTalker("talker");
        opened(RosTool.start(master.uri(), "/usr/lib/topic_tools/mux", "mux_out", "chat", "chat_two"));
        assertTrue(run("rosservice", "list").contains("/talker/ask"));
        assertTrue(run("rosservice", "info", "/talker/ask").contains("Type: std_srvs/Trigger"));
        assertTrue(run("rosservice", "call", "/talker/ask").contains("success: True"));
        while (!run("rosservice", "list").contains("/mux/select")) {
            Thread.onSpinWait(); // bounded by the class's time limit
        }
        assertTrue(run("rosservice", "info", "/mux/select").contains("Type: topic_tools/MuxSelect"));
        assertTrue(run("rosservice", "call", "/nothing/there").contains("is not available"));
    }

    @Test
    void shouldUpdateParametersThatRospyCaches() {
        RosTool watcher = opened(RosTool.rospy(master.uri(), """
                import rospy
                rospy.init_node('watcher')
                rospy.set_param('/gain', 1)
                seen = None
                print('ready')
                while not rospy.is_shutdown():
                    gain = rospy.get_param_cached('/gain')
                    if gain != seen:
                        print('gain %s' % gain)
                        seen = gain
                    rospy.rostime.wallsleep(0.01)
                """));
        watcher.awaitLine("gain 1");
        run("rosparam", "set", "/gain", "2");
        watcher.awaitLine("gain 2");
    }

    @Test
    void shouldServeRoslaunchWithParametersRemapsAndRequiredNodes() throws IOException {
        Path launch = Files.writeString(folder.resolve("robot.launch"), """
                <launch>
                  <param name="gain" value="2.5"/>
                  <rosparam>{limits: {low: -1, high: 1}, names: [a, b]}</rosparam>
                  <group ns="arm">
                    <node pkg="topic_tools" type="relay" name="relay" args="in out" required="true">
                      <remap from="in" to="/chat"/>
                      <param name="depth" value="4"/>
                    </node>
                  </group>
                  <node pkg="rostopic" type="rostopic" name="talker" args="pub -r 20 /talk std_msgs/String hello">
                    <remap from="/talk" to="/chat"/>
                  </node>
                </launch>
                """);
        RosTool launched = opened(RosTool.start(master.uri(), "/usr/bin/roslaunch", launch.toString()));
        launched.awaitLine("process[talker-2]: started");
        assertTrue(run("rostopic", "echo", "-n", "1", "/arm/out").contains("hello"));
        assertEquals("-1", run("rosparam", "get", "/limits/low").strip());
        assertEquals("4", run("rosparam", "get", "/arm/relay/depth").strip());
        assertTrue(run("rosnode", "kill", "/arm/relay").contains("killed"));
        launched.awaitLine("REQUIRED process [arm/relay-1] has died");
        assertEquals(0, launched.awaitExit());
        assertFalse(run("rosnode", "list").contains("/arm/relay"));
    }

    @Test
    void shouldAggregateTheLogsOfAllNodes() throws Exception {
        try (RosNode node = RosNode.connect(RosNodeConfig.local(master.uri(), RosoutRelay.NODE_NAME));
                RosoutRelay relay = new RosoutRelay(node)) {
            RosTool echo = opened(RosTool.start(master.uri(), "/usr/bin/rostopic", "echo", "/rosout_agg/msg"));
            for (String name : List.of("one", "two")) {
                opened(RosTool.rospy(master.uri(), """
                        import rospy, sys
                        rospy.init_node(sys.argv[1])
                        while not rospy.is_shutdown():
                            rospy.loginfo('log of ' + sys.argv[1])
                            rospy.rostime.wallsleep(0.1)
                        """, name));
                echo.awaitLine("log of " + name);
            }
            assertTrue(run("rosnode", "info", "/rosout").contains("/rosout_agg [rosgraph_msgs/Log]"));
        }
    }

    @Test
    void shouldServeRostest() throws IOException {
        RosTool.assumeInstalled("rostest");
        Path check = Files.writeString(folder.resolve("check.py"), """
                #!/usr/bin/python3
                import rospy, rostest, unittest
                from std_msgs.msg import String
                class Chat(unittest.TestCase):
                    def test_message(self):
                        rospy.init_node('check')
                        self.assertEqual('hello', rospy.wait_for_message('/chat', String, 20).data)
                        self.assertEqual(7, rospy.get_param('~seven'))
                rostest.rosrun('topic_tools', 'chat', Chat)
                """);
        assertTrue(check.toFile().setExecutable(true));
        Files.writeString(folder.resolve("package.xml"), """
                <package format="2"><name>check_pkg</name><version>0.0.1</version><description>d</description>
                <maintainer email="a@example.com">a</maintainer><license>Apache-2.0</license></package>
                """);
        Path launch = Files.writeString(folder.resolve("chat.test"), """
                <launch>
                  <node pkg="rostopic" type="rostopic" name="talker" args="pub -r 20 /chat std_msgs/String hello"/>
                  <test test-name="chat" pkg="check_pkg" type="check.py" time-limit="25"><param name="seven" value="7"/></test>
                </launch>
                """);
        RosTool rostest = opened(RosTool.start(master.uri(),
                Map.of("ROS_PACKAGE_PATH", folder + ":/usr/share"),
                List.of("/usr/bin/rostest", "--reuse-master", "--text", launch.toString())));
        assertEquals(0, rostest.awaitExit(), rostest.output());
        assertTrue(rostest.output().contains("RESULT: SUCCESS"), rostest.output());
    }

    private RosTool startTalker(String name) {
        RosTool talker = opened(RosTool.rospy(master.uri(), TALKER, name));
        talker.awaitLine("ready");
        return talker;
    }

    private RosTool opened(RosTool tool) {
        tools.add(tool);
        return tool;
    }

    private String run(String tool, String... arguments) {
        List<String> command = new ArrayList<>(List.of("/usr/bin/" + tool));
        command.addAll(List.of(arguments));
        return RosTool.run(master.uri(), command.toArray(new String[0]));
    }
}
