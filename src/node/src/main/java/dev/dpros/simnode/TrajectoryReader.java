package dev.dpros.simnode;

import dev.dpros.ros.message.WireTime;
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
    private static final int HEADER_BYTES = 12;

    private final byte[][] joints;
    private final int[] column;
    private final long[] stampsNs;
    private final double[] positions;

    /** A reader for these joints and at most {@code capacity} points. */
    TrajectoryReader(List<String> names, int capacity) {
        joints = names.stream().map(n -> n.getBytes(StandardCharsets.UTF_8)).toArray(byte[][]::new);
        column = new int[joints.length];
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
     * @param message little-endian, position 0 to limit; its position is moved
     * @param nowNs start of the trajectory if its header has no stamp
     * @return number of points, or -1 if the message is refused
     */
    int read(ByteBuffer message, long nowNs) {
        if (message.remaining() < HEADER_BYTES) {
            return -1;
        }
        long headerNs = WireTime.timeNs(message.getInt(4), message.getInt(8));
        message.position(HEADER_BYTES);
        if (!skip(message, 1) || !readNames(message)) {
            return -1;
        }
        int points = count(message, 4);
        if (points < 0 || points > stampsNs.length) {
            return -1;
        }
        long startNs = headerNs == 0 ? nowNs : headerNs;
        for (int i = 0; i < points; i++) {
            if (!readPoint(message, i, startNs)) {
                return -1;
            }
        }
        return message.hasRemaining() ? -1 : points;
    }

    private boolean readNames(ByteBuffer message) {
        if (count(message, 4) != joints.length) {
            return false;
        }
        Arrays.fill(column, -1);
        for (int i = 0; i < joints.length; i++) {
            int length = count(message, 1);
            int joint = length < 0 ? -1 : indexOf(message, length);
            if (joint < 0 || column[joint] >= 0) {
                return false;
            }
            column[joint] = i;
            message.position(message.position() + length);
        }
        return true;
    }

    private int indexOf(ByteBuffer message, int length) {
        for (int j = 0; j < joints.length; j++) {
            byte[] name = joints[j];
            boolean same = name.length == length;
            for (int k = 0; same && k < length; k++) {
                same = message.get(message.position() + k) == name[k];
            }
            if (same) {
                return j;
            }
        }
        return -1;
    }

    private boolean readPoint(ByteBuffer message, int point, long startNs) {
        if (count(message, Double.BYTES) != joints.length) {
            return false;
        }
        int at = message.position();
        for (int j = 0; j < joints.length; j++) {
            positions[point * joints.length + j] = message.getDouble(at + Double.BYTES * column[j]);
        }
        message.position(at + Double.BYTES * joints.length);
        boolean whole = true;
        for (int list = 0; whole && list < LISTS_SKIPPED; list++) {
            whole = skip(message, Double.BYTES);
        }
        whole &= message.remaining() >= 8;
        if (whole) {
            stampsNs[point] = startNs + WireTime.durationNs(message.getInt(), message.getInt());
        }
        return whole;
    }

    /** The length of the array or string that follows, or -1 if the message has not that many bytes. */
    private static int count(ByteBuffer message, int elementBytes) {
        if (message.remaining() < 4) {
            return -1;
        }
        int count = message.getInt();
        return count < 0 || count > message.remaining() / elementBytes ? -1 : count;
    }

    private static boolean skip(ByteBuffer message, int elementBytes) {
        int count = count(message, elementBytes);
        if (count < 0) {
            return false;
        }
        message.position(message.position() + count * elementBytes);
        return true;
    }
}
