package dev.dpros.messages;

import dev.dpros.core.ActionChunk;
import dev.dpros.core.CommandFrame;
import dev.dpros.core.MessageTypes;
import dev.dpros.core.MessageWriter;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Serializes diffusion_policy_msgs/ActionChunk: a sampled chunk as it is, or a command frame sampled on a regular grid
 * from its stamp to its end. One thread; allocates only to grow.
 */
public final class ActionChunkWriter implements CommandWriter {
    private static final int MAX_STEPS = 4096;
    private static final int FIXED_BYTES = 12 + 8 + 8 + 8 + 4 + 4;
    private static final int USUAL_STEPS = 64;

    private final byte[] frameId;
    private final byte[] names;
    private final int dims;
    private final long stepNs;
    private final boolean hold;
    private final MessageWriter out;
    private int sequence;

    /**
     * A writer for actions with these names.
     *
     * @param stepNs grid on which command frames are sampled; chunks have their own
     * @param hold whether a command frame's points are held until the next one, or joined by cubic Hermite splines
     */
    public ActionChunkWriter(MessageTypes types, List<String> names, String frameId, long stepNs, boolean hold) {
        dims = names.size();
        this.frameId = types.text(frameId);
        this.names = types.texts(names);
        out = types.writer(FIXED_BYTES + this.frameId.length + this.names.length + 8 * dims * USUAL_STEPS);
        this.stepNs = stepNs;
        this.hold = hold;
    }

    private void begin(int steps, long stampNs, long id, long observationStampNs, long periodNs) {
        out.begin().header(sequence++, stampNs, frameId).i64(id).time(observationStampNs).duration(periodNs).put(names)
                .count(steps * dims);
    }

    /** The message of a sampled chunk, valid until the next call. */
    public ByteBuffer write(ActionChunk chunk) {
        int steps = chunk.steps();
        begin(steps, chunk.firstStampNs(), chunk.id(), chunk.observationStampNs(), chunk.stepNs());
        for (int i = 0; i < steps; i++) {
            for (int d = 0; d < dims; d++) {
                out.f64(chunk.action(i, d));
            }
        }
        return out.i32(chunk.denoisingSteps()).end();
    }

    @Override
    public ByteBuffer write(CommandFrame frame) {
        long lastNs = frame.timeFromStartNs[frame.points - 1];
        int steps = (int) Math.min(MAX_STEPS, 1 + (lastNs + stepNs - 1) / stepNs);
        begin(steps, frame.stampNs, frame.chunkId, frame.observationStampNs, stepNs);
        int segment = 0;
        for (int i = 0; i < steps; i++) {
            long timeNs = i * stepNs;
            while (segment + 1 < frame.points && frame.timeFromStartNs[segment + 1] <= timeNs) {
                segment++;
            }
            for (int d = 0; d < dims; d++) {
                out.f64(at(frame, segment, timeNs, d));
            }
        }
        return out.i32(0).end();
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
