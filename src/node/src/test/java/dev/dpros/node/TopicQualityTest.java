package dev.dpros.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.config.ConfigReader;
import dev.dpros.config.Layer;
import dev.dpros.config.RobotConfig;
import dev.dpros.config.TopicQuality;
import dev.dpros.metrics.MetricsRegistry;
import dev.dpros.ros.master.EmbeddedMaster;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros2.discovery.EndpointData;
import dev.dpros.ros2.node.Ros2Node;
import dev.dpros.ros2.node.Ros2NodeConfig;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The QoS of a configuration on nodes of both middlewares. */
@Timeout(60)
class TopicQualityTest {
    private static final String STATE = "observation.environment_state";

    private static RobotConfig config() {
        Map<String, Object> lossy = Map.of("qos", Map.of("reliability", "best_effort", "depth", 4));
        return ConfigReader.read(Path.of("launch/pusht_keypoints.yaml"), Layer.settings("test", Map.of("observations", Map.of(STATE, lossy),
                "action", lossy, "metrics", Map.of("enabled", false)))).config();
    }

    @Test
    void shouldBeIgnoredInOneLineByRos1() {
        RobotConfig config = config();
        try (EmbeddedMaster master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
                RosNode node = RosNode.connect(RosNodeConfig.local(master.uri(), "dpros"))) {
            assertEquals(List.of("observations." + STATE + ".qos", "action.qos"), TopicQuality.ask(config, node));
        }
    }

    @Test
    void shouldBeOfferedAndAskedForByANodeOfRos2() {
        RobotConfig config = config();
        int domain = 50 + (int) (ProcessHandle.current().pid() % 10);
        try (Ros2Node observer = Ros2Node.open(Ros2NodeConfig.local(domain, "observer"));
                Ros2Node node = Ros2Node.open(Ros2NodeConfig.local(domain, "dpros"));
                MetricsRegistry metrics = new MetricsRegistry();
                PolicyNode policy = new PolicyNode(config, PolicyReader.read(config.policy()), node, metrics)) {
            Await.until("command topic", () -> List.of("best effort, volatile, keep last 4").equals(told(observer, config.action().topic(), true)));
            Await.until("observation", () -> List.of("best effort, volatile, keep last 4").equals(told(observer,
                    config.observations().get(STATE).topic(), false)));
        }
    }

    private static List<String> told(Ros2Node observer, String topic, boolean writer) {
        return observer.participant().endpoints().stream().filter(endpoint -> endpoint.isWriter() == writer && endpoint.topic().equals("rt" + topic))
                .map(EndpointData::qos).map(Object::toString).distinct().toList();
    }
}
