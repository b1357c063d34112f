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
        assertEquals(new RobotJoints.Joint("lift", false, 0, 0.5, 0.2, "m", false), robot.joint("lift"));
        assertEquals(new RobotJoints.Joint("turn", true, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, 3, "rad", false), robot.joint("turn"));
        assertTrue(Double.isNaN(robot.joint("elbow").velocity()), "the file does not say");
        assertNull(robot.joint("right"));
    }

    /** Exporters of drawings write the tool first; two arms stay apart. */
    @Test
    void shouldOrderTheJointsFromTheBaseOutwards() {
        String limit = "<limit lower='-1' upper='1' velocity='1' effort='1'/></joint>";
        RobotJoints robot = parse("<robot name='r'>"
                + "<joint name='hand' type='revolute'><parent link='lower'/><child link='tool'/>" + limit
                + "<joint name='elbow' type='revolute'><parent link='upper'/><child link='lower'/>" + limit
                + "<joint name='other' type='revolute'><parent link='mount'/><child link='second'/>" + limit
                + "<joint name='shoulder' type='revolute'><parent link='plate'/><child link='upper'/>" + limit
                + "<joint name='bolt' type='fixed'><parent link='mount'/><child link='plate'/></joint>"
                + "<joint name='ring1' type='revolute'><parent link='a'/><child link='b'/>" + limit
                + "<joint name='ring2' type='revolute'><parent link='b'/><child link='a'/>" + limit + "</robot>");
        assertEquals(List.of("other", "shoulder", "elbow", "hand", "ring1", "ring2"), robot.names());
    }

    @Test
    void shouldTakeSoftLimitsThatAreWithinTheJointsOwn() {
        String joint = "<joint name='a' type='revolute'><limit lower='-2.9671' upper='2.9671' velocity='1' effort='1'/><safety_controller ";
        RobotJoints.Joint soft = parse("<robot name='r'>" + joint
                + "soft_lower_limit='-2.8973' soft_upper_limit='3' k_velocity='40'/></joint></robot>").joint("a");
        assertEquals(new RobotJoints.Joint("a", false, -2.8973, 2.9671, 1, "rad", true), soft);
        for (String none : List.of("k_velocity='40'", "soft_lower_limit='x' soft_upper_limit='1'", "soft_lower_limit='-9' soft_upper_limit='9'")) {
            RobotJoints.Joint own = parse("<robot name='r'>" + joint + none + "/></joint></robot>").joint("a");
            assertEquals(new RobotJoints.Joint("a", false, -2.9671, 2.9671, 1, "rad", false), own, none);
        }
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
