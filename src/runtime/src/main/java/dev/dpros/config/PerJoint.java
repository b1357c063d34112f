package dev.dpros.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * One number for all joints, or one per joint and {@code default} for the others; what is not given has its own default.
 *
 * @param values by joint name or {@code default}; not negative
 */
public record PerJoint(Map<String, Double> values) {
    /** Nothing given. */
    public static final PerJoint NONE = new PerJoint(Map.of());

    /** @throws IllegalArgumentException naming the joint, its value and the bound */
    public PerJoint {
        values = Map.copyOf(values);
        values.forEach((name, value) -> {
            if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(name + ": expected a number, 0 or more, found " + value);
            }
        });
    }

    /** From a number or a mapping. @throws IllegalArgumentException if it is neither */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static PerJoint of(JsonNode node) {
        Map<String, Double> values = new LinkedHashMap<>();
        if (node.isNumber()) {
            values.put("default", node.asDouble());
        } else if (node.isObject()) {
            node.properties().forEach(entry -> {
                if (!entry.getValue().isNumber()) {
                    throw new IllegalArgumentException(entry.getKey() + ": expected a number, found " + entry.getValue());
                }
                values.put(entry.getKey(), entry.getValue().asDouble());
            });
        } else {
            throw new IllegalArgumentException("expected a number, or a number per joint and 'default', found " + node);
        }
        return new PerJoint(values);
    }

    /** In the joints' order. @param otherwise what a joint has that is not given. @throws IllegalArgumentException for a name that is no joint */
    List<Double> in(List<String> joints, String key, IntToDoubleFunction otherwise) {
        for (String name : values.keySet()) {
            if (!name.equals("default") && !joints.contains(name)) {
                throw new IllegalArgumentException(key + ": '" + name + "': expected one of " + joints + " or 'default'");
            }
        }
        return IntStream.range(0, joints.size()).mapToObj(d -> {
            Double own = values.getOrDefault(joints.get(d), values.get("default"));
            return own != null ? own : Double.valueOf(otherwise.applyAsDouble(d));
        }).toList();
    }
}
