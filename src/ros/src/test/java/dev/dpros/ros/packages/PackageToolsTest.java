package dev.dpros.ros.packages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.ros.master.EmbeddedMaster;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros.testing.RosTool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The ROS packages in ros/ with catkin, catkin_lint, rosmsg, rospack and roslaunch. */
@Tag("realpeer")
@Timeout(180)
class PackageToolsTest {
    private static final URI NO_MASTER = URI.create("http://127.0.0.1:1/");
    private static final Path ROS = Path.of("ros").toAbsolutePath();
    private static final String FROM_SOURCE = ROS + ":/usr/share";
    private static final List<String> MESSAGES = List.of("ActionChunk", "ControllerState", "RunPolicyAction", "RunPolicyGoal",
            "RunPolicyResult", "RunPolicyFeedback", "RunPolicyActionGoal", "RunPolicyActionResult", "RunPolicyActionFeedback");

    @TempDir
    private Path folder;

    @Test
    void shouldPassCatkinLint() {
        RosTool.assumeInstalled("catkin_lint");
        String output = RosTool.run(NO_MASTER, "/usr/bin/catkin_lint", "--strict", "-W2", ROS.toString());
        assertTrue(output.contains("checked 2 packages and found 0 problems"), output);
    }

    @Test
    void shouldShowMessagesFromSource() {
        RosTool.assumeInstalled("rosmsg", "rossrv");
        assertTrue(tool(FROM_SOURCE, "rosmsg", "show", "diffusion_policy_msgs/ControllerState").contains("uint8 FAULT=3"));
        assertTrue(tool(FROM_SOURCE, "rossrv", "show", "diffusion_policy_msgs/SetSampler").contains("string scheduler"));
    }

    @Test
    void shouldDocumentEveryArgumentOfEveryLaunchFile() throws IOException {
        RosTool.assumeInstalled("roslaunch");
        for (String file : List.of("policy.launch", "record.launch", "pusht_demo.launch")) {
            String text = Files.readString(ROS.resolve("diffusion_policy_ros/launch").resolve(file));
            String listed = tool(FROM_SOURCE, "roslaunch", "--ros-args", "diffusion_policy_ros", file);
            for (String line : text.lines().filter(line -> line.contains("<arg ") && line.contains(" doc=")).toList()) {
                String doc = line.replaceFirst(".* doc=\"([^\"]*)\".*", "$1");
                assertTrue(listed.contains(doc), file + ": " + doc + "\n" + listed);
            }
            assertTrue(text.lines().filter(line -> line.startsWith("  <arg ") && !line.contains(" value="))
                    .allMatch(line -> line.contains(" doc=")), file + " documents every argument");
        }
    }

    @Test
    void shouldLaunchThePolicyFromSource() throws IOException {
        RosTool.assumeInstalled("roslaunch");
        Path params = Files.writeString(folder.resolve("params.yaml"), "control: {rate_hz: 50}\n");
        String output = launched(FROM_SOURCE, Map.of("DPROS_HOME", echoingHome().toString()), "policy.launch",
                "config:=home:robot.yaml", "args:=--steps 10", "name:=arm", "params:=" + params);
        assertTrue(output.contains("[run] [--config] [" + folder + "/home/robot.yaml] [--steps] [10] [__name:=arm]"), output);
        assertTrue(output.contains("rate_hz=50"), output);
    }

    @Test
    void shouldLaunchWorldAndPolicyFromTheTopFolder() throws IOException {
        RosTool.assumeInstalled("roslaunch");
        String home = echoingHome().toString();
        Path file = Path.of("launch/pusht_demo.launch").toAbsolutePath();
        String nodes = tool(Map.of("ROS_PACKAGE_PATH", FROM_SOURCE, "DPROS_HOME", home), "roslaunch", "--args", "/dpros",
                file.toString(), "policy_args:=--steps 4");
        assertTrue(nodes.contains("dpros_node run --config home:launch/pusht.yaml --steps 4 __name:=dpros"), nodes);
        assertTrue(tool(Map.of("ROS_PACKAGE_PATH", FROM_SOURCE), "roslaunch", "--nodes", file.toString()).contains("/pusht\n"));
    }

