package dev.dpros.cli.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.cli.Main;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.ros.master.EmbeddedMaster;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Tag("long")
@Timeout(120)
class BenchRosCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private EmbeddedMaster master;

    @BeforeEach
    void startMaster() {
        master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
    }

    @AfterEach
    void stopMaster() {
        master.close();
    }

    private int bench(String... options) {
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        String[] args = new String[options.length + 3];
        args[0] = "bench";
        args[1] = "ros";
        System.arraycopy(options, 0, args, 2, options.length);
        args[args.length - 1] = "__master:=" + master.uri();
        return line.execute(args);
    }

    @Test
    void shouldMeasureFourCamerasAndJointStatesFromAProcessOfItsOwn(@TempDir Path dir) throws IOException {
        Path json = dir.resolve("ros.json");
        assertEquals(0, bench("--publish", "--seconds", "2", "--warm-up", "0.5", "--wait", "60", "--json", json.toString()),
                err::toString);
        JsonNode result = new ObjectMapper().readTree(json.toFile());
        assertEquals(5, result.get("topics").size());
        for (JsonNode topic : result.get("topics")) {
            assertTrue(topic.get("messages").asLong() > 10, topic::toString);
            assertTrue(topic.get("p50_us").asDouble() > 0 && topic.get("p99_us").asDouble() >= topic.get("p50_us").asDouble(),
                    topic::toString);
        }
        assertEquals("sensor_msgs/JointState", result.get("topics").get(4).get("type").asText());
        assertTrue(result.get("cpu_percent").asDouble() > 0);
        assertTrue(out.toString().contains("/ingest/camera3"), out::toString);
    }

    @Test
    void shouldNameTheTopicThatDoesNotCome() {
        assertEquals(2, bench("/camera", "--wait", "0.2"));
        assertTrue(err.toString().startsWith("dpros: topic /camera: no message within 0.2 s; check with: rostopic hz /camera"),
                err::toString);
    }

    @Test
    void shouldRefuseATypeWithoutAHeader() {
        try (RosNode node = RosNode.connect(RosNodeConfig.local(master.uri(), "talker"))) {
            node.advertise("/flag", "std_msgs/Float64MultiArray", new PublicationOptions(true, 1))
                    .publish(Map.of("data", new double[] {1, 2, 3}));
            assertEquals(2, bench("/flag"));
            assertTrue(err.toString().contains("expected one whose first field is std_msgs/Header header, found "
                    + "std_msgs/Float64MultiArray"), err::toString);
        }
    }

    @Test
    void shouldNameTheClientsOfThisBuild() {
        assertEquals(2, bench("--publish", "--transport", "ros"));
        assertTrue(err.toString().startsWith("dpros: --transport: 'ros': this build has ros1"), err::toString);
        assertTrue(err.toString().contains("did you mean 'ros1'?"), err::toString);
        assertEquals(1, err.toString().lines().count());
    }

    @Test
    void shouldAskForATopic() {
        assertEquals(2, bench());
        assertTrue(err.toString().contains("name some, or use --publish"), err::toString);
    }
}
