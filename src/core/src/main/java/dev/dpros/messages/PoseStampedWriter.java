package dev.dpros.messages;

import dev.dpros.core.CommandFrame;
import dev.dpros.core.MessageTypes;
import dev.dpros.core.MessageWriter;
import java.nio.ByteBuffer;

/**
 * Serializes the command now as geometry_msgs/PoseStamped; which dimension is what, their names say ({@code x, y, z} and
 * a quaternion, a rotation vector or roll, pitch, yaw). Control thread; allocates nothing after construction.
 */
public final class PoseStampedWriter implements CommandWriter {
    private final byte[] frameId;
    private final PoseDimensions dimensions;
    private final MessageWriter out;
    private final double[] pose = new double[7];
    private int sequence;

    /** A writer for frames like {@code layout}. @throws dev.dpros.core.InputException if its names are not a pose's */
    public PoseStampedWriter(MessageTypes types, CommandFrame layout, String frameId) {
        dimensions = new PoseDimensions(layout.names(), "geometry_msgs/PoseStamped");
        this.frameId = types.text(frameId);
        out = types.writer(12 + this.frameId.length + 8 * pose.length);
    }

    @Override
    public ByteBuffer write(CommandFrame frame) {
        out.begin().header(sequence++, frame.stampNs, frameId);
        dimensions.pose(frame.positions, pose);
        for (double value : pose) {
            out.f64(value);
        }
        return out.end();
    }
}
