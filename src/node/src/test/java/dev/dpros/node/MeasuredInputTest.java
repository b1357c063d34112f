package dev.dpros.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.config.ConfigReader;
import dev.dpros.config.RobotConfig;
import dev.dpros.core.InputException;
import dev.dpros.diffusion.PolicyConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which values are the measured position; the policy's state has two values, whatever they mean. */
class MeasuredInputTest {
    private static final PolicyConfig POLICY = PolicyReader.read(Path.of("models/pusht_keypoints")).config();
    private static final String ROBOT = """
            policy: %s
            observations:
              observation.state: {topic: /joint_states, field: "%s"}
              observation.environment_state: {topic: /keypoints, field: "position[0:18]"}
            action:
              topic: /command
              joints: [x, y]
              limits: {default: {position: [0, 512], velocity: 500, acceleration: 5000, jerk: 50000}}
              %s
            control: {interpolation: %s}
            """;

    @TempDir
    private Path folder;

    private MeasuredInput found(String state, String measured, String interpolation) throws IOException {
        Path file = Files.writeString(folder.resolve("robot.yaml"),
                ROBOT.formatted(Path.of("models/pusht_keypoints").toAbsolutePath(), state, measured, interpolation));
        RobotConfig config = ConfigReader.read(file).config();
        return MeasuredInput.of(config, 0, POLICY);
    }

    private String refusal(String state, String measured) {
        String message = assertThrows(InputException.class, () -> found(state, measured, "cubic")).getMessage();
        assertEquals(1, message.lines().count(), message);
        return message;
    }

    @Test
    void shouldBeThePolicysStateWhereItIsTheActionsJoints() throws IOException {
        assertEquals("observation.state", found("position[x,y]", "", "cubic").key());
    }

    /** A state of other size and order than the action: the joints are found in it by name. */
    @Test
    void shouldFindTheActionsJointsByNameInAStateOfOtherJoints() throws IOException {
        MeasuredInput input = found("position[grip,y,x]", "", "cubic");

        assertNull(input.key());
        assertEquals("/joint_states", input.topic());
        assertEquals("position[x,y]", input.field());
    }

    @Test
    void shouldBeWhatIsConfigured() throws IOException {
        MeasuredInput input = found("position[0:2]", "measured: {topic: /tool, type: lab_msgs/Tool, field: \"readings[0].position\"}", "cubic");

        assertNull(input.key());
        assertEquals("/tool", input.topic());
        assertEquals("lab_msgs/Tool", input.type());
    }

    @Test
    void shouldRefuseSmoothControlWithoutOne() {
        String message = refusal("position[0:2]", "");

        assertTrue(message.contains("[x, y]") && message.contains("position[0:2]") && message.contains("action.measured"), message);
    }

    @Test
    void shouldLetARobotThatIsCommandedInStepsDoWithout() throws IOException {
        assertNull(found("position[0:2]", "", "zero_order_hold"));
    }

    @Test
    void shouldRefuseTheSameJointsInAnotherOrder() {
        String message = refusal("position[x,y]", "measured: {topic: /joint_states, field: \"position[y,x]\"}");

        assertTrue(message.contains("[x, y]") && message.contains("[y, x]"), message);
    }

    @Test
    void shouldNameBothSizes() throws IOException {
        MeasuredInput input = found("position[x,y]", "", "cubic");
        String message = assertThrows(InputException.class, () -> input.requireSize(8, java.util.List.of("x", "y"))).getMessage();

        assertTrue(message.contains("2 values") && message.contains("8 values"), message);
    }
}
