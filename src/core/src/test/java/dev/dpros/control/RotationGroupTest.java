package dev.dpros.control;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class RotationGroupTest {
    private static final long S = 1_000_000_000L;

    /** Position and velocity half-way (or at a share) between two waypoints one second apart. */
    private static double[][] between(RotationGroup.Kind kind, double share, double[] from, double[] to) {
        TrajectoryBuffer buffer = new TrajectoryBuffer(from.length, 4, Interpolation.LINEAR,
                List.of(new RotationGroup(0, kind)));
        buffer.append(from, 0, 0);
        buffer.append(to, 0, S);
        double[] p = new double[from.length];
        double[] v = new double[from.length];
        buffer.sample(Math.round(share * S), p, v, new double[from.length]);
        return new double[][] {p, v};
    }

    @Test
    void shouldTurnQuaternionsAlongTheArc() {
        double h = Math.sqrt(0.5);
        double[][] mid = between(RotationGroup.Kind.QUATERNION, 0.5, new double[] {0, 0, 0, 1}, new double[] {0, 0, h, h});
        assertArrayEquals(new double[] {0, 0, Math.sin(Math.PI / 8), Math.cos(Math.PI / 8)}, mid[0], 1e-9);
        // A quarter turn a second about z: d/dt sin(theta/2) = cos(theta/2) pi/4.
        assertEquals(Math.cos(Math.PI / 8) * Math.PI / 4, mid[1][2], 1e-4);
    }

    @Test
    void shouldTakeTheShortWayWhenTheSignsDiffer() {
        double h = Math.sqrt(0.5);
        double[][] mid = between(RotationGroup.Kind.QUATERNION, 0.5, new double[] {0, 0, 0, 1}, new double[] {0, 0, -h, -h});
        assertArrayEquals(new double[] {0, 0, Math.sin(Math.PI / 8), Math.cos(Math.PI / 8)}, mid[0], 1e-9);
    }

    @Test
    void shouldInterpolateRotationVectorsAboutOneAxisLinearly() {
        double[][] at = between(RotationGroup.Kind.ROTATION_VECTOR, 0.25, new double[] {0, 0, 0.4}, new double[] {0, 0, 1.2});
        assertArrayEquals(new double[] {0, 0, 0.6}, at[0], 1e-9);
        assertArrayEquals(new double[] {0, 0, 0.8}, at[1], 1e-4);
    }

    @Test
    void shouldNotWrapARotationVectorThatPassesHalfATurn() {
        double[][] at = between(RotationGroup.Kind.ROTATION_VECTOR, 0.75, new double[] {0, 0, 3.0}, new double[] {0, 0, -3.0});
        double shortWay = 2 * Math.PI - 6;
        assertEquals(3.0 + 0.75 * shortWay, at[0][2], 1e-9);
    }

    @Test
    void shouldKeepCoordinatesContinuousFromWaypointToWaypoint() {
        TrajectoryBuffer buffer = new TrajectoryBuffer(3, 8, Interpolation.LINEAR,
                List.of(new RotationGroup(0, RotationGroup.Kind.ROTATION_VECTOR)));
        double[] angles = {2.8, 3.1, -2.9, -2.6, 3.0};
        for (int i = 0; i < angles.length; i++) {
            buffer.append(new double[] {0, 0, angles[i]}, 0, i * S);
        }
        double[] p = new double[3];
        double last = 2.8;
        for (long t = 0; t < 4 * S; t += S / 100) {
            buffer.sample(t, p, new double[3], new double[3]);
            assertEquals(last, p[2], 0.02, "at " + t);
            last = p[2];
        }
    }

    @Test
    void shouldStandStillBetweenEqualRotations() {
        double[][] at = between(RotationGroup.Kind.ROTATION_VECTOR, 0.3, new double[] {0, 0, 0}, new double[] {0, 0, 0});
        assertArrayEquals(new double[3], at[0], 1e-12);
        assertArrayEquals(new double[3], at[1], 1e-9);
    }

    @Test
    void shouldRefuseRotationsThatDoNotFitOrWouldBeAveraged() {
        ControlConfig config = ControlConfig.of(LoopRig.names(4), 100, 10, 16, 8);
        List<RotationGroup> fits = List.of(new RotationGroup(0, RotationGroup.Kind.QUATERNION));
        assertThrows(IllegalArgumentException.class,
                () -> config.with(List.of(new RotationGroup(1, RotationGroup.Kind.QUATERNION))));
        assertThrows(IllegalArgumentException.class, () -> config.with(JoinConfig.of(ChunkStrategy.BLEND)).with(fits));
        assertEquals(fits, config.with(fits).rotations());
    }
}
