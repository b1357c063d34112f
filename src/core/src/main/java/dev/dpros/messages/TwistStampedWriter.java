package dev.dpros.messages;

import dev.dpros.core.CommandFrame;
import dev.dpros.core.MessageTypes;
import dev.dpros.core.MessageWriter;
import java.nio.ByteBuffer;

/**
 * Serializes the velocity of the commanded pose as geometry_msgs/TwistStamped, so that a hold is a zero twist; dimensions
 * as for {@link PoseStampedWriter}. Control thread; allocates nothing after construction.
 */
public final class TwistStampedWriter implements CommandWriter {
    private final byte[] frameId;
    private final PoseDimensions dimensions;
    private final MessageWriter out;
    private final double[] twist = new double[6];
    private int sequence;

    /** A writer for frames like {@code layout}. @throws dev.dpros.core.InputException if its names are not a pose's */
    public TwistStampedWriter(MessageTypes types, CommandFrame layout, String frameId) {
        dimensions = new PoseDimensions(layout.names(), "geometry_msgs/TwistStamped");
        this.frameId = types.text(frameId);
        out = types.writer(12 + this.frameId.length + 8 * twist.length);
    }

    @Override
    public ByteBuffer write(CommandFrame frame) {
        out.begin().header(sequence++, frame.stampNs, frameId);
        dimensions.twist(frame.positions, frame.velocities, twist);
        for (double value : twist) {
            out.f64(value);
        }
        return out.end();
    }
}
