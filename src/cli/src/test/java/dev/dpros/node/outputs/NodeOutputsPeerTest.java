package dev.dpros.node.outputs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.cli.run.PolicyProcess;
import dev.dpros.node.OwnTopic;
import dev.dpros.process.Owned;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros.testing.RosMasterProcess;
import dev.dpros.ros.testing.RosTool;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the control node publishes and offers, seen with rostopic, rosservice and rosparam. */
@Tag("realpeer")
@Timeout(120)
class NodeOutputsPeerTest {
    private static final Map<String, String> OUR_TYPES = Map.of(
            "ROS_PACKAGE_PATH", Path.of("ros").toAbsolutePath() + ":/usr/share");

    private static RosMasterProcess master;
    private static RosTool world;

    private final Owned started = new Owned();

    @TempDir
    private Path folder;

    @BeforeAll
    static void startMaster() {
        RosTool.assumeInstalled("rostopic", "rosservice", "rosnode");
        master = RosMasterProcess.roscore();
        world = RosTool.rospy(master.uri(), PolicyProcess.WORLD);
        world.awaitLine("ready");
    }

    @AfterAll
    static void stopMaster() {
        if (world != null) {
            world.close();
        }
        if (master != null) {
            master.close();
        }
    }

    @AfterEach
    void stop() {
        started.close();
    }

    private <T extends AutoCloseable> T own(T resource) {
        return started.own(resource);
    }

    private PolicyProcess run(String... replacements) {
        return own(PolicyProcess.start(master.uri(), PolicyProcess.config(folder, replacements))).awaitReady();
    }

    private String one(String topic) {
        return tool("/usr/bin/rostopic", "echo", "-n", "1", topic);
    }

    private String tool(String... command) {
        try (RosTool tool = RosTool.start(master.uri(), OUR_TYPES, List.of(command))) {
            assertEquals(0, tool.awaitExit(), tool.output());
            return tool.output();
        }
    }

    private String call(String service) {
        return tool("/usr/bin/rosservice", "call", "/dpros/" + service);
    }

    /** Decodes our own types, whose Python classes are not installed, through the program itself. */
    private OwnTopic own(String topic, String type) {
        return own(new OwnTopic(master.uri(), topic, type));
    }

    @Test
    void shouldCommandSeveralOutputsEachByItsOwnTopicTypeAndLimits() {
        run("""
            action:
              topic: /command
              joints: [x, y]
              frame_id: world
              limits:
                default: {position: [0, 512], velocity: 500, acceleration: 5000, jerk: 500000}
            """, """
            dimensions: [x, y]
            actions:
              - topic: /arm/command
                joints: [y]
                interpolation: linear
                limits: {default: {position: [0, 512], velocity: 500, acceleration: 5000, jerk: 500000}}
              - {topic: /hand/command, type: std_msgs/Float64, joints: [x], limits: {x: {position: [195, 205]}}}
            """, "interpolation: zero_order_hold", "interpolation: zero_order_hold, max_tracking_error: 0");
        String arm = one("/arm/command");
        assertTrue(arm.contains("joint_names: \n  - y\n"), arm);
        double hand = Double.parseDouble(one("/hand/command").replace("data:", "").replace("---", "").strip());
        assertTrue(hand >= 195 && hand <= 205, "within its own limits: " + hand);
        OwnTopic states = own("/dpros/state", "diffusion_policy_msgs/ControllerState");
        Map<String, Object> state = states.await(message -> ((Number) message.get("state")).intValue() == 0);
        assertEquals(List.of("x", "y"), state.get("names"));
        assertTrue(((double[]) state.get("command"))[0] >= 195, "in the policy's order");
        assertEquals(300.0, ((double[]) state.get("measured"))[1]);
        call("stop");
        states.await(message -> Boolean.FALSE.equals(message.get("commanding")));
        String diagnostics = one("/diagnostics");
        assertTrue(diagnostics.contains("dpros: commands /arm/command") && diagnostics.contains("dpros: commands /hand/command"), diagnostics);
    }

