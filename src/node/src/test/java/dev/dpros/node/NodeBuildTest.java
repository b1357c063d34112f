package dev.dpros.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.config.ConfigReader;
import dev.dpros.config.Layer;
import dev.dpros.config.RobotConfig;
import dev.dpros.core.InputException;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.Precision;
import dev.dpros.diffusion.PrecisionChoice;
import dev.dpros.metrics.MetricsRegistry;
import dev.dpros.ros.master.EmbeddedMaster;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import dev.dpros.ros.testing.Await;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A control node whose late parts cannot be built, on a real master. */
@Timeout(60)
class NodeBuildTest {
    private static final List<String> OWN = List.of("/arm_controller/command", "/dpros/state", "/dpros/action_chunk", "/diagnostics");

    @TempDir
    private Path folder;

    private static List<String> topicsOf(RosNode node, RosNode observer, String marker) {
        node.advertise(marker, "std_msgs/Empty", new PublicationOptions(false, 1));
        Await.until(marker, () -> observer.publishedTopics().contains(marker));
        return observer.publishedTopics().stream().filter(OWN::contains).toList();
    }

    @Test
    void shouldLeaveNothingBehindWhenALatePartCannotBeBuilt() throws Exception {
        Path noFolder = Files.writeString(folder.resolve("file"), "").resolve("robot.trace");
        RobotConfig bad = config(noFolder);
        RobotConfig good = config(folder.resolve("robot.trace"));
        try (EmbeddedMaster master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
                RosNode observer = RosNode.connect(RosNodeConfig.local(master.uri(), "observer"));
                RosNode node = RosNode.connect(RosNodeConfig.local(master.uri(), "dpros"));
                MetricsRegistry metrics = new MetricsRegistry()) {
            InputException failure = assertThrows(InputException.class,
                    () -> new PolicyNode(bad, PolicyReader.read(bad.policy()), node, metrics));
            assertTrue(failure.getMessage().contains("robot.trace"), failure.getMessage());
            assertEquals(0, failure.getSuppressed().length);
            assertEquals(List.of(), topicsOf(node, observer, "/first"));
            RobotConfig auto = config(folder.resolve("robot.trace"), Map.of("precision", "auto"));
            failure = assertThrows(InputException.class, () -> new PolicyNode(auto, decidedForOtherWeights(auto), node, metrics));
            assertTrue(failure.getMessage().startsWith("sampler.precision: auto: expected a choice for the weights of "), failure.getMessage());
            assertEquals(List.of(), topicsOf(node, observer, "/before"));
            try (PolicyNode built = new PolicyNode(good, PolicyReader.read(good.policy()), node, metrics)) {
                assertEquals(2, topicsOf(node, observer, "/second").stream().filter(OWN.subList(0, 2)::contains).count(), "what is to be gone");
            }
            assertEquals(List.of(), topicsOf(node, observer, "/third"));
        }
    }

    private static PolicyDefinition decidedForOtherWeights(RobotConfig config) {
        PolicyDefinition policy = PolicyReader.read(config.policy());
        return new PolicyDefinition(policy.config(), policy.weights(), policy.normalizers(), policy.source(), new PrecisionChoice(Precision.INT8,
                "of others", 0.03, "8 random", List.of(new PrecisionChoice.Candidate(Precision.INT8, 0.01, 0.001, 1, ""))));
    }

    private static RobotConfig config(Path trace) {
        return config(trace, Map.of());
    }

    private static RobotConfig config(Path trace, Map<String, Object> sampler) {
        return ConfigReader.read(Path.of("launch/pusht_keypoints.yaml"), Layer.settings("test", Map.of("metrics", Map.of("enabled", false),
                "sampler", sampler, "trace", Map.of("file", trace.toString())))).config();
    }
}
