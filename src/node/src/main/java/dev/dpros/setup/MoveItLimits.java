package dev.dpros.setup;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dpros.checkpoint.SafeYaml;
import dev.dpros.core.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** MoveIt's joint_limits.yaml: what it says beyond a URDF. Immutable. */
public final class MoveItLimits {
    private static final long LARGEST_FILE_BYTES = 1 << 20;

    /** Nothing is known. */
    public static final MoveItLimits NONE = new MoveItLimits(Map.of());
    private static final Limits UNKNOWN = new Limits(Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN);

    /** One joint's; what is not given is NaN. */
    record Limits(double lower, double upper, double velocity, double acceleration, double jerk) {}

    private final Map<String, Limits> joints;

    private MoveItLimits(Map<String, Limits> joints) {
        this.joints = Map.copyOf(joints);
    }

    /** Reads it. @throws InputException if it cannot be read, has no joint_limits, or a limit is no positive number */
    public static MoveItLimits read(Path file) {
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > LARGEST_FILE_BYTES) {
                throw InputException.of(file.toString(), "--joint-limits", "MoveIt's joint_limits.yaml of at most 1 MiB",
                        Files.exists(file) ? "another" : "no such file", "");
            }
            return parse(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static MoveItLimits parse(String where, String text) {
        JsonNode tree = SafeYaml.read(where, text);
        JsonNode limits = tree == null ? null : tree.get("joint_limits");
        if (limits == null || !limits.isObject()) {
            throw InputException.of(where, "joint_limits", "a mapping of joints", "none", "is it MoveIt's joint_limits.yaml?");
        }
        Map<String, Limits> joints = new HashMap<>();
        limits.properties().forEach(entry -> {
            JsonNode joint = entry.getValue();
            String at = where + ": joint_limits." + entry.getKey();
            boolean position = has(joint, "has_position_limits");
            joints.put(entry.getKey(), new Limits(position ? number(at, joint, "min_position") : Double.NaN,
                    position ? number(at, joint, "max_position") : Double.NaN,
                    has(joint, "has_velocity_limits") ? positive(at, joint, "max_velocity") : Double.NaN,
                    has(joint, "has_acceleration_limits") ? positive(at, joint, "max_acceleration") : Double.NaN,
                    has(joint, "has_jerk_limits") ? positive(at, joint, "max_jerk") : Double.NaN));
        });
        return new MoveItLimits(joints);
    }

    private static boolean has(JsonNode joint, String flag) {
        return joint.path(flag).asBoolean(false);
    }

    private static double number(String at, JsonNode joint, String key) {
        JsonNode value = joint.path(key);
        if (!value.isNumber() || !Double.isFinite(value.asDouble())) {
            throw InputException.of(at, key, "a number", value.isMissingNode() ? "nothing" : value.toString(), "");
        }
        return value.asDouble();
    }

    private static double positive(String at, JsonNode joint, String key) {
        double value = number(at, joint, key);
        if (!(value > 0)) {
            throw InputException.of(at, key, "more than 0", String.valueOf(value), "");
        }
        return value;
    }

    /** What is known of a joint. */
    Limits of(String joint) {
        return joints.getOrDefault(joint, UNKNOWN);
    }
}
