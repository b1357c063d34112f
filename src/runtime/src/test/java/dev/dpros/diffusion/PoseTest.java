package dev.dpros.diffusion;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.reference.Procedural;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Rotations by hand, and against what UMI's pose_util.py and pose_repr_util.py give for the same poses (umi_poses.json). */
@Execution(ExecutionMode.CONCURRENT)
class PoseTest {
    private static final double EXACT = 1e-12;
    private static JsonNode reference;

    @BeforeAll
    static void read() throws IOException {
        try (InputStream in = PoseTest.class.getResourceAsStream("/reference/umi_poses.json")) {
            reference = new ObjectMapper().readTree(in);
        }
    }

    private static double[] row(JsonNode node) {
        double[] values = new double[node.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = node.get(i).asDouble();
        }
        return values;
    }

    private static Pose pose(JsonNode six) {
        double[] values = row(six);
        return Pose.ofRotationVector(values, 0, values, 3);
    }

    private static Pose[] poses() {
        Pose[] poses = new Pose[reference.get("poses").size()];
        for (int i = 0; i < poses.length; i++) {
            poses[i] = pose(reference.get("poses").get(i));
        }
        return poses;
    }

    private static double[] ten(Pose pose) {
        double[] values = new double[9];
        pose.position(values, 0);
        pose.rotation6d(values, 3);
        return values;
    }

    private static void assertRows(JsonNode expected, Pose[] found, double tolerance) {
        assertEquals(expected.size(), found.length);
        for (int i = 0; i < found.length; i++) {
            assertArrayEquals(row(expected.get(i)), ten(found[i]), tolerance, "pose " + i);
        }
    }

    @Test
    void shouldTurnAQuarterAboutZ() {
        Pose pose = Pose.ofRotationVector(new double[] {1, 2, 3}, 0, new double[] {0, 0, Math.PI / 2}, 0);

        assertArrayEquals(new double[] {1, 2, 3, 0, -1, 0, 1, 0, 0}, ten(pose), EXACT);
        double[] quaternion = new double[4];
        pose.quaternion(quaternion, 0);
        assertArrayEquals(new double[] {0, 0, Math.sqrt(0.5), Math.sqrt(0.5)}, quaternion, EXACT);
        assertEquals(Math.PI / 2, pose.angleRad(), EXACT);
        assertArrayEquals(new double[] {1, 3, 3, 0, -1, 0, 1, 0, 0}, // x of the inner frame is y of the outer
                ten(pose.times(Pose.ofRotationVector(new double[] {1, 0, 0}, 0, new double[3], 0))), EXACT);
        assertArrayEquals(ten(Pose.IDENTITY), ten(pose.inverse().times(pose)), EXACT);
    }

    @Test
    void shouldConvertAsTheReferenceDoes() {
        Pose[] poses = poses();
        assertRows(reference.get("pose10d"), poses, EXACT);
        for (int i = 0; i < poses.length; i++) {
            double[] quaternion = new double[4];
            poses[i].quaternion(quaternion, 0);
            double[] expected = row(reference.get("quaternions").get(i));
            double sign = Math.signum(quaternion[0] * expected[0] + quaternion[1] * expected[1] + quaternion[2] * expected[2]
                    + quaternion[3] * expected[3]);
            for (int k = 0; k < 4; k++) {
                assertEquals(expected[k], sign * quaternion[k], 1e-9);
            }
            double[] position = row(reference.get("poses").get(i));
            assertArrayEquals(ten(poses[i]), ten(Pose.ofQuaternion(position, 0, expected, 0)), 1e-9);
        }
    }

