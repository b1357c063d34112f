package dev.dpros.setup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Descriptions of robots, sound and not. */
@Timeout(30)
class RobotJointsTest {
    @TempDir
    private Path folder;

    static RobotJoints parse(String xml) {
        return RobotJoints.parse(xml.getBytes(StandardCharsets.UTF_8), "robot.urdf");
    }

    private static String refusal(String xml) {
        String line = assertThrows(InputException.class, () -> parse(xml)).getMessage();
        assertEquals(1, line.lines().count(), line);
        return line;
    }

    @Test
    void shouldTakeTheJointsThatMoveByThemselves() {
        RobotJoints robot = parse("""
                <robot name="r">
                  <joint name="base" type="fixed"/>
                  <joint name="lift" type="prismatic"><limit lower="0" upper="0.5" velocity="0.2" effort="1"/></joint>
                  <joint name="turn" type="continuous"><limit velocity="3.0" effort="1"/></joint>
                  <joint name="elbow" type="revolute"><limit lower="-1" upper="2" effort="1"/></joint>
                  <joint name="left" type="prismatic"><limit lower="0" upper="0.04" velocity="0.1" effort="1"/></joint>
                  <joint name="right" type="prismatic"><mimic joint="left"/><limit lower="0" upper="0.04" velocity="0.1" effort="1"/></joint>
                  <transmission name="t"><joint name="lift"><hardwareInterface>x</hardwareInterface></joint></transmission>
                </robot>""");
        assertEquals(List.of("lift", "turn", "elbow", "left"), robot.names());
        assertEquals(new RobotJoints.Joint("lift", false, 0, 0.5, 0.2, "m"), robot.joint("lift"));
        assertEquals(new RobotJoints.Joint("turn", true, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, 3, "rad"), robot.joint("turn"));
        assertTrue(Double.isNaN(robot.joint("elbow").velocity()), "the file does not say");
        assertNull(robot.joint("right"));
    }

    @Test
    void shouldNameAJointWithoutLimitsWhenItIsAskedForAlone() {
        RobotJoints robot = parse("<robot name='r'><joint name='a' type='revolute'/><joint name='b' type='revolute'>"
                + "<limit lower='${lower}' upper='1' velocity='1'/></joint>"
                + "<joint name='c' type='revolute'><limit lower='-1' upper='1' velocity='1'/></joint></robot>");
        assertEquals(1, robot.joint("c").upper());
        assertTrue(assertThrows(InputException.class, () -> robot.joint("a")).getMessage().contains("no limit element"));
        assertTrue(assertThrows(InputException.class, () -> robot.joint("b")).getMessage().contains("${lower}"));
    }

    @Test
    void shouldRefuseWhatIsNoUrdf() {
        assertTrue(refusal("position: 1").startsWith("robot.urdf: not a readable URDF: "));
        assertTrue(refusal("<sdf/>").contains("expected robot, found sdf"));
        assertTrue(refusal("<robot><joint name='a' type='revolute'><limit lower='0' upper='1'/></joint><joint name='a' type='continuous'/></robot>")
                .contains("expected a name of its own, found twice"));
    }

    @Test
    void shouldReadNoOtherFileAndGrowNoFurtherThanTheDocument() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "s3cret");
        String external = refusal("<?xml version='1.0'?><!DOCTYPE robot [<!ENTITY x SYSTEM '" + secret.toUri() + "'>]><robot name='&x;'/>");
        assertTrue(external.contains("DOCTYPE") && !external.contains("s3cret"), external);
        StringBuilder laughs = new StringBuilder("<?xml version='1.0'?><!DOCTYPE robot [<!ENTITY a 'ha'>");
        for (char c = 'b'; c < 'z'; c++) {
            laughs.append("<!ENTITY ").append(c).append(" '").append(("&" + (char) (c - 1) + ";").repeat(10)).append("'>");
        }
        refusal(laughs + "]><robot name='&y;'/>");
        refusal("<robot>".repeat(5_000) + "</robot>".repeat(5_000));
        refusal(" ".repeat(5 << 20) + "<robot/>");
    }
}
