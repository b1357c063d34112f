package dev.dpros.ros.message;

import dev.dpros.core.CommandFrame;
import java.nio.ByteBuffer;

/**
 * Serializes the command now as geometry_msgs/PoseStamped; which dimension is what, their names say ({@code x, y, z} and
 * a quaternion, a rotation vector or roll, pitch, yaw). Control thread; allocates nothing after construction.
 */
public final class PoseStampedWriter implements CommandWriter {
    private final byte[] frameId;
    private final PoseDimensions dimensions;
    private final MessageBuffer buffer;
    private final double[] pose = new double[7];
    private int sequence;

    /** A writer for frames like {@code layout}. @throws dev.dpros.core.InputException if its names are not a pose's */
    public PoseStampedWriter(CommandFrame layout, String frameId) {
        this.frameId = MessageBuffer.string(frameId);
        dimensions = new PoseDimensions(layout.names(), "geometry_msgs/PoseStamped");
        buffer = new MessageBuffer(12 + this.frameId.length + 56);
    }

    @Override
    public ByteBuffer write(CommandFrame frame) {
        ByteBuffer out = buffer.begin(0);
        MessageBuffer.putHeader(out, sequence++, frame.stampNs, frameId);
        dimensions.pose(frame.positions, pose);
        for (int i = 0; i < 7; i++) {
            out.putDouble(pose[i]);
        }
        return out.flip();
    }
}
