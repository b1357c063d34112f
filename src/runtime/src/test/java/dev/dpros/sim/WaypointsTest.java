package dev.dpros.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.sim.Waypoints.Interpolation;
import org.junit.jupiter.api.Test;

class WaypointsTest {
    @Test
    void shouldGoInAStraightLineFromWhereItIsToTheFirstWaypoint() {
        Waypoints waypoints = waypoints(Interpolation.LINEAR);
        assertTrue(replace(waypoints, 100, new long[] {200, 400}, 10, 30));
        assertEquals(0, at(waypoints, 100));
        assertEquals(5, at(waypoints, 150), 1e-12);
        assertEquals(10, at(waypoints, 200), 1e-12);
        assertEquals(20, at(waypoints, 300), 1e-12);
        assertEquals(30, at(waypoints, 1_000), 1e-12);
    }

    @Test
    void shouldNotLeapWhenANewTrajectoryBendsThePath() {
        Waypoints waypoints = waypoints(Interpolation.LINEAR);
        replace(waypoints, 0, new long[] {100, 200}, 10, 20);
        assertEquals(12, at(waypoints, 120), 1e-12);
        replace(waypoints, 120, new long[] {140}, 0);
        assertEquals(12, at(waypoints, 120), 1e-12);
        assertEquals(6, at(waypoints, 130), 1e-12);
        assertEquals(0, at(waypoints, 500), 1e-12);
    }

    @Test
    void shouldKeepWaypointsBeforeTheFirstNewStamp() {
        Waypoints waypoints = waypoints(Interpolation.HOLD);
        replace(waypoints, 0, new long[] {100, 200, 300}, 1, 2, 3);
        replace(waypoints, 50, new long[] {300, 400}, 7, 8);
        assertEquals(0, at(waypoints, 99));
        assertEquals(1, at(waypoints, 199));
        assertEquals(2, at(waypoints, 299));
        assertEquals(7, at(waypoints, 300));
        assertEquals(8, at(waypoints, 400));
        assertFalse(waypoints.isMoving());
    }

    @Test
    void shouldObeyTheLatestWaypointWhenATrajectoryComesLate() {
        for (Interpolation interpolation : Interpolation.values()) {
            Waypoints waypoints = waypoints(interpolation);
            replace(waypoints, 0, new long[] {100, 900}, 1, 9);
            replace(waypoints, 350, new long[] {200, 300, 400}, 2, 3, 3);
            assertEquals(3, at(waypoints, 350), 1e-12);
            assertEquals(3, at(waypoints, 5_000), 1e-12);
        }
    }

    @Test
    void shouldRefuseMoreWaypointsThanFitAndKeepWhatItHas() {
        Waypoints waypoints = waypoints(Interpolation.HOLD);
        replace(waypoints, 0, new long[] {10, 20, 30}, 1, 2, 3);
        assertFalse(replace(waypoints, 0, new long[] {40, 50}, 4, 5));
        assertEquals(3, at(waypoints, 60));
    }

    private static Waypoints waypoints(Interpolation interpolation) {
        Waypoints waypoints = new Waypoints(1, 4, interpolation);
        waypoints.hold(new double[] {0});
        return waypoints;
    }

    private static boolean replace(Waypoints waypoints, long nowNs, long[] stampsNs, double... positions) {
        return waypoints.replace(nowNs, stampsNs.length, stampsNs, positions);
    }

    private static double at(Waypoints waypoints, long nowNs) {
        waypoints.evaluate(nowNs);
        return waypoints.target(0);
    }
}
