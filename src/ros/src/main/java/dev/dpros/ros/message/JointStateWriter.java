package dev.dpros.ros.message;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Serializes sensor_msgs/JointState with fixed names, positions and velocities (efforts empty). One thread; allocates
 * nothing after construction.
 */
public final class JointStateWriter {
    private final byte[] frameId;
    private final byte[] names;
    private final int dims;
    private final MessageBuffer buffer;
    private int sequence;

    /** A writer for these joints; {@code frameId} may be empty. */
    public JointStateWriter(List<String> joints, String frameId) {
        this.frameId = MessageBuffer.string(frameId);
        names = MessageBuffer.strings(joints);
        dims = joints.size();
        buffer = new MessageBuffer(12 + this.frameId.length + names.length + 2 * (4 + 8 * dims) + 4);
    }

    /**
     * The message, position 0 to limit, valid until the next call.
     *
     * @param stampNs header stamp, ns since the epoch
     * @param positions one per joint, rad or m
     * @param velocities one per joint, rad/s or m/s, or null for none
     */
    public ByteBuffer write(long stampNs, double[] positions, double[] velocities) {
        ByteBuffer out = buffer.begin(0);
        MessageBuffer.putHeader(out, sequence++, stampNs, frameId);
        out.put(names);
        MessageBuffer.putDoubles(out, positions, 0, dims);
        if (velocities == null) {
            out.putInt(0);
        } else {
            MessageBuffer.putDoubles(out, velocities, 0, dims);
        }
        return out.putInt(0).flip();
    }
}