    @Test
    void shouldBuildInstallAndLaunchWithCatkin() throws IOException {
        RosTool.assumeInstalled("catkin_make", "roslaunch", "rosmsg");
        Path source = Files.createDirectories(folder.resolve("ws/src"));
        for (String name : List.of("diffusion_policy_msgs", "diffusion_policy_ros")) {
            Files.createSymbolicLink(source.resolve(name), ROS.resolve(name));
        }
        RosTool make = RosTool.start(NO_MASTER, "/usr/bin/catkin_make", "-C", folder.resolve("ws").toString(), "install");
        try (make) {
            assertEquals(0, make.awaitExit(), make.output());
        }
        Path install = folder.resolve("ws/install");
        assertEquals(ROS.getParent().toRealPath().toString(),
                Files.readString(install.resolve("share/diffusion_policy_ros/dpros_home")).strip());
        Map<String, String> installed = Map.of("CMAKE_PREFIX_PATH", install + ":/usr",
                "ROS_PACKAGE_PATH", install.resolve("share") + ":/usr/share",
                "PYTHONPATH", install.resolve("lib/python3/dist-packages").toString());
        for (String message : MESSAGES) {
            assertEquals(tool(installed, "rosmsg", "md5", "diffusion_policy_msgs/" + message).strip(),
                    SchemaCatalog.packaged().message("diffusion_policy_msgs/" + message).md5());
        }
        assertEquals(tool(installed, "rossrv", "md5", "diffusion_policy_msgs/SetSampler").strip(),
                SchemaCatalog.packaged().service("diffusion_policy_msgs/SetSampler").md5());
        Map<String, String> environment = new HashMap<>(installed);
        environment.put("DPROS_HOME", echoingHome().toString());
        String output = launched(environment, "record.launch", "config:=/r.yaml", "output:=/data");
        assertTrue(output.contains("[record] [--config] [/r.yaml] [--output] [/data] [__name:=recorder]"), output);
    }

    /** A launcher that prints its arguments and private parameters and ends. */
    private Path echoingHome() throws IOException {
        Path home = Files.createDirectories(folder.resolve("home"));
        Path launcher = Files.writeString(home.resolve("dpros"), """
                #!/usr/bin/python3
                import sys, rospy
                print(' '.join('[%s]' % argument for argument in sys.argv[1:]))
                rospy.init_node('any')
                print('rate_hz=%s' % rospy.get_param('~control/rate_hz', 'unset'), flush=True)
                """);
        assertTrue(launcher.toFile().setExecutable(true));
        return home;
    }

    private String launched(String packagePath, Map<String, String> more, String file, String... arguments) {
        Map<String, String> environment = new HashMap<>(more);
        environment.put("ROS_PACKAGE_PATH", packagePath);
        return launched(environment, file, arguments);
    }

    private String launched(Map<String, String> environment, String file, String... arguments) {
        List<String> command = new ArrayList<>(List.of("/usr/bin/roslaunch", "diffusion_policy_ros", file));
        command.addAll(List.of(arguments));
        try (EmbeddedMaster master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
                RosTool roslaunch = RosTool.start(master.uri(), environment, command)) {
            roslaunch.awaitExit();
            return roslaunch.output();
        }
    }

    private static String tool(String packagePath, String... command) {
        return tool(Map.of("ROS_PACKAGE_PATH", packagePath), command);
    }

    private static String tool(Map<String, String> environment, String... command) {
        List<String> full = new ArrayList<>(List.of(command));
        full.set(0, "/usr/bin/" + command[0]);
        try (RosTool tool = RosTool.start(NO_MASTER, environment, full)) {
            tool.awaitExit();
            return tool.output();
        }
    }
}
