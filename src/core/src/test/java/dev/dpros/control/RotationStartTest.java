package dev.dpros.control;

import static dev.dpros.control.LoopRig.MS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** A tool that starts towards a rotation written another way than its own goes the short way. */
class RotationStartTest {
    @Test
    void shouldBeginWithTheQuaternionThatIsNearerToTheRobots() {
        LoopRig rig = LoopRig.rotating(RotationGroup.Kind.QUATERNION, 0, 0, 0, 1);
        rig.start();
        rig.deliverAction(0, 0, -Math.sin(0.05), -Math.cos(0.05));
        rig.run(1400 * MS);
        assertEquals(1, rig.frames.stream().mapToDouble(frame -> Math.abs(frame.at(0, 3))).min().orElseThrow(), 0.01);
        assertEquals(Math.sin(0.05), rig.last().at(0, 2), 0.005);
    }

    @Test
    void shouldBeginAcrossHalfATurnTheShortWay() {
        LoopRig rig = LoopRig.rotating(RotationGroup.Kind.ROTATION_VECTOR, 0, 0, 3.1);
        rig.start();
        rig.deliverAction(0, 0, -3.1);
        rig.run(1400 * MS);
        assertEquals(2 * Math.PI - 3.1, rig.last().at(0, 2), 0.005);
        assertTrue(rig.frames.stream().allMatch(frame -> Math.abs(frame.at(0, 2) - 3.1) < 0.2));
    }
}
