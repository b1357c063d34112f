package dev.dpros.core;

import java.util.Arrays;
import java.util.List;

/**
 * One observation or action feature of a policy, in LeRobot's terms.
 *
 * @param key the policy's name of it, such as {@code observation.image}
 * @param kind what it is
 * @param shape per observation step: {@code [C, H, W]} for images, {@code [D]} for vectors
 */
public record FeatureSpec(String key, Kind kind, List<Integer> shape) {
    /** What a feature is: a camera image, proprioception, environment state or the action. */
    public enum Kind {
        /** A camera image, float32 {@code [C, H, W]} in [0, 1] before normalisation. */
        VISUAL,
        /** Proprioception: joint positions and the like. */
        STATE,
        /** Environment state, such as keypoints. */
        ENV,
        /** The action. */
        ACTION
    }

    /** @throws IllegalArgumentException if a dimension is not positive, the rank does not fit the kind, or the size no int */
    public FeatureSpec {
        shape = List.copyOf(shape);
        int rank = kind == Kind.VISUAL ? 3 : 1;
        if (shape.size() != rank || shape.stream().anyMatch(d -> d <= 0)) {
            throw new IllegalArgumentException(key + ": shape: expected " + rank + " positive dimensions, found " + shape);
        }
        if (shape.stream().mapToDouble(d -> d).reduce(1, (a, b) -> a * b) > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(key + ": shape: expected at most " + Integer.MAX_VALUE + " values, found " + shape);
        }
    }

    /** A feature with the given dimensions. */
    public static FeatureSpec of(String key, Kind kind, int... shape) {
        return new FeatureSpec(key, kind, Arrays.stream(shape).boxed().toList());
    }

    /** Number of values per observation step. */
    public int size() {
        return shape.stream().reduce(1, (a, b) -> a * b);
    }
}
