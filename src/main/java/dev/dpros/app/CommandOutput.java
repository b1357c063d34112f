package dev.dpros.app;

import dev.dpros.core.CommandFrame;
import dev.dpros.core.CommandSink;
import dev.dpros.core.InputException;
import dev.dpros.core.NearestName;
import dev.dpros.core.Transport;
import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.ros.message.JointTrajectoryWriter;
import java.util.List;

/** The policy's command topic. Publishes on the control thread; allocates nothing after the first frame. */
final class CommandOutput implements CommandSink, AutoCloseable {
    private static final List<String> TYPES = List.of("trajectory_msgs/JointTrajectory");

    private final Publication publication;
    private final String frameId;
    private JointTrajectoryWriter writer;

    /** Advertises the topic. @throws InputException if the type is not one that commands can be sent as */
    CommandOutput(Transport transport, String topic, String type, String frameId) {
        if (!TYPES.contains(type)) {
            throw new InputException("action.type: expected one of " + TYPES + ", found " + type
                    + NearestName.hint(type, TYPES));
        }
        this.frameId = frameId;
        publication = transport.advertise(topic, type, new PublicationOptions(false, 1));
    }

    @Override
    public void publish(CommandFrame frame) {
        if (writer == null) {
            writer = new JointTrajectoryWriter(frame, frameId);
        }
        publication.publish(writer.write(frame));
    }

    /** For counts. */
    Publication publication() {
        return publication;
    }

    @Override
    public void close() {
        publication.close();
    }
}
