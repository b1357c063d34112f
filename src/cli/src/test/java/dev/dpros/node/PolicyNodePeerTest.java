package dev.dpros.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.checkpoint.Safetensors;
import dev.dpros.cli.run.PolicyProcess;
import dev.dpros.core.TensorData;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros.testing.RosMasterProcess;
import dev.dpros.ros.testing.RosTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/** The control node among rospy publishers of any type, which come, go and change, and masters which restart. */
@Tag("realpeer")
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock("processes")
class PolicyNodePeerTest {
    private static final String STATE = "diffusion_policy_msgs/ControllerState";
    private static final String DIAGNOSTICS = "diagnostic_msgs/DiagnosticArray";
    private static final int NOMINAL = 0;
    private static final int HOLD = 2;
    private static final String CUSTOM = """
            import rospy, time
            from genpy.dynamic import generate_dynamic
            text = '''std_msgs/Header header
            string tool
            lab_msgs/Reading[] readings
            ''' + '=' * 80 + '''
            MSG: lab_msgs/Reading
            float32 force
            float64[2] position
            ''' + '=' * 80 + '''
            MSG: std_msgs/Header
            uint32 seq
            time stamp
            string frame_id
            '''
            types = generate_dynamic('lab_msgs/Tool', text)
            rospy.init_node('tool')
            publisher = rospy.Publisher('/tool', types['lab_msgs/Tool'], queue_size=1)
            print('ready')
            while not rospy.is_shutdown():
                message = types['lab_msgs/Tool'](tool='gripper', readings=[
                    types['lab_msgs/Reading'](force=1.0, position=[200.0, 300.0])])
                message.header.stamp = rospy.Time.now()
                publisher.publish(message)
                time.sleep(0.02)
            """;

    private static final String GRIPPER = """
            import rospy, time
            from sensor_msgs.msg import JointState
            rospy.init_node('gripper')
            publishers = [rospy.Publisher(topic, JointState, queue_size=1) for topic in ('/joint_states', '/measured')]
            print('ready')
            while not rospy.is_shutdown():
                message = JointState(name=['y'], position=[300.0])
                message.header.stamp = rospy.Time.now()
                for publisher in publishers:
                    publisher.publish(message)
                time.sleep(0.05)
            """;

    private final List<AutoCloseable> started = new ArrayList<>();
    private RosMasterProcess master;

    @TempDir
    private Path folder;

    @BeforeEach
    void startMaster() {
        RosTool.assumeInstalled("rosmaster", "rostopic", "rosservice", "rosparam");
        master = RosMasterProcess.rosmaster();
    }

    @AfterEach
    void stop() throws Exception {
        for (int i = started.size() - 1; i >= 0; i--) {
            started.get(i).close();
        }
        if (master != null) {
            master.close();
        }
    }

    private <T extends AutoCloseable> T own(T resource) {
        started.add(resource);
        return resource;
    }

    private RosTool world() {
        RosTool world = own(RosTool.rospy(master.uri(), PolicyProcess.WORLD));
        world.awaitLine("ready");
        return world;
    }

    private PolicyProcess run(String... replacements) {
        return own(PolicyProcess.start(master.uri(), PolicyProcess.config(folder, replacements))).awaitReady();
    }

    private OwnTopic topic(String name, String type) {
        return own(new OwnTopic(master.uri(), name, type));
    }

    private static Predicate<Map<String, Object>> state(int state) {
        return message -> ((Number) message.get("state")).intValue() == state;
    }

    /** A diagnostics message in which the named status says so. */
    private static Predicate<Map<String, Object>> says(String name, String text) {
        return message -> ((List<?>) message.get("status")).stream().map(status -> (Map<?, ?>) status)
                .anyMatch(status -> status.get("name").equals("dpros: " + name) && status.get("message").toString().contains(text));
    }

    @Test
    void shouldNameSourcesWhoseStampsDoNotFitItsClockAndNotDriveOnThem() {
        own(RosTool.rospy(master.uri(), PolicyProcess.WORLD.replace("j.header.stamp = p.header.stamp = stamp",
                "j.header.stamp, p.header.stamp = stamp - rospy.Duration(1.2), stamp + rospy.Duration(4)"))).awaitLine("ready");
        PolicyProcess policy = run("{topic: /joint_states, field: \"position[x,y]\"}", "{topic: /joint_states, field: \"position[x,y]\"}");
        OwnTopic diagnostics = topic("/diagnostics", DIAGNOSTICS);
        diagnostics.await(says("source observation.state", "joint states /joint_states are stamped 1.2 s behind this node's clock"));
        diagnostics.await(says("source observation.environment_state", "input /keypoints is stamped 4.0 s ahead of this node's clock"));
        diagnostics.await(says("watchdog", "stamps offset: joint states /joint_states"));
        assertTrue(policy.isRunning());
    }

