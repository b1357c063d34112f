package dev.dpros.node.outputs;

import dev.dpros.core.CommandFrame;
import dev.dpros.core.OutputPhase;

/**
 * A gripper behind an action server of control_msgs/GripperCommand, which makes its own motion to a position. A goal is where the planned motion
 * under way ends, sent when it begins, and again if that changes: not each position in between. At a stop, hold, fault and exit the last goal stands,
 * unless it is to be canceled, or, at an operator's stop, the gripper is to open. Control thread; allocates nothing.
 */
final class GripperGoals extends GoalOutput {
    /** So far ahead a motion counts as under way where there was no position before. */
    private static final long SOON_NS = 100_000_000;
    /** A smaller step is one too once the position has stood for so long. */
    private static final long STOOD_NS = 500_000_000;
    private static final double FINE = 0.1;

    private final double step;
    private final boolean cancels;
    private final double openAt;
    private OutputPhase phase = OutputPhase.STOPPED;
    /** The last goal's position; not a number if none stands. */
    private double goal = Double.NaN;
    /** The position commanded in the last frame. */
    private double now = Double.NaN;
    /** Where the motion under way turned last, moved along with it. */
    private double turn = Double.NaN;
    private int direction;
    private double stoodAt = Double.NaN;
    private long stoodSinceNs;
    private double stoppedAt;
    private boolean opened;

    /**
     * An output.
     *
     * @param step the least difference that is another goal, robot units
     * @param cancels whether a stop cancels the goal
     * @param openAt where an operator's stop opens the gripper, robot units; not a number if it does not
     */
    GripperGoals(GoalSender sender, double step, boolean cancels, double openAt) {
        super(sender);
        this.step = step;
        this.cancels = cancels;
        this.openAt = openAt;
    }

    @Override
    public void publish(CommandFrame frame) {
        now = frame.positions[0];
        if (phase == OutputPhase.DRIVES) {
            follow(frame);
        } else if (phase == OutputPhase.STOPPED && !Double.isNaN(openAt) && !opened && leaves(frame)) {
            opened = true;
            send(openAt, frame);
        }
    }

    /** Whether the loop leads the gripper from where it stopped: it then opens it. */
    private boolean leaves(CommandFrame frame) {
        return frame.positions[frame.points - 1] != stoppedAt || now != stoppedAt;
    }

    private void follow(CommandFrame frame) {
        if (Double.isNaN(goal) || Double.isNaN(turn)) {
            begin(frame);
            return;
        }
        turn();
        double target = direction == 0 ? goal : end(frame, direction, Long.MAX_VALUE);
        if (Math.abs(target - goal) >= step) {
            send(target, frame);
        } else {
            stand(frame);
        }
    }

    /** The first position after a stop: or where it goes from there at once. */
    private void begin(CommandFrame frame) {
        double up = end(frame, 1, SOON_NS);
        double down = end(frame, -1, SOON_NS);
        direction = up - now >= step ? 1 : now - down >= step ? -1 : 0;
        turn = now;
        double target = direction == 0 ? now : end(frame, direction, Long.MAX_VALUE);
        if (Double.isNaN(goal) || Math.abs(target - goal) >= step && direction != 0) {
            send(target, frame);
        }
    }

    /** Keeps the direction of the motion; it turns with a whole step back. */
    private void turn() {
        if (direction == 0) {
            direction = Math.abs(now - turn) < step ? 0 : now > turn ? 1 : -1;
            turn = direction == 0 ? turn : now;
        } else if ((now - turn) * direction >= 0) {
            turn = now;
        } else if ((turn - now) * direction >= step) {
            direction = -direction;
            turn = now;
        }
    }

    /** How far the planned motion goes one way before it turns. */
    private double end(CommandFrame frame, int way, long withinNs) {
        double end = now;
        for (int i = 1; i < frame.points && frame.timeFromStartNs[i] <= withinNs; i++) {
            double next = frame.positions[i];
            if ((end - next) * way >= step) {
                break;
            }
            end = (next - end) * way > 0 ? next : end;
        }
        return end;
    }

    /** What is left to a whole step is made up for once nothing moves: a gripper that closes closes wholly. */
    private void stand(CommandFrame frame) {
        if (!(Math.abs(now - stoodAt) < FINE * step)) {
            stoodAt = now;
            stoodSinceNs = frame.stampNs;
        } else if (frame.stampNs - stoodSinceNs >= STOOD_NS && Math.abs(now - goal) >= FINE * step) {
            send(now, frame);
        }
    }

    private void send(double position, CommandFrame frame) {
        goal = position;
        stoodAt = Double.NaN;
        sender.goal(position, frame.stampNs);
    }

    @Override
    public void enter(OutputPhase next) {
        if (next == OutputPhase.DRIVES) {
            turn = Double.NaN;
        } else {
            if (phase == OutputPhase.DRIVES && cancels) {
                sender.cancel();
                goal = Double.NaN;
            }
            if (next == OutputPhase.STOPPED) {
                stoppedAt = now;
                opened = false;
            }
        }
        boolean another = next == OutputPhase.STOPPED || next == OutputPhase.FAULT;
        goal = another ? Double.NaN : goal; // whatever moved it meanwhile: the next start says where it is to be
        phase = next;
        sender.drives(next == OutputPhase.DRIVES);
    }

    /** A server that has begun anew knows no goal of before. */
    @Override
    public void begin() {
        goal = Double.NaN;
        super.begin();
    }
}
