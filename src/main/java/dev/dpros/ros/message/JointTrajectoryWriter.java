package dev.dpros.ros.message;

import dev.dpros.core.CommandFrame;
import java.nio.ByteBuffer;

/**
 * Serializes a {@link CommandFrame} as trajectory_msgs/JointTrajectory: the frame's stamp in the header, the names, and
 * each point with positions, velocities and time_from_start. Control thread; allocates nothing after construction.
 */
public final class JointTrajectoryWriter implements CommandWriter {
    private final byte[] frameId;
    private final byte[] names;
    private final int dims;
    private final MessageBuffer buffer;
    private int sequence;

    /** A writer for frames like {@code layout}; {@code frameId} may be empty. */
    public JointTrajectoryWriter(CommandFrame layout, String frameId) {
        this.frameId = MessageBuffer.string(frameId);
        names = MessageBuffer.strings(layout.names());
        dims = layout.dims();
        buffer = new MessageBuffer(size(layout.capacity()));
    }

    private int size(int points) {
        return 12 + frameId.length + names.length + 4 + points * (2 * (4 + 8 * dims) + 8 + 8);
    }

    @Override
    public ByteBuffer write(CommandFrame frame) {
        ByteBuffer out = buffer.begin(size(frame.points));
        MessageBuffer.putHeader(out, sequence++, frame.stampNs, frameId);
        out.put(names).putInt(frame.points);
        for (int i = 0; i < frame.points; i++) {
            MessageBuffer.putDoubles(out, frame.positions, i * dims, dims);
            MessageBuffer.putDoubles(out, frame.velocities, i * dims, dims);
            out.putInt(0).putInt(0);
            WireTime.put(out, frame.timeFromStartNs[i]);
        }
        return out.flip();
    }
}
