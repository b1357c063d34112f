package dev.dpros.node.outputs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.config.ActionSection;
import dev.dpros.config.MeasuredSection;
import dev.dpros.config.PerJoint;
import dev.dpros.config.QosSection;
import dev.dpros.control.AtRest;
import dev.dpros.control.ControlConfig;
import dev.dpros.core.CommandFrame;
import dev.dpros.core.InputException;
import dev.dpros.core.MessageTypes;
import dev.dpros.messages.TrajectoryStart;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros2.message.Ros2Catalog;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Types of one value, as a gripper or a lift takes them, in both middlewares. */
class OneJointTypesTest {
    static Stream<MessageTypes> middlewares() {
        return Stream.of(SchemaCatalog.packaged(), Ros2Catalog.packaged());
    }

    private static Map<String, Object> sent(MessageTypes types, String type, String... joints) {
        List<String> names = List.of(joints);
        ActionSection section = new ActionSection("/hand", type, names, "", Map.of(), new MeasuredSection("", "", ""), AtRest.SILENT, PerJoint.NONE,
                Map.of(), ActionSection.Stamp.NOW, ActionSection.FirstPoint.NOW, QosSection.NONE, null, null, null, 7);
        CommandFrame frame = new CommandFrame(names, 4);
        frame.points = 2;
        frame.positions[0] = 0.03;
        frame.positions[1] = 0.01;
        return types.message(type).decode(CommandType.of(type, "action").writer(types, new CommandFrame(names, 4), section,
                ControlConfig.of(names, 50, 10, 15, 8), TrajectoryStart.NOW).write(frame));
    }

    @ParameterizedTest
    @MethodSource("middlewares")
    void shouldSendThePositionNow(MessageTypes types) {
        assertEquals(Map.of("data", 0.03), sent(types, "std_msgs/Float64", "lift"));
        assertEquals(Map.of("position", 0.03, "max_effort", 7.0), sent(types, "control_msgs/GripperCommand", "gripper"));
    }

    @ParameterizedTest
    @MethodSource("middlewares")
    void shouldRefuseMoreThanOneJoint(MessageTypes types) {
        String line = assertThrows(InputException.class, () -> sent(types, "control_msgs/GripperCommand", "left", "right")).getMessage();
        assertTrue(line.contains("expected one joint, found joints [left, right]"), line);
    }
}