    @Test
    void shouldPublishStateChunkPlanAndDiagnostics() {
        run();
        OwnTopic states = own("/dpros/state", "diffusion_policy_msgs/ControllerState");
        states.await(message -> ((Number) message.get("state")).intValue() == 0);
        Map<String, Object> state = states.await(message -> ((Number) message.get("chunk_id")).longValue() > 0);
        assertEquals(List.of("x", "y"), state.get("names"));
        assertEquals(List.of("/joint_states", "/keypoints"), ((List<?>) state.get("sources")).stream().sorted().toList());
        assertEquals(200.0, ((double[]) state.get("measured"))[0]);
        long tick = (long) state.get("tick");
        assertEquals(tick + 1, states.next().get("tick"), "one message per tick");

        Map<String, Object> chunk = own("/dpros/chunk", "diffusion_policy_msgs/ActionChunk").next();
        assertEquals(2 * 15, ((double[]) chunk.get("values")).length, "T - To + 1 actions of two values");
        assertEquals(2, ((Number) chunk.get("denoising_steps")).intValue());

        Map<String, Object> plan = own("/dpros/plan", "nav_msgs/Path").next();
        assertEquals(15, ((List<?>) plan.get("poses")).size());
        assertEquals("world", ((Map<?, ?>) plan.get("header")).get("frame_id"));
        String diagnostics = one("/diagnostics");
        assertTrue(diagnostics.contains("name: \"dpros: watchdog\""), diagnostics);
        assertTrue(diagnostics.contains("message: \"nominal: all clear\""), diagnostics);
        assertTrue(diagnostics.contains("name: \"dpros: source observation.environment_state\""), diagnostics);
        assertTrue(diagnostics.contains("value: \"ddim, 2 steps\""), diagnostics);
    }

    @Test
    void shouldStopResetAndStopInAnEmergencyByService() {
        run("autostart: true", "autostart: false");
        OwnTopic states = own("/dpros/state", "diffusion_policy_msgs/ControllerState");
        states.await(message -> "not_started".equals(message.get("reason")));
        assertTrue(call("start").contains("success: True"));
        states.await(message -> ((Number) message.get("state")).intValue() == 0);
        assertTrue(call("stop").contains("success: True"));
        states.await(message -> "operator_stop".equals(message.get("reason")));
        assertTrue(call("estop").contains("success: True"));
        states.await(message -> ((Number) message.get("state")).intValue() == 3);
        String refused = call("start");
        assertTrue(refused.contains("success: False") && refused.contains("call ~reset first"), refused);
        assertTrue(call("reset").contains("success: True"));
        states.await(message -> ((Number) message.get("state")).intValue() == 2);
        assertTrue(call("start").contains("success: True"));
        states.await(message -> ((Number) message.get("state")).intValue() == 0);
    }

    @Test
    void shouldChangeTheSamplerBetweenChunks() {
        run();
        OwnTopic chunks = own("/dpros/chunk", "diffusion_policy_msgs/ActionChunk");
        chunks.await(chunk -> ((Number) chunk.get("denoising_steps")).intValue() == 2);
        try (var node = OwnTopic.node(master.uri(), "caller")) {
            String type = "diffusion_policy_msgs/SetSampler";
            Map<String, Object> bad = node.callService("/dpros/set_sampler", type, Map.of("scheduler", "ddimm", "steps", 3));
            assertEquals(false, bad.get("success"));
            assertTrue(bad.get("message").toString().endsWith("did you mean 'ddim'?"), bad::toString);
            Map<String, Object> many = node.callService("/dpros/set_sampler", type, Map.of("scheduler", "", "steps", 3000));
            assertEquals(false, many.get("success"), many::toString);
            Map<String, Object> good = node.callService("/dpros/set_sampler", type, Map.of("scheduler", "dpm_solver_pp", "steps", 3));
            assertEquals(Map.of("success", true, "message", "dpm_solver_pp, 3 steps"), good);
        }
        chunks.await(chunk -> ((Number) chunk.get("denoising_steps")).intValue() == 3);
    }

    @Test
    void shouldHoldWhenTheDeadManSwitchIsReleasedAndWaitForStart() {
        OwnTopic log = own("/rosout_agg", "rosgraph_msgs/Log");
        run("autostart: true", "autostart: true, enable_timeout_ms: 1000");
        OwnTopic states = own("/dpros/state", "diffusion_policy_msgs/ControllerState");
        states.next();
        log.await(line -> "/dpros".equals(line.get("name")) && line.get("msg").toString().contains("waits for true on ~enable"));
        String refused = call("start");
        assertTrue(refused.contains("success: False") && refused.contains("dead-man switch is not held"), refused);
        RosTool held = own(RosTool.start(master.uri(), "/usr/bin/rostopic", "pub", "-r", "20", "/dpros/enable", "std_msgs/Bool", "true"));
        Await.until("started", () -> call("start").contains("success: True"));
        states.await(message -> ((Number) message.get("state")).intValue() == 0);
        held.kill();
        states.await(message -> "enable_lost".equals(message.get("reason")) && ((Number) message.get("state")).intValue() == 2);
        own(RosTool.start(master.uri(), "/usr/bin/rostopic", "pub", "-r", "20", "/dpros/enable", "std_msgs/Bool", "true"));
        Await.until("started again", () -> call("start").contains("success: True"));
        states.await(message -> ((Number) message.get("state")).intValue() == 0);
    }
}
