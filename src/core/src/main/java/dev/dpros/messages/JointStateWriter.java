package dev.dpros.messages;

import dev.dpros.core.MessageTypes;
import dev.dpros.core.MessageWriter;
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
    private final MessageWriter out;
    private int sequence;

    /** A writer for these joints; {@code frameId} may be empty. */
    public JointStateWriter(MessageTypes types, List<String> joints, String frameId) {
        dims = joints.size();
        this.frameId = types.text(frameId);
        names = types.texts(joints);
        out = types.writer(12 + this.frameId.length + names.length + 2 * (4 + 8 * dims) + 4);
    }

    /**
     * The message, position 0 to limit, valid until the next call.
     *
     * @param stampNs header stamp, ns since the epoch
     * @param positions one per joint, rad or m
     * @param velocities one per joint, rad/s or m/s, or null for none
     */
    public ByteBuffer write(long stampNs, double[] positions, double[] velocities) {
        out.begin().header(sequence++, stampNs, frameId).put(names).doubles(positions, 0, dims);
        if (velocities == null) {
            out.count(0);
        } else {
            out.doubles(velocities, 0, dims);
        }
        return out.count(0).end();
    }
}
