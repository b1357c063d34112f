package dev.dpros.app.outputs;

import dev.dpros.config.ActionSection;
import dev.dpros.control.ControlConfig;
import dev.dpros.core.CommandFrame;
import dev.dpros.core.CommandSink;
import dev.dpros.core.Transport;
import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.ros.message.CommandWriter;

/** The policy's command topic. Publishes on the control thread; allocates nothing. */
public final class CommandOutput implements CommandSink, AutoCloseable {
    private final Publication publication;
    private final CommandWriter writer;

    /**
     * Advertises the topic.
     *
     * @param framePoints most points in one frame
     * @throws dev.dpros.core.InputException if the type is not one that these commands can be sent as
     */
    public CommandOutput(Transport transport, ActionSection action, ControlConfig control, int framePoints) {
        CommandType type = CommandType.of(action.type());
        writer = type.writer(new CommandFrame(action.joints(), framePoints), action.frameId(), control.interpolation(),
                control.policyStepNs());
        publication = transport.advertise(action.topic(), type.type(), new PublicationOptions(false, 1));
    }

    @Override
    public void publish(CommandFrame frame) {
        publication.publish(writer.write(frame));
    }

    /** For counts. */
    public Publication publication() {
        return publication;
    }

    @Override
    public void close() {
        publication.close();
    }
}
