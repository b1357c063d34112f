package dev.dpros.training.data;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Episodes in memory, end to end (diffusion_policy's ReplayBuffer), with the columns that a policy takes. Immutable; any
 * thread.
 *
 * @param name for messages
 * @param features the columns: a policy's inputs in its order, then its action
 * @param ends cumulative ends of the episodes
 * @param vectors by key: {@code [steps, D]} in robot units
 * @param frames by key: the pictures of each camera
 */
public record ReplayData(
        String name, List<FeatureSpec> features, int[] ends, Map<String, float[]> vectors, Map<String, Frames> frames) {
    /** @throws InputException if a column does not have one row per step */
    public ReplayData {
        features = List.copyOf(features);
        vectors = new LinkedHashMap<>(vectors);
        frames = Map.copyOf(frames);
        int steps = ends.length == 0 ? 0 : ends[ends.length - 1];
        for (FeatureSpec feature : features) {
            float[] values = vectors.get(feature.key());
            boolean there = feature.kind() == FeatureSpec.Kind.VISUAL ? frames.containsKey(feature.key())
                    : values != null && values.length == steps * feature.size();
            if (!there) {
                throw InputException.of(name, "'" + feature.key() + "'", "one row of " + feature.shape() + " for each of "
                        + steps + " steps", values == null ? "none" : values.length + " values", "");
            }
        }
    }

    /** Number of episodes. */
    public int episodes() {
        return ends.length;
    }

    /** Number of steps. */
    public int steps() {
        return ends.length == 0 ? 0 : ends[ends.length - 1];
    }

    /** First row of an episode. */
    public int start(int episode) {
        return episode == 0 ? 0 : ends[episode - 1];
    }

    /** The action's column. */
    public FeatureSpec action() {
        return features.get(features.size() - 1);
    }

    /** The inputs' columns. */
    public List<FeatureSpec> inputs() {
        return features.subList(0, features.size() - 1);
    }
}