    @Test
    void shouldNotDriveWhileAnInputThatWasConstantInTrainingDiffers() throws Exception {
        own(RosTool.rospy(master.uri(), PolicyProcess.WORLD.replace("position=[200.0, 300.0]",
                "position=[200.0, 300.0 + rospy.get_param('/off', 0.0)]"))).awaitLine("ready");
        PolicyProcess policy = run("policy: " + Path.of("models/pusht_keypoints").toAbsolutePath(), "policy: " + constantY());
        OwnTopic states = topic("/dpros/state", STATE);
        states.await(state(NOMINAL));
        OwnTopic diagnostics = topic("/diagnostics", DIAGNOSTICS);
        RosTool.run(master.uri(), "/usr/bin/rosparam", "set", "/off", "0.5");
        states.await(message -> "constant_input".equals(message.get("reason")));
        diagnostics.await(says("watchdog", "constant input differs: /joint_states, observation.state[1] (y) is 300.5, "
                + "was 300 throughout the training data (allowed: 0.03 off)"));
        states.await(state(HOLD));
        RosTool.run(master.uri(), "/usr/bin/rosparam", "set", "/off", "0.01");
        states.await(state(NOMINAL));
        assertTrue(policy.isRunning());
    }

    /** The shipped policy, as if y had been 300 in all of its data. */
    private Path constantY() throws IOException {
        Path copy = Files.createDirectory(folder.resolve("constant"));
        try (Stream<Path> files = Files.list(Path.of("models/pusht_keypoints"))) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
        Path statistics = copy.resolve("policy_preprocessor_step_3_normalizer_processor.safetensors");
        Map<String, TensorData> tensors = new LinkedHashMap<>(Safetensors.read(statistics));
        tensors.put("observation.state.min", TensorData.of(new float[] {0, 300}, 2));
        tensors.put("observation.state.max", TensorData.of(new float[] {512, 300}, 2));
        Path changed = folder.resolve("changed");
        Safetensors.write(changed, tensors);
        Files.move(changed, statistics, StandardCopyOption.REPLACE_EXISTING);
        return copy;
    }

    @Test
    void shouldSayWhichTopicItWaitsForAndWhatIsNearIt() {
        world();
        OwnTopic log = topic("/rosout", "rosgraph_msgs/Log");
        run("{topic: /joint_states, field: \"position[x,y]\"}", "{topic: /joint_state, field: \"position[x,y]\"}");
        log.await(message -> message.get("msg").equals(
                "waiting for /joint_state (no publisher; nearest name /joint_states)"));
    }

    @Test
    void shouldSayThatItWaitsForTheDeadManSwitchItsPublisherFirstThenItsFirstTrue() {
        world();
        OwnTopic log = topic("/rosout", "rosgraph_msgs/Log");
        PolicyProcess policy = run("autostart: true", "autostart: true, enable_timeout_ms: 1000");
        assertTrue(policy.error().contains("waiting for /dpros/enable"), policy.error());
        log.await(message -> message.get("msg").toString().startsWith("waiting for /dpros/enable (the dead-man switch, no publisher"));
        RosTool released = own(RosTool.start(master.uri(), "/usr/bin/rostopic", "pub", "-r", "20", "/dpros/enable", "std_msgs/Bool", "false"));
        log.await(message -> message.get("msg").equals("waiting for true on /dpros/enable (the dead-man switch was not held yet)"));
        released.kill();
        own(RosTool.start(master.uri(), "/usr/bin/rostopic", "pub", "-r", "20", "/dpros/enable", "std_msgs/Bool", "true"));
        log.await(message -> message.get("msg").toString().contains("enable: no longer waited for"));
    }

