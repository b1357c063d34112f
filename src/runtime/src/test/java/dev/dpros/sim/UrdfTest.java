package dev.dpros.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class UrdfTest {
    private static final String JOINT = """
            <joint name="%s" type="%s"><parent link="%s"/><child link="%s"/>
            <limit lower="%s" upper="1" velocity="2"/></joint>""";

    @Test
    void shouldReadThePackagedArmFromItsBaseOutwards() {
        Urdf urdf = parse(Arm7World.packagedUrdf());
        assertEquals(List.of("joint1", "joint2", "joint3", "joint4", "joint5", "joint6", "joint7", "gripper"),
                urdf.names());
        Urdf.Joint elbow = urdf.joints().get(3);
        assertEquals(-3.05, elbow.lower());
        assertEquals(List.of(0.0, -1.0, 0.0), elbow.axis());
        assertEquals(Urdf.Motion.PRISMATIC, urdf.joints().get(7).motion());
    }

    @Test
    void shouldOrderJointsByTheirLinksNotByTheFile() {
        Urdf urdf = parse(robot(joint("outer", "revolute", "b", "c"), joint("inner", "prismatic", "a", "b")));
        assertEquals(List.of("inner", "outer"), urdf.names());
    }

    @Test
    void shouldSayWhatIsWrongWithARobotItCannotUse() {
        assertMessage("expected one chain of joints", robot(joint("j", "revolute", "a", "b"), joint("k", "revolute", "a", "c")));
        assertMessage("expected one chain of 1 to 64 moving joints", robot());
        assertMessage("expected revolute, prismatic or fixed, found 'continuous'", robot(joint("j", "continuous", "a", "b")));
        assertMessage("limit lower: expected a finite number, found 'NaN'",
                robot(JOINT.formatted("j", "revolute", "a", "b", "NaN")));
        assertMessage("expected lower < upper", robot(JOINT.formatted("j", "revolute", "a", "b", "7")));
        assertMessage("root element: expected robot", "<launch/>");
        assertMessage("not a readable URDF", "<robot>");
        assertMessage("expected one chain", robot(joint("j", "revolute", "a", "b"), joint("k", "revolute", "b", "a")));
    }

    @Test
    void shouldReadNoDocumentTypeAndNoEntity() {
        assertMessage("not a readable URDF",
                "<!DOCTYPE robot [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><robot>&e;</robot>");
    }

    @Test
    void shouldPutTheToolWhereTheJointsSay() {
        Urdf urdf = parse(Arm7World.packagedUrdf());
        JointFrames frames = new JointFrames(urdf);
        frames.update(new double[8]);
        assertEquals(1.21, frames.origin(7, 2), 1e-12, "stretched upwards");
        frames.update(new double[] {Math.PI / 2, Math.PI / 2, 0, 0, 0, 0, 0, 0.03});
        assertEquals(0.33, frames.origin(7, 2), 1e-12, "stretched to the side");
        assertEquals(0.88, frames.origin(7, 1), 1e-12);
        assertEquals(1.00, frames.origin(8, 1), 1e-12, "the finger is beyond the flange");
        assertEquals(-0.03, frames.origin(8, 0), 1e-12, "and opens across it");
    }

    private static void assertMessage(String expected, String xml) {
        String message = assertThrows(InputException.class, () -> parse(xml)).getMessage();
        assertTrue(message.contains(expected), message);
    }

    private static Urdf parse(String xml) {
        return Urdf.parse(xml.getBytes(StandardCharsets.UTF_8), "robot.urdf");
    }

    private static String joint(String name, String type, String parent, String child) {
        return JOINT.formatted(name, type, parent, child, "-1");
    }

    private static String robot(String... joints) {
        return "<robot name='r'>" + String.join("", joints) + "</robot>";
    }
}
