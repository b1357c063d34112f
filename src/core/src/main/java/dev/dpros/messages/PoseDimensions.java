package dev.dpros.messages;

import dev.dpros.core.InputException;
import dev.dpros.core.NearestName;
import java.util.List;

/**
 * Which dimensions of an action are which coordinate of a pose, by their names: {@code x, y, z} (m) and one of {@code qx,
 * qy, qz, qw}, {@code rx, ry, rz} (rotation vector, rad) or {@code roll, pitch, yaw} (rad, about fixed axes, REP 103).
 * What is not named is 0. One thread; allocates nothing after construction.
 */
final class PoseDimensions {
    private static final List<String> POSITION = List.of("x", "y", "z");
    private static final List<String> QUATERNION = List.of("qx", "qy", "qz", "qw");
    private static final List<String> ROTATION_VECTOR = List.of("rx", "ry", "rz");
    private static final List<String> FIXED_ANGLES = List.of("roll", "pitch", "yaw");
    private static final List<String> ALL = List.of("x", "y", "z", "qx", "qy", "qz", "qw", "rx", "ry", "rz", "roll",
            "pitch", "yaw");
    private static final double SMALL_RAD = 1e-6;

    private final int[] position;
    private final List<String> convention;
    private final int[] rotation;
    private final double[] value = new double[4];
    private final double[] rate = new double[4];

    /** @throws InputException if a name is none of these, or rotations are mixed or incomplete */
    PoseDimensions(List<String> names, String type) {
        for (String name : names) {
            if (!ALL.contains(name)) {
                throw new InputException("action.joints: " + type + " is made of dimensions named " + String.join(", ", ALL)
                        + "; found '" + name + "'" + NearestName.hint(name, ALL));
            }
        }
        position = indices(POSITION, names);
        List<String> found = null;
        for (List<String> group : List.of(QUATERNION, ROTATION_VECTOR, FIXED_ANGLES)) {
            if (names.stream().anyMatch(group::contains)) {
                if (found != null || group != FIXED_ANGLES && !names.containsAll(group)) {
                    throw InputException.of("action", "joints", "one complete rotation, as " + String.join(", ", QUATERNION)
                            + " or " + String.join(", ", ROTATION_VECTOR) + " or some of " + String.join(", ", FIXED_ANGLES),
                            names.toString(), "");
                }
                found = group;
            }
        }
        convention = found;
        rotation = found == null ? new int[0] : indices(found, names);
    }

    private static int[] indices(List<String> wanted, List<String> names) {
        return wanted.stream().mapToInt(names::indexOf).toArray();
    }

    private static void pick(double[] from, int[] indices, double[] to) {
        for (int i = 0; i < indices.length; i++) {
            to[i] = indices[i] < 0 ? 0 : from[indices[i]];
        }
    }

    /** Position and orientation, {@code [x, y, z, qx, qy, qz, qw]}, of an action. */
    void pose(double[] action, double[] out) {
        pick(action, position, out);
        pick(action, rotation, value);
        out[3] = 0;
        out[4] = 0;
        out[5] = 0;
        out[6] = 1;
        if (convention == QUATERNION) {
            double norm = Math.sqrt(value[0] * value[0] + value[1] * value[1] + value[2] * value[2] + value[3] * value[3]);
            if (norm > SMALL_RAD) {
                for (int i = 0; i < 4; i++) {
                    out[3 + i] = value[i] / norm;
                }
            }
        } else if (convention == ROTATION_VECTOR) {
            double angle = Math.sqrt(value[0] * value[0] + value[1] * value[1] + value[2] * value[2]);
            double scale = angle < SMALL_RAD ? 0.5 : Math.sin(angle / 2) / angle;
            for (int i = 0; i < 3; i++) {
                out[3 + i] = scale * value[i];
            }
            out[6] = Math.cos(angle / 2);
        } else if (convention == FIXED_ANGLES) {
            fixedAngles(out);
        }
    }

    /** q = q_yaw q_pitch q_roll. */
    private void fixedAngles(double[] out) {
        double sr = Math.sin(value[0] / 2);
        double cr = Math.cos(value[0] / 2);
        double sp = Math.sin(value[1] / 2);
        double cp = Math.cos(value[1] / 2);
        double sy = Math.sin(value[2] / 2);
        double cy = Math.cos(value[2] / 2);
        out[3] = sr * cp * cy - cr * sp * sy;
        out[4] = cr * sp * cy + sr * cp * sy;
        out[5] = cr * cp * sy - sr * sp * cy;
        out[6] = cr * cp * cy + sr * sp * sy;
    }

    /** Linear and angular velocity in the frame of the pose's header, {@code [vx, vy, vz, wx, wy, wz]}. */
    void twist(double[] action, double[] rates, double[] out) {
        pick(rates, position, out);
        pick(action, rotation, value);
        pick(rates, rotation, rate);
        out[3] = 0;
        out[4] = 0;
        out[5] = 0;
        if (convention == QUATERNION) {
            quaternionRate(out);
        } else if (convention == ROTATION_VECTOR) {
            rotationVectorRate(out);
        } else if (convention == FIXED_ANGLES) {
            double cosPitch = Math.cos(value[1]);
            double cosYaw = Math.cos(value[2]);
            double sinYaw = Math.sin(value[2]);
            out[3] = cosYaw * cosPitch * rate[0] - sinYaw * rate[1];
            out[4] = sinYaw * cosPitch * rate[0] + cosYaw * rate[1];
            out[5] = rate[2] - Math.sin(value[1]) * rate[0];
        }
    }

    /** w = 2 dq q*, vector part; the norm cancels. */
    private void quaternionRate(double[] out) {
        double square = value[0] * value[0] + value[1] * value[1] + value[2] * value[2] + value[3] * value[3];
        double scale = square < SMALL_RAD ? 0 : 2 / square;
        out[3] = scale * (value[3] * rate[0] - rate[3] * value[0] - (rate[1] * value[2] - rate[2] * value[1]));
        out[4] = scale * (value[3] * rate[1] - rate[3] * value[1] - (rate[2] * value[0] - rate[0] * value[2]));
        out[5] = scale * (value[3] * rate[2] - rate[3] * value[2] - (rate[0] * value[1] - rate[1] * value[0]));
    }

    /** w = J_l(r) dr with the left Jacobian of SO(3) (Sola et al. 2018, A micro Lie theory, eq. 145). */
    private void rotationVectorRate(double[] out) {
        double square = value[0] * value[0] + value[1] * value[1] + value[2] * value[2];
        double angle = Math.sqrt(square);
        double first = angle < 1e-4 ? 0.5 : (1 - Math.cos(angle)) / square;
        double second = angle < 1e-4 ? 1.0 / 6 : (angle - Math.sin(angle)) / (square * angle);
        double cx = value[1] * rate[2] - value[2] * rate[1];
        double cy = value[2] * rate[0] - value[0] * rate[2];
        double cz = value[0] * rate[1] - value[1] * rate[0];
        out[3] = rate[0] + first * cx + second * (value[1] * cz - value[2] * cy);
        out[4] = rate[1] + first * cy + second * (value[2] * cx - value[0] * cz);
        out[5] = rate[2] + first * cz + second * (value[0] * cy - value[1] * cx);
    }
}
