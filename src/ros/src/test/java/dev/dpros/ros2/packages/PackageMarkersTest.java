package dev.dpros.ros2.packages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros.testing.RosTool;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each tool finds one package of each name in ros/: those of ROS 1 theirs, those of ROS 2 theirs. */
@Timeout(120)
class PackageMarkersTest {
    private static final URI NO_MASTER = URI.create("http://127.0.0.1:1/");
    private static final Path ROS = Path.of("ros").toAbsolutePath();
    private static final Path MESSAGES = ROS.resolve("diffusion_policy_msgs");

    @TempDir
    private Path folder;

    private String run(String... command) {
        Map<String, String> environment = Map.of("ROS_PACKAGE_PATH", ROS.toString(), "ROS_CACHE_TIMEOUT", "0",
                "COLCON_HOME", folder.toString(), "COLCON_LOG_PATH", "/dev/null");
        try (RosTool tool = RosTool.start(NO_MASTER, environment, new ArrayList<>(List.of(command)))) {
            tool.awaitExit();
            return tool.output();
        }
    }

    @Test
    void shouldHoldTheMarkers() {
        Path marker = ROS.resolve("ros2/CATKIN_IGNORE");
        assertTrue(Files.isSymbolicLink(marker), "listed, so that catkin heeds it");
        assertFalse(Files.exists(marker), "but nothing is behind it, so that colcon does not");
        assertTrue(Files.isRegularFile(ROS.resolve("ros2/rospack_nosubdirs")));
        for (String name : List.of("diffusion_policy_msgs", "diffusion_policy_ros")) {
            assertTrue(Files.isRegularFile(ROS.resolve(name).resolve("_order_isolated_packages.py"), LinkOption.NOFOLLOW_LINKS));
        }
    }

    @Test
    void shouldFindThePackageOfRos1Itself() {
        SchemaCatalog catalog = SchemaCatalog.withPath(List.of(ROS));
        assertEquals("time", catalog.message("diffusion_policy_msgs/ActionChunk").fields().get(2).type().text());
    }

    @Test
    @Tag("realpeer")
    void shouldBeFoundByRospackOnce() {
        RosTool.assumeInstalled("rospack");
        assertEquals(MESSAGES.toString(), run("/usr/bin/rospack", "find", "diffusion_policy_msgs").strip());
        assertEquals("", run("/usr/bin/rospack", "list-duplicates").strip());
    }

    @Test
    @Tag("realpeer")
    void shouldBeFoundByRoslaunchOnce() {
        RosTool.assumeInstalled("roslaunch");
        assertEquals(MESSAGES.toString(), run("/usr/bin/python3", "-c",
                "import rospkg; print(rospkg.RosPack().get_path('diffusion_policy_msgs'))").strip());
    }

    /** The order of a catkin workspace; two packages of one name are an error. */
    @Test
    @Tag("realpeer")
    void shouldBeFoundByCatkinOnce() {
        RosTool.assumeInstalled("catkin_make");
        assertEquals("['diffusion_policy_msgs', 'diffusion_policy_ros']", run("/usr/bin/python3", "-c",
                "import sys; from catkin_pkg.topological_order import topological_order as order; "
                        + "print([path for path, package in order(sys.argv[1])])", ROS.toString()).strip());
    }

    @Test
    @Tag("realpeer")
    void shouldBeFoundByColconOnce() {
        RosTool.assumeInstalled("colcon");
        String listed = run("/usr/bin/colcon", "list", "--base-paths", ROS.toString());
        assertTrue(listed.lines().anyMatch(line -> line.equals(
                "diffusion_policy_msgs\t" + ROS.resolve("ros2/diffusion_policy_msgs") + "\t(ros.ament_cmake)")), listed);
        assertTrue(listed.lines().anyMatch(line -> line.equals(
                "diffusion_policy_ros\t" + ROS.resolve("ros2/diffusion_policy_ros") + "\t(ros.ament_cmake)")), listed);
        assertEquals(2, listed.lines().filter(line -> line.contains("\t(")).count(), listed);
        assertFalse(listed.contains("ros.catkin"), listed);
    }
}
