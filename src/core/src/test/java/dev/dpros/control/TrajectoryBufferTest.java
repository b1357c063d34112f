package dev.dpros.control;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.dpros.core.ActionChunk;
import org.junit.jupiter.api.Test;

class TrajectoryBufferTest {
    private static final long S = 1_000_000_000L;

    private static TrajectoryBuffer of(Interpolation interpolation, double... values) {
        TrajectoryBuffer buffer = new TrajectoryBuffer(1, 8, interpolation);
        ActionChunk chunk = new ActionChunk(1, 0, 0, S, 1, values, 1);
        for (int i = 0; i < values.length; i++) {
            buffer.append(chunk, i, chunk.stampNs(i));
        }
        return buffer;
    }

    private static double[] at(TrajectoryBuffer buffer, double seconds) {
        double[] p = new double[1];
        double[] v = new double[1];
        double[] a = new double[1];
        buffer.sample(Math.round(seconds * S), p, v, a);
        return new double[] {p[0], v[0], a[0]};
    }

    @Test
    void shouldHoldEachWaypointUntilTheNext() {
        TrajectoryBuffer buffer = of(Interpolation.ZERO_ORDER_HOLD, 1, 2, 3);
        assertArrayEquals(new double[] {1, 0, 0}, at(buffer, 0.999));
        assertArrayEquals(new double[] {2, 0, 0}, at(buffer, 1));
    }

    @Test
    void shouldInterpolateStraightLinesAndRestOutside() {
        TrajectoryBuffer buffer = of(Interpolation.LINEAR, 1, 3, 2);
        assertArrayEquals(new double[] {1.5, 2, 0}, at(buffer, 0.25), 1e-12);
        assertArrayEquals(new double[] {2.5, -1, 0}, at(buffer, 1.5), 1e-12);
        assertArrayEquals(new double[] {1, 0, 0}, at(buffer, -1), 1e-12);
        assertArrayEquals(new double[] {2, 0, 0}, at(buffer, 5), 1e-12);
    }

    @Test
    void shouldReproduceAParabolaByCubicInterpolation() {
        TrajectoryBuffer buffer = of(Interpolation.CUBIC, 0, 1, 4, 9, 16);
        assertArrayEquals(new double[] {6.25, 5, 2}, at(buffer, 2.5), 1e-9);
    }

    @Test
    void shouldHaveContinuousVelocityAtWaypoints() {
        TrajectoryBuffer buffer = of(Interpolation.CUBIC, 0, 2, -1, 5, 5);
        for (int i = 1; i < 4; i++) {
            assertEquals(at(buffer, i - 1e-7)[1], at(buffer, i)[1], 1e-4);
            assertEquals(at(buffer, i - 1e-7)[0], at(buffer, i)[0], 1e-5);
        }
    }

    @Test
    void shouldKeepTheLastTwoWaypointsThatHavePassed() {
        TrajectoryBuffer buffer = of(Interpolation.LINEAR, 0, 1, 2, 3, 4, 5);
        buffer.dropBefore(3 * S + 1);
        assertEquals(4, buffer.size());
        assertEquals(2 * S, buffer.stampNs(0));
        assertEquals(2, buffer.remaining(3 * S + 1));
        assertArrayEquals(new double[] {3.5, 1, 0}, at(buffer, 3.5), 1e-12);
    }

    @Test
    void shouldRefuseWaypointsOutOfOrderOrBeyondItsCapacity() {
        TrajectoryBuffer buffer = of(Interpolation.LINEAR, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertEquals(8, buffer.size());
        buffer.truncateFrom(3 * S);
        assertFalse(buffer.append(new double[1], 0, 2 * S));
        assertEquals(3, buffer.size());
    }
}
