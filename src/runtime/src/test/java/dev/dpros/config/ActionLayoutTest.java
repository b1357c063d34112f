package dev.dpros.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.control.ControlConfig;
import dev.dpros.control.Interpolation;
import dev.dpros.control.MotionRules;
import dev.dpros.control.OutputConfig;
import dev.dpros.core.InputException;
import dev.dpros.safety.JointLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ActionLayoutTest {
    private static final String TWO = """
            policy: ../models/p
            observations:
              observation.state: {topic: /joint_states, field: "position[shoulder,gripper,elbow]"}
            dimensions: [shoulder, gripper, elbow]
            actions:
              - topic: /arm
                joints: [elbow, shoulder]
                limits:
                  default: {position: [-1, 1], velocity: 1, acceleration: 5, jerk: 50}
                  elbow: {position: [-2, 2], velocity: 2, acceleration: 5, jerk: 50}
                take_up: {elbow: 0.05}
              - topic: /hand
                type: control_msgs/GripperCommand
                joints: [gripper]
                limits: {default: {position: [0, 0.08]}}
            """;

    @TempDir
    Path dir;

    private RobotConfig read(String yaml, Layer... above) throws IOException {
        return ConfigReader.read(Files.writeString(dir.resolve("robot.yaml"), yaml), above).config();
    }

    @Test
    void shouldShareTheActionOutInThePolicysOrder() throws IOException {
        RobotConfig config = read(TWO);
        ActionLayout layout = config.layout();
        assertEquals(List.of("shoulder", "gripper", "elbow"), layout.names());
        assertEquals(List.of(List.of(2, 0), List.of(1)), List.of(layout.dims(0), layout.dims(1)));
        assertEquals(List.of(1.0, 0.08, 2.0), layout.limits().stream().map(JointLimits::maxPosition).toList());
        MotionRules rules = config.motionRules(-1);
        assertEquals(List.of(0.02, 0.02, 0.05), rules.takeUp());
        assertEquals(List.of(false, true, false), rules.contact(), "a gripper may be blocked");
        assertEquals(List.of(0.2, 0.0, 0.2), rules.maxTrackingError());
        ControlConfig control = config.control().toControlConfig(layout, 15, false);
        assertEquals(List.of(Interpolation.CUBIC, Interpolation.ZERO_ORDER_HOLD), control.outputs().stream().map(OutputConfig::interpolation).toList());
    }

    @Test
    void shouldTakeTheEntriesOneAfterTheOtherWhereNoOrderIsGiven() throws IOException {
        assertEquals(List.of("elbow", "shoulder", "gripper"), read(TWO.replace("dimensions: [shoulder, gripper, elbow]\n", "")).layout().names());
    }

    @Test
    void shouldGiveEachEntryTheDefaultsOfAction() throws IOException {
        RobotConfig config = read(TWO);
        assertEquals("trajectory_msgs/JointTrajectory", config.actions().get(0).type());
        assertEquals(ActionSection.Stamp.NOW, config.actions().get(1).stamp());
        assertEquals(ActionSection.OnStop.KEEP, config.actions().get(1).onStopOrUsual());
    }

    @Test
    void shouldTakeAListOfOneForTheShortForm() throws IOException {
        String common = TWO.substring(0, TWO.indexOf("actions:")).replace("dimensions: [shoulder, gripper, elbow]\n", "");
        RobotConfig list = read(common + "actions:\n  - {topic: /arm, joints: [shoulder, gripper, elbow]}\n");
        assertEquals(read(common + "action: {topic: /arm, joints: [shoulder, gripper, elbow]}\n"), list);
        assertTrue(list.control().toControlConfig(list.layout(), 15, false).outputs().isEmpty(), "one output takes the whole action");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "joints: [gripper] | joints: [griper] | :14: actions.1.joints: 'griper': expected one of dimensions [shoulder, gripper, elbow]; "
            + "did you mean 'gripper'?",
        "joints: [gripper] | joints: [gripper, elbow] | :14: actions.1.joints: 'elbow': expected each dimension once, actions.0 takes it already",
        "[elbow, shoulder] | [elbow] | :4: dimensions: expected an output for each, found none that takes [shoulder]; add it to the joints of one",
        "[shoulder, gripper, elbow]  | [shoulder, gripper, gripper] | :4: dimensions: expected distinct names, found [shoulder, gripper, gripper]",
        "topic: /hand                | topic: /arm               | :12: actions.1.topic: expected a topic of its own, found /arm, that of actions.0",
        "type: control_msgs/GripperCommand | on_stop: cancel     | :13: actions.1.on_stop: expected keep or open, found cancel: a topic has no goal to cancel",
        "type: control_msgs/GripperCommand | on_stop: open       | actions.1.on_stop: open: expected one joint and open_at",
        "type: control_msgs/GripperCommand | open_at: 0.08       | :13: actions.1.open_at: expected on_stop: open with it, found none",
        "type: control_msgs/GripperCommand | max_effort: -1      | :13: actions.1.max_effort: expected a number, 0 or more, found -1.0",
        "type: control_msgs/GripperCommand | type:               | actions.1.type: value: expected something after the colon, found nothing",
        "dimensions: [shoulder, gripper, elbow] | action: {topic: /x, joints: [y]} | actions: expected action or actions, found both"})
    void shouldRefuseWhatDoesNotShareItOut(String from, String to, String expected) {
        String yaml = TWO.replace(from.strip(), to.strip());
        String line = assertThrows(InputException.class, () -> read(yaml)).getMessage();
        assertTrue(line.contains(expected.strip()) && line.lines().count() == 1, line);
    }

    @Test
    void shouldRefuseAnOpeningBeyondTheLimits() throws IOException {
        RobotConfig config = read(TWO.replace("type: control_msgs/GripperCommand", "on_stop: open\n    open_at: 0.2"));
        String line = assertThrows(IllegalArgumentException.class, () -> config.layout().limits()).getMessage();
        assertEquals("open_at: expected 0.0 to 0.08 (limits of gripper), found 0.2", line);
    }

    @Test
    void shouldNotCountOutputsFromTheServer() throws IOException {
        Map<String, Object> inForce = ConfigReader.read(Files.writeString(dir.resolve("robot.yaml"), TWO)).inForce();
        Map<String, Object> hand = Map.of("topic", "/hand", "type", "control_msgs/GripperCommand", "joints", List.of("gripper"),
                "limits", Map.of("gripper", Map.of("position", List.of(0, 0.5))));
        Map<String, Object> arm = Map.of("topic", "/arm");
        assertThrows(InputException.class, () -> ParameterLayers.requireSameMotion("/dpros", Map.of("actions", List.of(arm, hand)), inForce));
        ParameterLayers.requireSameMotion("/dpros", Map.of("actions", List.of(arm, Map.of("topic", "/hand"))), inForce);
        assertEquals(Map.of(), ParameterLayers.withoutMotion(Map.of("actions", List.of(arm))));
    }
}
