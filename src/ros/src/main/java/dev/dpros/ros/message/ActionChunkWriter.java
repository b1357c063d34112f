package dev.dpros.ros.message;

import dev.dpros.core.ActionChunk;
import dev.dpros.core.CommandFrame;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Serializes diffusion_policy_msgs/ActionChunk: a sampled chunk as it is, or a command frame sampled on a regular grid
 * from its stamp to its end. One thread; allocates only to grow.
 */
public final class ActionChunkWriter implements CommandWriter {
    private static final int MAX_STEPS = 4096;
    private static final int FIXED_BYTES = 12 + 8 + 8 + 8 + 4 + 4;

    private final byte[] frameId;
    private final byte[] names;
    private final int dims;
    private final long stepNs;
    private final boolean hold;
    private final MessageBuffer buffer;
    private int sequence;

    /**
     * A writer for actions with these names.
     *
     * @param stepNs grid on which command frames are sampled; chunks have their own
     * @param hold whether a command frame's points are held until the next one, or joined by cubic Hermite splines
     */
    public ActionChunkWriter(List<String> names, String frameId, long stepNs, boolean hold) {
        this.frameId = MessageBuffer.string(frameId);
        this.names = MessageBuffer.strings(names);
        dims = names.size();
        this.stepNs = stepNs;
        this.hold = hold;
        buffer = new MessageBuffer(size(64));
    }

    private int size(int steps) {
        return FIXED_BYTES + frameId.length + names.length + 8 * dims * steps;
    }

    private ByteBuffer begin(int steps, long stampNs, long id, long observationStampNs, long periodNs) {
        ByteBuffer out = buffer.begin(size(steps));
        MessageBuffer.putHeader(out, sequence++, stampNs, frameId);
        out.putLong(id);
        WireTime.put(out, observationStampNs);
        WireTime.put(out, periodNs);
        return out.put(names).putInt(steps * dims);
    }

    /** The message of a sampled chunk, valid until the next call. */
    public ByteBuffer write(ActionChunk chunk) {
        int steps = chunk.steps();
        ByteBuffer out = begin(steps, chunk.firstStampNs(), chunk.id(), chunk.observationStampNs(), chunk.stepNs());
        for (int i = 0; i < steps; i++) {
            for (int d = 0; d < dims; d++) {
                out.putDouble(chunk.action(i, d));
            }
        }
        return out.putInt(chunk.denoisingSteps()).flip();
    }

    @Override
    public ByteBuffer write(CommandFrame frame) {
        long lastNs = frame.timeFromStartNs[frame.points - 1];
        int steps = (int) Math.min(MAX_STEPS, 1 + (lastNs + stepNs - 1) / stepNs);
        ByteBuffer out = begin(steps, frame.stampNs, frame.chunkId, frame.observationStampNs, stepNs);
        int segment = 0;
        for (int i = 0; i < steps; i++) {
            long timeNs = i * stepNs;
            while (segment + 1 < frame.points && frame.timeFromStartNs[segment + 1] <= timeNs) {
                segment++;
            }
            for (int d = 0; d < dims; d++) {
                out.putDouble(at(frame, segment, timeNs, d));
            }
        }
        return out.putInt(0).flip();
    }

    private double at(CommandFrame frame, int segment, long timeNs, int dim) {
        double p0 = frame.positions[segment * dims + dim];
        if (hold || segment + 1 >= frame.points || timeNs <= frame.timeFromStartNs[segment]) {
            return p0;
        }
        double p1 = frame.positions[(segment + 1) * dims + dim];
        double seconds = (frame.timeFromStartNs[segment + 1] - frame.timeFromStartNs[segment]) * 1e-9;
        double u = (timeNs - frame.timeFromStartNs[segment]) * 1e-9 / seconds;
        double m0 = frame.velocities[segment * dims + dim] * seconds;
        double m1 = frame.velocities[(segment + 1) * dims + dim] * seconds;
        return p0 + u * (m0 + u * (3 * (p1 - p0) - 2 * m0 - m1 + u * (2 * (p0 - p1) + m0 + m1)));
    }
}
