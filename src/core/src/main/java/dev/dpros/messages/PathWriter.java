package dev.dpros.messages;

import dev.dpros.core.ActionChunk;
import dev.dpros.core.MessageTypes;
import dev.dpros.core.MessageWriter;
import java.nio.ByteBuffer;

/**
 * Serializes the positions of a chunk as nav_msgs/Path, for rviz: one pose per action, stamped, orientation identity. One
 * thread; allocates only to grow.
 */
public final class PathWriter {
    private static final int USUAL_POSES = 64;

    private final byte[] frameId;
    private final int[] dims;
    private final MessageWriter out;
    private int sequence;

    /**
     * A writer.
     *
     * @param dims which dimensions of the action are x, y and (if there are three) z
     */
    public PathWriter(MessageTypes types, int[] dims, String frameId) {
        this.dims = dims.clone();
        this.frameId = types.text(frameId);
        out = types.writer(USUAL_POSES * (12 + this.frameId.length + 56));
    }

    /** The message, position 0 to limit, valid until the next call. */
    public ByteBuffer write(ActionChunk chunk) {
        out.begin().header(sequence, chunk.firstStampNs(), frameId).count(chunk.steps());
        for (int i = 0; i < chunk.steps(); i++) {
            out.header(sequence, chunk.stampNs(i), frameId);
            for (int axis = 0; axis < 3; axis++) {
                out.f64(axis < dims.length ? chunk.action(i, dims[axis]) : 0);
            }
            out.f64(0).f64(0).f64(0).f64(1);
        }
        sequence++;
        return out.end();
    }
}
