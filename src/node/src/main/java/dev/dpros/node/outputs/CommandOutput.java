package dev.dpros.node.outputs;

import dev.dpros.config.ActionSection;
import dev.dpros.control.ControlConfig;
import dev.dpros.control.Interpolation;
import dev.dpros.core.Clock;
import dev.dpros.core.CommandFrame;
import dev.dpros.core.Transport;
import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.messages.CommandWriter;
import dev.dpros.messages.TrajectoryStart;

/** A command topic. Publishes on the control thread; allocates nothing. */
public final class CommandOutput implements RobotOutput {
    private final String topic;
    private final Publication publication;
    private final CommandWriter writer;
    private final CommandFrame halt;
    private final Clock clock;
    private volatile boolean moves;

    /**
     * Advertises the topic.
     *
     * @param key of the section, for messages
     * @param framePoints most points in one frame
     * @throws dev.dpros.core.InputException if the type is not one that these commands can be sent as
     */
    public CommandOutput(Transport transport, ActionSection action, String key, ControlConfig control, int framePoints) {
        CommandType type = CommandType.of(action.type(), key);
        ControlConfig own = control.with(action.interpolationOr(control.interpolation()));
        writer = type.writer(transport.messages(), new CommandFrame(action.joints(), framePoints), action, own, start(action, own));
        topic = transport.resolve(action.topic());
        halt = action.velocities() ? new CommandFrame(action.joints(), 1) : null;
        clock = transport.clock();
        publication = transport.advertise(action.topic(), type.type(), new PublicationOptions(false, 1));
    }

    /** How the trajectories of an output begin. */
    static TrajectoryStart start(ActionSection action, ControlConfig control) {
        return new TrajectoryStart(action.stamp() == ActionSection.Stamp.NOW,
                action.firstPointNs(control.periodNs()),
                control.interpolation() == Interpolation.ZERO_ORDER_HOLD);
    }

    @Override
    public void publish(CommandFrame frame) {
        if (halt != null) {
            moves = isMoving(frame);
        }
        publication.publish(writer.write(frame), frame.newcomersNs);
    }

    private static boolean isMoving(CommandFrame frame) {
        for (int d = 0; d < frame.dims(); d++) {
            if (frame.velocities[d] != 0) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String topic() {
        return topic;
    }

    @Override
    public int receivers() {
        return publication.subscribers();
    }

    @Override
    public long sent() {
        return publication.sent();
    }

    @Override
    public long dropped() {
        return publication.dropped();
    }

    /** Where the loop ended while a velocity was commanded, zero is sent: nothing else would end it but its receiver's own limit. */
    @Override
    public void close() {
        if (halt != null && moves) {
            halt.points = 1;
            halt.stampNs = clock.rosNs();
            publish(halt);
        }
        publication.close();
    }
}
