package dev.dpros.node.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.config.DashboardSection.Fact;
import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.metrics.dashboard.Snapshot;
import dev.dpros.ros.master.EmbeddedMaster;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TopicFactsTest {
    @Test
    void shouldShowWhatTopicsOfAnyTypeCarry() throws InterruptedException {
        Map<String, Fact> wanted = new LinkedHashMap<>();
        wanted.put("episode", new Fact("/world/episode", null));
        wanted.put("reward", new Fact("/world/reward", "data"));
        wanted.put("third joint", new Fact("/joints", "position[2]"));
        wanted.put("frame", new Fact("/joints", "header.frame_id"));
        wanted.put("no such field", new Fact("/world/reward", "value"));
        wanted.put("beyond", new Fact("/joints", "position[3]"));
        wanted.put("silent", new Fact("/world/silence", "data"));
        PublicationOptions latched = new PublicationOptions(true, 1);
        try (EmbeddedMaster master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
                RosNode world = RosNode.connect(RosNodeConfig.local(master.uri(), "world"));
                RosNode node = RosNode.connect(RosNodeConfig.local(master.uri(), "dpros"));
                TopicFacts facts = new TopicFacts(wanted, node);
                Publication episode = world.advertise("~episode", "std_msgs/String", latched);
                Publication reward = world.advertise("~reward", "std_msgs/Float64", latched);
                Publication joints = world.advertise("/joints", "sensor_msgs/JointState", latched)) {
            assertEquals(List.of(), facts.now());
            episode.publish(Map.of("data", "3, seed\n100002"));
            reward.publish(Map.of("data", 0.12345));
            joints.publish(Map.of("header", Map.of("frame_id", "base"), "position", new double[] {1, 2, 3}));
            List<Snapshot.Fact> expected = List.of(new Snapshot.Fact("episode", "3, seed 100002"), new Snapshot.Fact("reward", "0.123"),
                    new Snapshot.Fact("third joint", "3.000"), new Snapshot.Fact("frame", "base"));
            while (!facts.now().equals(expected)) {
                Thread.sleep(20);
            }
        }
    }

    @Test
    void shouldRefuseAFieldThatIsNotOneValue() {
        for (String field : new String[] {"position[a]", "position[0:3]", "a..b", ""}) {
            IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> new Fact("/joints", field), field);
            assertTrue(refused.getMessage().startsWith("field: "), refused.getMessage());
        }
        assertThrows(IllegalArgumentException.class, () -> new Fact(" ", "data"));
    }
}
