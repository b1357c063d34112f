package dev.dpros.messages;

import dev.dpros.core.CommandFrame;
import dev.dpros.core.MessageTypes;
import dev.dpros.core.MessageWriter;
import java.nio.ByteBuffer;

/**
 * Serializes the velocity of the commanded motion now as control_msgs/JointJog, so that a hold is zero: names, no displacements,
 * velocities (rad/s or m/s), and as duration the time until the next one is due. Control thread; allocates nothing after
 * construction.
 */
public final class JointJogWriter implements CommandWriter {
    private final byte[] frameId;
    private final byte[] names;
    private final int dims;
    private final double durationS;
    private final MessageWriter out;
    private int sequence;

    /** A writer for frames like {@code layout}; {@code frameId} may be empty. @param periodNs between two commands */
    public JointJogWriter(MessageTypes types, CommandFrame layout, String frameId, long periodNs) {
        dims = layout.dims();
        this.frameId = types.text(frameId);
        names = types.texts(layout.names());
        durationS = periodNs * 1e-9;
        out = types.writer(12 + this.frameId.length + names.length + 4 + 4 + 8 * dims + 8);
    }

    @Override
    public ByteBuffer write(CommandFrame frame) {
        return out.begin().header(sequence++, frame.stampNs, frameId).put(names).count(0).doubles(frame.velocities, 0, dims).f64(durationS).end();
    }
}
