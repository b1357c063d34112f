package dev.dpros.observation;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.core.SourceHealth;

/**
 * One numeric input of the policy: joint positions, keypoints.
 *
 * @param name topic or short name, for messages and metric tags
 * @param feature the policy's feature
 * @param kind what its loss means to the watchdog
 * @param maxAgeNs age beyond which it is stale, ns
 * @param stamps what time a sample belongs to
 * @param interpolation how its value at a grid time is made
 * @param slots samples kept; at 500 Hz the default 512 are one second
 */
public record VectorConfig(
        String name,
        FeatureSpec feature,
        SourceHealth.Kind kind,
        long maxAgeNs,
        StampConfig stamps,
        Interpolation interpolation,
        int slots) {
    /** Longest message accepted, bytes: joint states are below 10 kB. */
    static final int MAX_MESSAGE_BYTES = 1 << 20;
    /** Default number of samples kept. */
    public static final int DEFAULT_SLOTS = 512;

    /** @throws InputException if a value is out of bounds */
    public VectorConfig {
        if (feature.kind() == FeatureSpec.Kind.VISUAL) {
            throw InputException.of(name, "feature " + feature.key(), "a vector", "an image", "map it to a camera");
        }
        if (maxAgeNs <= 0) {
            throw InputException.of(name, "max_age", "a positive time", maxAgeNs + " ns", "");
        }
        if (slots < 4 || slots > 1 << 20) {
            throw InputException.of(name, "slots", "4 to 1048576", Integer.toString(slots), "");
        }
    }

    /** Header stamps, linear interpolation, default ring. */
    public static VectorConfig of(String name, FeatureSpec feature, SourceHealth.Kind kind, long maxAgeNs) {
        return new VectorConfig(name, feature, kind, maxAgeNs, StampConfig.DEFAULT, Interpolation.LINEAR, DEFAULT_SLOTS);
    }
}
