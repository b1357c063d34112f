package dev.dpros.node.outputs;

import org.jspecify.annotations.Nullable;

/** What outputs to action servers have in common: what they say of themselves is what their sender of goals says. */
abstract class GoalOutput implements RobotOutput {
    /** Sends the goals and hears of them. */
    final GoalSender sender;

    GoalOutput(GoalSender sender) {
        this.sender = sender;
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
