package dev.dpros.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.ros.master.EmbeddedMaster;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/** {@code dpros demo} as a user starts it. */
@Tag("long")
@Timeout(300)
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock("processes")
class DemoTest {
    @TempDir
    private Path folder;

    @Test
    void shouldDriveAnEpisodeAndReportIt() throws IOException {
        Path report = folder.resolve("out.json");
        try (DprosProcess demo = DprosProcess.start(folder, null, "demo", "--episodes", "1", "--max-steps", "40",
                "--headless", "--json", report.toString())) {
            assertEquals(0, demo.awaitExit(), demo::error);
            demo.assertNoCrash();
            assertFalse(demo.error().contains(".cpp:"), () -> "native code printed: " + demo.error());
            assertTrue(demo.output().startsWith("seed 100000: max reward "), demo.output());
            assertTrue(demo.output().contains("tick lateness") && demo.output().contains("source age /joint_states"), demo.output());
        }
        JsonNode json = new ObjectMapper().readTree(report.toFile());
        JsonNode episode = json.at("/episodes/0");
        assertEquals(100_000, episode.get("seed").asLong());
        assertEquals(40, episode.get("steps").asInt());
        assertEquals(episode.get("max_reward").asDouble(), json.get("mean_max_reward").asDouble());
        assertTrue(json.at("/control/ticks").asLong() > 100, json::toString);
        assertTrue(json.at("/control/deadlines_missed").isIntegralNumber() && json.at("/control/missed_ticks").isIntegralNumber());
        for (String stage : new String[] {"tick_lateness", "inference", "end_to_end", "source_age ~1camera~1image_raw"}) {
            JsonNode latency = json.at("/latency_ms/" + stage);
            assertTrue(latency.get("count").asLong() > 0, stage);
            assertTrue(latency.get("p50").asDouble() <= latency.get("p99").asDouble()
                    && latency.get("p99").asDouble() <= latency.get("p999").asDouble()
                    && latency.get("p999").asDouble() <= latency.get("max").asDouble(), stage + latency);
        }
        assertTrue(json.at("/messages/in/~1camera~1image_raw/received").asLong() > 30, json::toString);
        assertTrue(json.at("/messages/in/~1joint_states/received").asLong() > 100, json::toString);
        assertTrue(json.at("/messages/out/~1arm_controller~1command/sent").asLong() > 50, json::toString);
    }

    @Test
    void shouldDriveOverRos2() {
        try (DprosProcess demo = DprosProcess.start(folder, null, "demo", "--transport", "ros2", "--episodes", "1", "--max-steps", "40",
                "--headless")) {
            assertEquals(0, demo.awaitExit(), demo::error);
            demo.assertNoCrash();
            assertTrue(demo.output().startsWith("seed 100000: max reward "), demo.output());
            assertTrue(demo.output().contains("source age /joint_states"), demo.output());
        }
    }

    @Test
    void shouldDriveTheArmWithNothingDownloaded() throws IOException {
        Path report = folder.resolve("out.json");
        try (DprosProcess demo = DprosProcess.start(folder, null, "demo", "--world", "arm7", "--episodes", "1", "--max-steps", "40",
                "--headless", "--json", report.toString())) {
            assertEquals(0, demo.awaitExit(), demo::error);
            demo.assertNoCrash();
            assertTrue(demo.output().startsWith("seed 100000: max reward "), demo.output());
        }
        JsonNode json = new ObjectMapper().readTree(report.toFile());
        assertEquals(40, json.at("/episodes/0/steps").asInt());
        assertTrue(json.at("/messages/in/~1camera_wrist~1image_raw~1compressed/received").asLong() > 10, json::toString);
        assertTrue(json.at("/messages/out/~1arm_controller~1command/sent").asLong() > 0, json::toString);
    }

    @Test
    void shouldSayThatTheRobotRestsWhenTheControlNodeIsKilled() {
        try (EmbeddedMaster master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
                DprosProcess demo = DprosProcess.start(folder, master.uri(), "demo", "--episodes", "1", "--headless");
                RobotWatch robot = new RobotWatch(master.uri())) {
            demo.awaitText(" drive");
            robot.awaitMotion();
            DprosProcess.kill("KILL", demo.child());
            robot.awaitRest();
            assertEquals(1, demo.awaitExit(), demo::error);
            String last = demo.error().strip().lines().reduce((a, b) -> b).orElse("");
            assertEquals("dpros: the control node ended with exit code 137 (signal 9); the robot is at rest", last);
        }
    }

    @Test
    void shouldEndWithTheControlNodesOneLineWhenItsInputIsBad() throws IOException {
        Path empty = Files.createDirectories(folder.resolve("empty"));
        Path output = Files.createDirectories(folder.resolve("output"));
        try (DprosProcess demo = DprosProcess.start(output, null, "demo", "--policy", empty.toString(), "--headless")) {
            assertEquals(2, demo.awaitExit(), demo::error);
            assertEquals(1, demo.error().lines().count(), demo.error());
            assertTrue(demo.error().startsWith("dpros: " + empty) || demo.error().contains("empty"), demo.error());
        }
    }
}
