package dev.dpros.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.cli.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command on ROS 2, in a domain of its own. */
@Tag("long")
@Timeout(120)
class BenchRos2Test {
    @TempDir
    private Path dir;

    private int bench(String... options) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m", "-cp",
                System.getProperty("java.class.path"), Main.class.getName(), "bench", "ros", "--transport", "ros2");
        builder.command().addAll(List.of(options));
        builder.environment().put("ROS_DOMAIN_ID", Long.toString(70 + ProcessHandle.current().pid() % 10));
        return builder.redirectErrorStream(true).redirectOutput(dir.resolve("out").toFile()).start().waitFor();
    }

    private String out() throws IOException {
        return Files.readString(dir.resolve("out"));
    }

    @Test
    void shouldMeasureFourCamerasAndJointStatesFromAProcessOfItsOwn() throws IOException, InterruptedException {
        Path json = dir.resolve("ros.json");
        assertEquals(0, bench("--publish", "--seconds", "2", "--warm-up", "0.5", "--wait", "60", "--json", json.toString()), out());
        JsonNode result = new ObjectMapper().readTree(json.toFile());
        assertEquals(5, result.get("topics").size());
        for (JsonNode topic : result.get("topics")) {
            assertTrue(topic.get("messages").asLong() > 0, topic::toString);
            assertTrue(topic.get("p50_us").asDouble() > 0 && topic.get("p99_us").asDouble() >= topic.get("p50_us").asDouble(), topic::toString);
            assertTrue(topic.get("lost").asLong() >= 0, topic::toString);
        }
        assertEquals("sensor_msgs/JointState", result.get("topics").get(4).get("type").asText());
        assertTrue(out().contains("/ingest/camera3"), out());
    }

    @Test
    void shouldNameTheTopicThatDoesNotCome() throws IOException, InterruptedException {
        assertEquals(2, bench("/camera", "--wait", "0.2"));
        assertTrue(out().contains("topic /camera: no message within 0.2 s; check with: rostopic hz /camera, or ros2 topic hz /camera"), out());
    }
}