    @Test
    void shouldNameASimulatedClockThatStopsInMidRunWithItsAge() {
        RosTool.run(master.uri(), "/usr/bin/rosparam", "set", "/use_sim_time", "true");
        RosTool world = world();
        OwnTopic log = topic("/rosout", "rosgraph_msgs/Log");
        OwnTopic states = topic("/dpros/state", STATE);
        run();
        states.await(state(NOMINAL));
        world.kill();
        log.await(message -> message.get("msg").toString().matches(
                "waiting for /clock \\(it stands still at 1\\d+\\.\\d{3} s, for 3\\.\\d s; use_sim_time is true\\)"));
        topic("/diagnostics", DIAGNOSTICS).await(message -> message.toString().contains("waiting for /clock (it stands still at"));
        world();
        log.await(message -> message.get("msg").toString().startsWith("/clock: no longer waited for, after"));
    }

    @Test
    void shouldReadATypeThatOnlyItsPublisherKnows() {
        world();
        run("{topic: /joint_states, field: \"position[x,y]\"}",
                "{topic: /tool, type: lab_msgs/Tool, field: \"readings[0].position\"}", "frame_id: world",
                "frame_id: world\n  measured: {topic: /tool, type: lab_msgs/Tool, field: \"readings[0].position\"}");
        OwnTopic states = topic("/dpros/state", STATE);
        states.await(state(HOLD));
        own(RosTool.rospy(master.uri(), CUSTOM)).awaitLine("ready");
        assertEquals(300.0, ((double[]) states.await(state(NOMINAL)).get("measured"))[1]);
    }

    @Test
    void shouldNameAFieldThatThePublishersTypeDoesNotHave() {
        run("{topic: /joint_states, field: \"position[x,y]\"}", "{topic: /tool, type: \"*\", field: \"readings[0].positoin\"}");
        own(RosTool.rospy(master.uri(), CUSTOM)).awaitLine("ready");
        topic("/diagnostics", DIAGNOSTICS).await(says("source observation.state", "topic /tool: field path "
                + "'readings[0].positoin': lab_msgs/Reading has no field 'positoin'; did you mean 'position'?"));
    }

    @Test
    void shouldRefuseToStartOnATopicOfAnotherType() {
        world();
        PolicyProcess policy = own(PolicyProcess.start(master.uri(), PolicyProcess.config(folder,
                "{topic: /joint_states, field: \"position[x,y]\"}",
                "{topic: /joint_states, type: lab_msgs/Tool, field: \"position\"}")));
        assertEquals(2, policy.awaitExit());
        assertEquals("dpros: topic /joint_states: type: expected lab_msgs/Tool, found sensor_msgs/JointState; "
                + "check with: rostopic info /joint_states", policy.error().strip());
    }

    @Test
    void shouldSurviveAPublisherThatChangesItsTypeIsKilledAndComesBackAndAMasterThatRestarts() {
        run();
        OwnTopic states = topic("/dpros/state", STATE);
        RosTool wrong = own(RosTool.start(master.uri(), "/usr/bin/rostopic", "pub", "-r", "20", "/joint_states",
                "std_msgs/String", "text"));
        topic("/diagnostics", DIAGNOSTICS).await(says("source observation.state", "publisher refused: "));
        wrong.kill();
        RosTool world = world();
        states.await(state(NOMINAL));

        world.kill();
        states.await(message -> state(HOLD).test(message) && "joint_state_stale".equals(message.get("reason")));
        RosTool again = world();
        states.await(state(NOMINAL));

        master.kill();
        long tick = (long) states.next().get("tick");
        states.await(message -> (long) message.get("tick") > tick + 25 && state(NOMINAL).test(message));
        master.restart();
        Await.until("registered again", () -> RosTool.run(master.uri(), "/usr/bin/rosservice", "list").contains("/dpros/stop"));
        assertTrue(RosTool.run(master.uri(), "/usr/bin/rosservice", "call", "/dpros/stop").contains("success: True"));
        states.await(message -> "operator_stop".equals(message.get("reason")));
        assertTrue(again.isAlive());
    }

