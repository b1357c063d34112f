package dev.dpros.node.outputs;

import dev.dpros.core.CommandFrame;
import dev.dpros.core.OutputPhase;

/**
 * An arm behind an action server of control_msgs/FollowJointTrajectory: each motion is a goal, with its end at rest, and takes the place of the
 * one before. Where nothing drives any more, the goal is canceled, or the motion that stops is one more goal. Control thread; allocates nothing.
 */
final class TrajectoryGoals extends GoalOutput {
    private final boolean cancels;
    private boolean drives;
    private long motion = Long.MIN_VALUE;

    /** @param cancels what a stop does: cancel the goal; else the motion that stops is one */
    TrajectoryGoals(GoalSender sender, boolean cancels) {
        super(sender);
        this.cancels = cancels;
    }

    @Override
    public void publish(CommandFrame frame) {
        if (frame.motion == motion || !drives && cancels) {
            return;
        }
        motion = frame.motion;
        sender.goal(frame);
    }

    @Override
    public void enter(OutputPhase phase) {
        boolean before = drives;
        drives = phase == OutputPhase.DRIVES;
        sender.drives(drives);
        if (before && !drives && cancels) {
            sender.cancel();
        }
    }
}
