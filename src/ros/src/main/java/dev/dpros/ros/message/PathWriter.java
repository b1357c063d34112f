package dev.dpros.ros.message;

import dev.dpros.core.ActionChunk;
import java.nio.ByteBuffer;

/**
 * Serializes the positions of a chunk as nav_msgs/Path, for rviz: one pose per action, stamped, orientation identity. One
 * thread; allocates only to grow.
 */
public final class PathWriter {
    private final byte[] frameId;
    private final int[] dims;
    private final MessageBuffer buffer;
    private int sequence;

    /**
     * A writer.
     *
     * @param dims which dimensions of the action are x, y and (if there are three) z
     */
    public PathWriter(int[] dims, String frameId) {
        this.dims = dims.clone();
        this.frameId = MessageBuffer.string(frameId);
        buffer = new MessageBuffer(size(64));
    }

    private int size(int poses) {
        return (12 + frameId.length) * (poses + 1) + 4 + 56 * poses;
    }

    /** The message, position 0 to limit, valid until the next call. */
    public ByteBuffer write(ActionChunk chunk) {
        ByteBuffer out = buffer.begin(size(chunk.steps()));
        MessageBuffer.putHeader(out, sequence, chunk.firstStampNs(), frameId);
        out.putInt(chunk.steps());
        for (int i = 0; i < chunk.steps(); i++) {
            MessageBuffer.putHeader(out, sequence, chunk.stampNs(i), frameId);
            for (int axis = 0; axis < 3; axis++) {
                out.putDouble(axis < dims.length ? chunk.action(i, dims[axis]) : 0);
            }
            out.putDouble(0).putDouble(0).putDouble(0).putDouble(1);
        }
        sequence++;
        return out.flip();
    }
}
