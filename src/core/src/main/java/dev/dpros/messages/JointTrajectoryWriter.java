package dev.dpros.messages;

import dev.dpros.core.CommandFrame;
import dev.dpros.core.MessageTypes;
import dev.dpros.core.MessageWriter;
import java.nio.ByteBuffer;

/**
 * Serializes a {@link CommandFrame} as trajectory_msgs/JointTrajectory: stamp, names, and each point with positions,
 * velocities and time_from_start. Control thread; allocates nothing after construction.
 */
public final class JointTrajectoryWriter implements CommandWriter {
    private final byte[] frameId;
    private final byte[] names;
    private final int dims;
    private final TrajectoryStart start;
    private final MessageWriter out;
    private final double[] position;
    private final double[] velocity;
    private int sequence;

    /** A writer for frames like {@code layout}, stamped and from now on; {@code frameId} may be empty. */
    public JointTrajectoryWriter(MessageTypes types, CommandFrame layout, String frameId) {
        this(types, layout, frameId, TrajectoryStart.NOW);
    }

    /** The same, beginning as told. */
    public JointTrajectoryWriter(MessageTypes types, CommandFrame layout, String frameId, TrajectoryStart start) {
        dims = layout.dims();
        this.frameId = types.text(frameId);
        names = types.texts(layout.names());
        out = types.writer(12 + this.frameId.length + names.length + 4 + layout.capacity() * (2 * (4 + 8 * dims) + 8 + 8));
        this.start = start;
        position = new double[dims];
        velocity = new double[dims];
    }

    @Override
    public ByteBuffer write(CommandFrame frame) {
        int first = start.firstPointNs() == 0 ? 0 : first(frame);
        out.begin().header(sequence++, start.stamped() ? frame.stampNs : 0, frameId).put(names).count(frame.points - first);
        for (int i = first; i < frame.points; i++) {
            boolean moved = i == first && start.firstPointNs() > frame.timeFromStartNs[i];
            if (moved) {
                at(frame, i);
            }
            out.doubles(moved ? position : frame.positions, moved ? 0 : i * dims, dims)
                    .doubles(moved ? velocity : frame.velocities, moved ? 0 : i * dims, dims)
                    .count(0).count(0).duration(moved ? start.firstPointNs() : frame.timeFromStartNs[i]);
        }
        return out.end();
    }

    /** The last point that is not later than the first one to be sent; it is moved to that time. */
    private int first(CommandFrame frame) {
        int first = 0;
        while (first + 1 < frame.points && frame.timeFromStartNs[first + 1] <= start.firstPointNs()) {
            first++;
        }
        return first;
    }

    /** The motion at the time of the first point: on the cubic between two points, as controllers interpolate. */
    private void at(CommandFrame frame, int point) {
        boolean holds = start.steps() || point + 1 == frame.points;
        double length = holds ? 1 : (frame.timeFromStartNs[point + 1] - frame.timeFromStartNs[point]) * 1e-9;
        double u = holds ? 0 : (start.firstPointNs() - frame.timeFromStartNs[point]) * 1e-9 / length;
        for (int d = 0; d < dims; d++) {
            int a = point * dims + d;
            int b = holds ? a : a + dims;
            double step = frame.positions[b] - frame.positions[a];
            double va = frame.velocities[a] * length;
            double vb = frame.velocities[b] * length;
            double c2 = 3 * step - 2 * va - vb;
            double c3 = va + vb - 2 * step;
            position[d] = frame.positions[a] + u * (va + u * (c2 + u * c3));
            velocity[d] = (va + u * (2 * c2 + 3 * u * c3)) / length;
        }
    }
}