    @Test
    void shouldMakeRotationsOfWhatANetworkGives() {
        for (int i = 0; i < reference.get("raw").size(); i++) {
            double[] raw = row(reference.get("raw").get(i));
            Pose pose = Pose.ofRotation6d(raw, 0, raw, 3);
            assertArrayEquals(row(reference.get("raw_orthonormal").get(i)), ten(pose), EXACT);
            double[] vector = new double[3];
            pose.rotationVector(vector, 0);
            for (int k = 0; k < 3; k++) {
                assertEquals(reference.get("raw_vector").get(i).get(3 + k).asDouble(), vector[k], 1e-9);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(PoseRepresentation.class)
    void shouldRepresentAndRestoreAsTheReferenceDoes(PoseRepresentation representation) {
        Pose base = pose(reference.get("base"));
        String name = representation.name().toLowerCase(Locale.ROOT);

        Pose[] told = representation.represented(poses(), base);
        assertRows(reference.get(name), told, EXACT);
        Pose[] back = representation.restored(told, base);
        assertRows(reference.get(name + "_back"), back, EXACT);
        assertRows(reference.get("pose10d"), back, EXACT);
    }

    @Test
    void shouldComeBackThroughAllWaysToWriteARotation() {
        for (int i = 0; i < 200; i++) {
            float[] drawn = Procedural.uniform("pose/" + i, 6, -1.8, 1.8);
            double[] six = new double[6];
            for (int k = 0; k < 6; k++) {
                six[k] = k >= 3 && i % 10 == 0 ? drawn[k] * 1e-9 : drawn[k];
            }
            Pose pose = Pose.ofRotationVector(six, 0, six, 3);
            double[] q = new double[4];
            pose.quaternion(q, 0);
            double[] rows = new double[6];
            Pose.ofQuaternion(six, 0, q, 0).rotation6d(rows, 0);
            double[] vector = new double[3];
            Pose.ofRotation6d(six, 0, rows, 0).rotationVector(vector, 0);
            assertArrayEquals(ten(pose), ten(Pose.ofRotationVector(six, 0, vector, 0)), 1e-12);
            assertTrue(pose.angleRad() <= Math.PI);
        }
    }

    @Test
    void shouldGoTheShortestWay() {
        Pose from = Pose.ofRotationVector(new double[] {0, 0, 0}, 0, new double[] {0, 0, 3}, 0);
        Pose to = Pose.ofRotationVector(new double[] {1, 0, 2}, 0, new double[] {0, 0, -3}, 0);
        double[] vector = new double[3];

        Pose half = from.towards(to, 0.5);

        half.rotationVector(vector, 0);
        assertEquals(Math.PI, Math.abs(vector[2]), 1e-9); // through pi, not back through 0
        assertArrayEquals(new double[] {0.5, 0, 1}, java.util.Arrays.copyOf(ten(half), 3), EXACT);
        assertArrayEquals(ten(from), ten(from.towards(to, 0)), EXACT);
        assertArrayEquals(ten(to), ten(from.towards(to, 1)), EXACT);
    }

    @ParameterizedTest
    @CsvSource({"0,0,0,0", "0,0,0,1.002", "0,0,0,0.998", "NaN,0,0,1", "Infinity,0,0,0", "0.5,0.5,0.5,0.6"})
    void shouldRefuseWhatIsNoQuaternion(double x, double y, double z, double w) {
        String message = assertThrows(IllegalArgumentException.class,
                () -> Pose.ofQuaternion(new double[3], 0, new double[] {x, y, z, w}, 0)).getMessage();
        assertTrue(message.startsWith("quaternion: expected length 1, found"), message);
    }

    @ParameterizedTest
    @CsvSource({"0,0,0,0,1,0", "1,0,0,0,0,0", "1,0,0,-2,0,0", "1,0,NaN,0,1,0", "1,0,0,0,Infinity,0"})
    void shouldRefuseRowsThatAreNoRotation(double a, double b, double c, double d, double e, double f) {
        assertThrows(IllegalArgumentException.class,
                () -> Pose.ofRotation6d(new double[3], 0, new double[] {a, b, c, d, e, f}, 0));
    }

    @Test
    void shouldRefusePositionsAndVectorsThatAreNoNumbers() {
        double[] bad = {0, Double.NaN, 0};
        assertThrows(IllegalArgumentException.class, () -> Pose.ofRotationVector(bad, 0, new double[3], 0));
        assertThrows(IllegalArgumentException.class, () -> Pose.ofRotationVector(new double[3], 0, bad, 0));
        assertThrows(IllegalArgumentException.class, () -> Pose.ofQuaternion(bad, 0, new double[] {0, 0, 0, 1}, 0));
    }
}
