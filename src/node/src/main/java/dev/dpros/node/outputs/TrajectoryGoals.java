package dev.dpros.node.outputs;

import dev.dpros.core.CommandFrame;
import dev.dpros.core.OutputPhase;
import org.jspecify.annotations.Nullable;

/**
 * An arm behind an action server of control_msgs/FollowJointTrajectory: each motion is a goal, with its end at rest, and takes the place of the
 * one before. Where nothing drives any more, the goal is canceled, or the motion that stops is one more goal. Control thread; allocates nothing.
 */
final class TrajectoryGoals implements RobotOutput {
    private final GoalSender sender;
    private final boolean cancels;
    private boolean drives;
    private long motion = Long.MIN_VALUE;

    /** @param cancels what a stop does: cancel the goal; else the motion that stops is one */
    TrajectoryGoals(GoalSender sender, boolean cancels) {
        this.sender = sender;
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

    @Override
    public boolean lost() {
        return sender.lost();
    }

    @Override
    public String lostText() {
        return sender.lostText();
    }

    @Override
    public void begin() {
        sender.begin();
    }

    @Override
    public String topic() {
        return sender.name();
    }

    @Override
    public int receivers() {
        return sender.missing() == null ? 1 : 0;
    }

    @Override
    public @Nullable String missing() {
        return sender.missing();
    }

    @Override
    public void leave() {
        sender.leave();
    }

    @Override
    public long sent() {
        return sender.sent();
    }

    @Override
    public long dropped() {
        return sender.failed();
    }

    @Override
    public void close() {
        sender.close();
    }
}
