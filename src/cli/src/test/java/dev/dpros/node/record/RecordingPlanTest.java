package dev.dpros.node.record;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dpros.config.ConfigReader;
import dev.dpros.config.Layer;
import dev.dpros.config.RecordSection;
import dev.dpros.config.RobotConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a run records besides what its configuration asks for. */
class RecordingPlanTest {
    private static List<String> topics(Map<String, Object> settings) {
        RobotConfig config = ConfigReader.read(Path.of("launch/pusht.yaml"), Layer.settings("test", settings)).config();
        return RecordingPlan.ofNode(config, name -> name.replace("~", "/node/")).stream()
                .map(topic -> topic.key() + " " + topic.topic() + " " + topic.type()).toList();
    }

    @Test
    void shouldKnowWhereACommandHasItsValues() {
        assertEquals("velocities[0:2]", RecordingPlan.usualField(new RecordSection.Topic("/jog", "control_msgs/JointJog", ""), List.of("a", "b")));
    }

    @Test
    void shouldRecordStateChunksAndPlansAsFarAsTheyArePublished() {
        String state = "state /node/state diffusion_policy_msgs/ControllerState";
        String chunk = "chunk /node/chunk diffusion_policy_msgs/ActionChunk";
        Map<String, Object> noPlan = Map.of("dims", List.of());
        assertEquals(List.of(state, chunk), topics(Map.of("outputs", Map.of("plan", noPlan))));
        assertEquals(List.of(state), topics(Map.of("outputs", Map.of("plan", noPlan, "chunk", false))));
        assertEquals(List.of(state, chunk, "plan /node/plan nav_msgs/Path"),
                topics(Map.of("outputs", Map.of("plan", Map.of("dims", List.of("x", "y"))))));
        assertEquals(List.of(chunk), topics(Map.of("outputs", Map.of("plan", noPlan), "record", Map.of("extra", List.of("~state")))));
    }
}
