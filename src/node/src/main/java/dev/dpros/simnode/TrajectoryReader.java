package dev.dpros.simnode;

import dev.dpros.core.MessageReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Reads trajectory_msgs/JointTrajectory into stamped waypoints in the robot's own joint order. Refuses messages that are
 * malformed, too long, or do not name exactly the robot's joints. One thread; allocates nothing after construction.
 */
final class TrajectoryReader {
    /** Velocities, accelerations and efforts of a point. */
    private static final int LISTS_SKIPPED = 3;
    private static final int LEAST_TEXT_BYTES = 4;
    private static final int LEAST_POINT_BYTES = 4 * 4 + 8;

    private final MessageReader in;
    private final byte[][] joints;
    /** Joint of each name of the message. */
    private final int[] joint;
    private final boolean[] named;
    private final long[] stampsNs;
    private final double[] positions;

    /** A reader for these joints and at most {@code capacity} points. */
    TrajectoryReader(MessageReader in, List<String> names, int capacity) {
        this.in = in;
        joints = names.stream().map(n -> n.getBytes(StandardCharsets.UTF_8)).toArray(byte[][]::new);
        joint = new int[joints.length];
        named = new boolean[joints.length];
        stampsNs = new long[capacity];
        positions = new double[capacity * joints.length];
    }

    /** Stamps of the points last read. */
    long[] stampsNs() {
        return stampsNs;
    }

    /** Positions of the points last read, {@code [points, joints]}. */
    double[] positions() {
        return positions;
    }

    /**
     * Reads one message.
     *
     * @param message position 0 to limit; not modified
     * @param nowNs start of the trajectory if its header has no stamp
     * @return number of points, or -1 if the message is refused
     */
    int read(ByteBuffer message, long nowNs) {
        long headerNs = in.begin(message).header();
        if (!readNames(message)) {
            return -1;
        }
        int points = in.count(LEAST_POINT_BYTES);
        if (points > stampsNs.length) {
            return -1;
        }
        long startNs = headerNs == 0 ? nowNs : headerNs;
        for (int i = 0; i < points; i++) {
            if (!readPoint(i, startNs)) {
                return -1;
            }
        }
        return in.whole() ? points : -1;
    }

    private boolean readNames(ByteBuffer message) {
        if (in.count(LEAST_TEXT_BYTES) != joints.length) {
            return false;
        }
        Arrays.fill(named, false);
        for (int i = 0; i < joints.length; i++) {
            int length = in.text();
            int found = in.sound() ? indexOf(message, in.textStart(), length) : -1;
            if (found < 0 || named[found]) {
                return false;
            }
            named[found] = true;
            joint[i] = found;
        }
        return true;
    }

    private int indexOf(ByteBuffer message, int start, int length) {
        for (int j = 0; j < joints.length; j++) {
            byte[] name = joints[j];
            boolean same = name.length == length;
            for (int k = 0; same && k < length; k++) {
                same = message.get(start + k) == name[k];
            }
            if (same) {
                return j;
            }
        }
        return -1;
    }

    private boolean readPoint(int point, long startNs) {
        if (in.count(Double.BYTES) != joints.length) {
            return false;
        }
        for (int i = 0; i < joints.length; i++) {
            positions[point * joints.length + joint[i]] = in.f64();
        }
        for (int list = 0; list < LISTS_SKIPPED; list++) {
            in.skip(in.count(Double.BYTES), Double.BYTES);
        }
        stampsNs[point] = startNs + in.durationNs();
        return in.sound();
    }
}