    @Test
    void shouldMergeTheJointsOfTwoPublishersByNameAndNameTheOneThatStops() {
        own(RosTool.rospy(master.uri(), PolicyProcess.WORLD.replace("name=['x', 'y'], position=[200.0, 300.0]",
                "name=['x', 'wheel'], position=[200.0, 7.0]"))).awaitLine("ready");
        run("frame_id: world", "frame_id: world\n  measured: {topic: /measured, field: \"position[x,y]\"}");
        OwnTopic states = topic("/dpros/state", STATE);
        OwnTopic diagnostics = topic("/diagnostics", DIAGNOSTICS);
        diagnostics.await(says("source observation.state", "topic /joint_states: names missing: y (never came)"));
        RosTool gripper = own(RosTool.rospy(master.uri(), GRIPPER));
        gripper.awaitLine("ready");
        diagnostics.await(says("source measured", "topic /measured: names missing: x (never came)"));
        diagnostics.await(says("watchdog", "joint state stale: measured /measured, names missing: x (never came), allowed 500 ms"));
        RosTool arm = own(RosTool.rospy(master.uri(), GRIPPER.replace("'gripper'", "'arm'").replace("['y']", "['x']")
                .replace("300.0", "200.0").replace("'/joint_states', ", "'/joint_states_2', ")));
        arm.awaitLine("ready");
        states.await(state(NOMINAL));
        diagnostics.await(says("source observation.state", "fresh"));

        gripper.kill();
        states.await(state(HOLD));
        diagnostics.await(says("watchdog", "joint state stale: /joint_states, names missing: y (came "));
        own(RosTool.rospy(master.uri(), GRIPPER)).awaitLine("ready");
        states.await(state(NOMINAL));
    }

    @Test
    void shouldEndWithTheReasonWhenAnotherNodeTakesItsName() {
        PolicyProcess policy = run();
        own(RosTool.rospy(master.uri(), "import rospy; rospy.init_node('dpros'); print('ready'); rospy.spin()")).awaitLine("ready");
        assertEquals(1, policy.awaitExit());
        assertTrue(policy.error().contains("dpros: shut down by the master: ") && policy.error().contains("new node registered"),
                policy.error());
    }

    @Test
    void shouldKeepItsPaceWhenASubscriberStopsReading() {
        world();
        run("frame_id: world", "frame_id: " + "w".repeat(60_000), "plan: {dims: [x, y]}", "chunk: false");
        RosTool reader = own(RosTool.start(master.uri(), "/usr/bin/rostopic", "echo", "--noarr", "--nostr", "/command"));
        OwnTopic states = topic("/dpros/state", STATE);
        OwnTopic diagnostics = topic("/diagnostics", DIAGNOSTICS);
        diagnostics.await(says("commands", "subscribed"));
        reader.signal("STOP");
        Map<String, Object> before = states.await(state(NOMINAL));
        diagnostics.await(PolicyNodePeerTest::dropped);
        long chunk = ((Number) states.next().get("chunk_id")).longValue();
        Map<String, Object> after = states.await(message -> ((Number) message.get("chunk_id")).longValue() > chunk);
        long periods = Math.round((stamp(after) - stamp(before)) / 20e6);
        assertEquals(periods, periods(after) - periods(before), 2, "ticks, run and missed, over the time between two of them");
        reader.signal("CONT");
    }

    private static boolean dropped(Map<String, Object> diagnostics) {
        return ((List<?>) diagnostics.get("status")).stream().map(status -> (Map<?, ?>) status)
                .filter(status -> status.get("name").equals("dpros: commands"))
                .flatMap(status -> ((List<?>) status.get("values")).stream()).map(pair -> (Map<?, ?>) pair)
                .anyMatch(pair -> pair.get("key").equals("dropped") && Long.parseLong(pair.get("value").toString()) > 10);
    }

    private static long stamp(Map<String, Object> state) {
        return (long) ((Map<?, ?>) state.get("header")).get("stamp");
    }

    private static long periods(Map<String, Object> state) {
        return (long) state.get("tick") + (long) state.get("missed_ticks");
    }

    @Test
    void shouldFollowSimulatedTime() {
        RosTool.run(master.uri(), "/usr/bin/rosparam", "set", "/use_sim_time", "true");
        world();
        run();
        Map<String, Object> state = topic("/dpros/state", STATE).await(state(NOMINAL));
        long seconds = stamp(state) / 1_000_000_000L;
        assertTrue(seconds >= 1000 && seconds < 2000, "stamps of /clock: " + seconds);
        Map<String, Object> chunk = topic("/dpros/chunk", "diffusion_policy_msgs/ActionChunk").next();
        assertTrue((long) chunk.get("observation_stamp") < 2_000_000_000_000L, chunk::toString);
    }
}
