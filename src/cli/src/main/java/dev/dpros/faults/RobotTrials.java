package dev.dpros.faults;

import dev.dpros.faults.FaultRig.Kind;
import dev.dpros.faults.FaultTrial.Expected;
import dev.dpros.faults.FaultTrial.Recovery;
import java.util.List;

/** The faults of the process that publishes the robot's sensors and takes its commands. */
final class RobotTrials {
    private static final long NOTICED_WITHIN_MS = 700;
    private static final long STARTED_WITHIN_MS = 30_000;
    private static final long GONE_MS = 15_000;

    private RobotTrials() {}

    /** All, in the order in which they are run. */
    static List<FaultTrial> all() {
        Expected stale = new Expected("hold", "joint_state_stale", "state", NOTICED_WITHIN_MS, STARTED_WITHIN_MS);
        return List.of(
                new FaultTrial("robot_gone", Kind.ROBOT_PROCESS, stale, new DrivenCourse(Recovery.AFTER_THE_FAULT,
                        rig -> rig.robot().suspend(), RobotTrials::awaitGone, rig -> rig.robot().resume())),
                new FaultTrial("robot_kill", Kind.ROBOT_PROCESS, stale, new DrivenCourse(Recovery.AFTER_THE_FAULT,
                        rig -> rig.robot().kill(), rig -> rig.robot().start())));
    }

    /** Until others count it as gone, as ROS 2 does when its lease has run out; a connection of ROS 1 stays open. */
    private static void awaitGone(FaultRig rig) throws InterruptedException {
        FaultRig.await(GONE_MS, () -> rig.witness().motions().publishers() == 0);
    }
}
