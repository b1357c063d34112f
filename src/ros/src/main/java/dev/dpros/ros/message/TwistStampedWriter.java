package dev.dpros.ros.message;

import dev.dpros.core.CommandFrame;
import java.nio.ByteBuffer;

/**
 * Serializes the velocity of the commanded pose as geometry_msgs/TwistStamped, so that a hold is a zero twist; dimensions
 * as for {@link PoseStampedWriter}. Control thread; allocates nothing after construction.
 */
public final class TwistStampedWriter implements CommandWriter {
    private final byte[] frameId;
    private final PoseDimensions dimensions;
    private final MessageBuffer buffer;
    private final double[] twist = new double[6];
    private int sequence;

    /** A writer for frames like {@code layout}. @throws dev.dpros.core.InputException if its names are not a pose's */
    public TwistStampedWriter(CommandFrame layout, String frameId) {
        this.frameId = MessageBuffer.string(frameId);
        dimensions = new PoseDimensions(layout.names(), "geometry_msgs/TwistStamped");
        buffer = new MessageBuffer(12 + this.frameId.length + 48);
    }

    @Override
    public ByteBuffer write(CommandFrame frame) {
        ByteBuffer out = buffer.begin(0);
        MessageBuffer.putHeader(out, sequence++, frame.stampNs, frameId);
        dimensions.twist(frame.positions, frame.velocities, twist);
        for (int i = 0; i < 6; i++) {
            out.putDouble(twist[i]);
        }
        return out.flip();
    }
}
