package dev.dpros.core;

import java.util.List;

/**
 * The last To observations on the policy's grid, oldest first: a preallocated slot that {@link ObservationSource} fills
 * and the sampler reads. Owned by one thread at a time (the sampler's); filling it allocates nothing.
 *
 * <p>Feature {@code f} is {@code float32 [To, ...shape]}, row-major: images {@code [To, C, H, W]} in [0, 1] (not yet
 * normalised), vectors in robot units (rad, m, px; the configured order).
 */
public final class ObservationWindow {
    private final List<FeatureSpec> features;
    private final int steps;
    private final float[][] values;
    private final long[] oldestAgeNs;
    /** Stamp of the newest grid point, t_obs, in {@link Clock#rosNs()} time. */
    public long stampNs;

    /** Allocates a window of {@code steps} = To observations. */
    public ObservationWindow(List<FeatureSpec> features, int steps) {
        this.features = List.copyOf(features);
        this.steps = steps;
        values = new float[features.size()][];
        for (int i = 0; i < values.length; i++) {
            values[i] = new float[steps * features.get(i).size()];
        }
        oldestAgeNs = new long[values.length];
    }

    /** The features, in the order of {@link #values(int)}. */
    public List<FeatureSpec> features() {
        return features;
    }

    /** To, the number of observation steps. */
    public int steps() {
        return steps;
    }

    /** The live array of one feature, {@code [To, ...shape]}. */
    public float[] values(int feature) {
        return values[feature];
    }

    /** Index of the feature with this key, or -1. */
    public int indexOf(String key) {
        for (int i = 0; i < features.size(); i++) {
            if (features.get(i).key().equals(key)) {
                return i;
            }
        }
        return -1;
    }

    /** How much older than t_obs the newest sample used for a feature is, ns. */
    public long ageNs(int feature) {
        return oldestAgeNs[feature];
    }

    /** Set by whoever fills the window. */
    public void setAgeNs(int feature, long ageNs) {
        oldestAgeNs[feature] = ageNs;
    }
}
