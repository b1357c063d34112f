package dev.dpros.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.ros.testing.Await;
import dev.dpros.ros.testing.RosMasterProcess;
import dev.dpros.ros.testing.RosTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/** The control node as a process of the real roslaunch, through the package's own node wrapper. */
@Tag("realpeer")
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock("processes")
class RoslaunchPeerTest {
    private RosMasterProcess master;

    @TempDir
    private Path folder;

    @BeforeEach
    void startMaster() {
        RosTool.assumeInstalled("roslaunch", "rosparam", "rosnode");
        master = RosMasterProcess.rosmaster();
    }

    @AfterEach
    void stop() {
        if (master != null) {
            master.close();
        }
    }

    /** A launcher that runs the classes under test, as the real one runs the built program. */
    private Path home() throws IOException {
        Path home = Files.createDirectories(folder.resolve("home"));
        Path launcher = Files.writeString(home.resolve("dpros"), "#!/bin/sh\nexec '" + System.getProperty("java.home")
                + "/bin/java' -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx600m -Dai.djl.offline=true -cp '" + System.getProperty("java.class.path")
                + "' dev.dpros.cli.Main \"$@\"\n");
        assertTrue(launcher.toFile().setExecutable(true));
        return home;
    }

    private RosTool launch(String arguments, String inside) throws IOException {
        Path file = Files.writeString(folder.resolve("test.launch"), """
                <launch>
                  <group ns="arm">
                    <node pkg="diffusion_policy_ros" type="dpros_node" name="policy" output="screen" required="true"
                          args="run --config %s %s">
                %s
                    </node>
                  </group>
                </launch>
                """.formatted(PolicyProcess.config(folder), arguments, inside));
        return RosTool.start(master.uri(), Map.of("ROS_PACKAGE_PATH", Path.of("ros").toAbsolutePath() + ":/usr/share",
                "DPROS_HOME", home().toString()), List.of("/usr/bin/roslaunch", file.toString()));
    }

    private String parameter(String name) {
        return RosTool.run(master.uri(), "/usr/bin/rosparam", "get", "/arm/policy/in_force/" + name).strip();
    }

    @Test
    void shouldTakeParametersRemapsAndNamespaceAndEndCleanlyOnInterrupt() throws IOException {
        String inside = """
                <remap from="/joint_states" to="/arm/joint_states"/>
                <rosparam>
                control: {rate_hz: 25, timing: {latency_budget_ms: 700}}
                sampler: {steps: 4, threads: 1}
                </rosparam>
                <param name="control/policy_rate_hz" value="5"/>
                """;
        try (RosTool launch = launch("--steps 3 _control/replan/every_steps:=6", inside)) {
            launch.awaitLine(line -> line.startsWith("dpros: /arm/policy ") && line.contains(" /command with "), "what it does");
            assertEquals("25", parameter("control/rate_hz"), "rosparam overrides the file");
            assertEquals("700", parameter("control/timing/latency_budget_ms"));
            assertEquals("5", parameter("control/policy_rate_hz"), "param overrides the file");
            assertEquals("6", parameter("control/replan/every_steps"), "_name:=value");
            assertEquals("3", parameter("sampler/steps"), "an option overrides rosparam");
            assertEquals("ddim", parameter("sampler/scheduler"), "the file's");
            String info = RosTool.run(master.uri(), "/usr/bin/rosnode", "info", "/arm/policy");
            assertTrue(info.contains(" * /arm/joint_states ") && !info.contains(" * /joint_states "), info);
            assertTrue(info.contains(" * /arm/policy/state [diffusion_policy_msgs/ControllerState]"), info);
            launch.signal("INT");
            assertEquals(0, launch.awaitExit(), launch.output());
            assertFalse(launch.output().contains("escalating"), launch.output());
            Await.until("unregistered", () -> !RosTool.run(master.uri(), "/usr/bin/rosnode", "list").contains("/arm/policy"));
        }
    }

    @Test
    void shouldEndTheLaunchWithOneLineForAMistypedParameter() throws IOException {
        try (RosTool launch = launch("", "<param name=\"control/rate_hertz\" value=\"50\"/>")) {
            launch.awaitExit();
            assertTrue(launch.output().contains("dpros: parameter /arm/policy/control/rate_hertz: unknown key; did you mean 'rate_hz'?"), launch.output());
            assertTrue(launch.output().contains("REQUIRED process [arm/policy-1] has died!"), launch.output());
        }
    }

    @Test
    void shouldNameTypeAndValueOfAWrongParameter() throws IOException {
        try (RosTool launch = launch("_control/rate_hz:=fast", "")) {
            launch.awaitExit();
            assertTrue(launch.output().contains("dpros: _control/rate_hz:= (argument): value: expected a number, found \"fast\""), launch.output());
        }
    }
}
