package dev.dpros.training.data;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.diffusion.Normalizer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Normalizers fitted to data as diffusion_policy fits them (normalizer.py, mode "limits"; normalize_util.py): each
 * element's range to [-1, 1], elements without range to 0, images from [0, 1] to [-1, 1]; of robomimic's data by other rules.
 */
public final class FittedNormalizers {
    private static final double LEAST_LIMITS = 1e-4;
    private static final double LEAST_RANGE = 1e-7;
    /** Values of one arm's action: position, two rows of a rotation matrix, gripper. */
    private static final int ARM_VALUES = 10;
    private static final int POSITION_VALUES = 3;

    /** How a vector is normalized. */
    public enum Rule {
        /** Each element's range to [-1, 1]; below 1e-4 it has none. */ LIMITS,
        /** The same; below 1e-7 it has none (get_range_normalizer_from_stat). */ RANGE,
        /** All elements by the largest magnitude of any. */ MAX_ABS,
        /** Not at all. */ IDENTITY,
        /** Of an action of one arm or two, the positions by RANGE, the rest not at all (robomimic_abs_action_only...). */ POSITIONS,
        /** Of an action of any number of arms, positions and grippers by RANGE, rotations not at all (UMI). */ TOOLS
    }

    private FittedNormalizers() {}

    /** As {@link #fit(List, Map)}, all vectors by their limits. */
    public static Map<String, Normalizer> fit(List<ReplayData> parts) {
        return fit(parts, Map.of());
    }

    /**
     * Fits to all steps of all parts, validation episodes included, as the reference does.
     *
     * @param rules by key; a vector without one goes by its limits
     * @throws InputException if a value is not finite
     */
    public static Map<String, Normalizer> fit(List<ReplayData> parts, Map<String, Rule> rules) {
        Map<String, Normalizer> fitted = new LinkedHashMap<>();
        for (FeatureSpec feature : parts.get(0).features()) {
            fitted.put(feature.key(), feature.kind() == FeatureSpec.Kind.VISUAL ? image(feature, rules.get(feature.key()) == Rule.IDENTITY)
                    : vector(feature, parts, rules.getOrDefault(feature.key(), Rule.LIMITS)));
        }
        return fitted;
    }

    private static Normalizer image(FeatureSpec feature, boolean asItIs) {
        if (asItIs) {
            return Normalizer.identity(feature.shape().get(0));
        }
        double[] scale = new double[feature.shape().get(0)];
        double[] offset = new double[scale.length];
        Arrays.fill(scale, 2);
        Arrays.fill(offset, -1);
        return new Normalizer(scale, offset);
    }

    private static Normalizer vector(FeatureSpec feature, List<ReplayData> parts, Rule rule) {
        int size = feature.size();
        double[] low = new double[size];
        double[] high = new double[size];
        Arrays.fill(low, Double.POSITIVE_INFINITY);
        Arrays.fill(high, Double.NEGATIVE_INFINITY);
        for (ReplayData part : parts) {
            float[] values = part.vectors().get(feature.key());
            for (int i = 0; i < values.length; i++) {
                if (!Float.isFinite(values[i])) {
                    throw InputException.of(part.name(), "'" + feature.key() + "', step " + i / size, "finite numbers",
                            String.valueOf(values[i]), "remove the episode");
                }
                low[i % size] = Math.min(low[i % size], values[i]);
                high[i % size] = Math.max(high[i % size], values[i]);
            }
        }
        double largest = Math.max(Arrays.stream(high).max().orElse(0), -Arrays.stream(low).min().orElse(0));
        double least = rule == Rule.LIMITS ? LEAST_LIMITS : LEAST_RANGE;
        int arm = rule != Rule.POSITIONS ? 0 : size > ARM_VALUES ? size / 2 : size;
        double[] scale = new double[size];
        double[] offset = new double[size];
        for (int i = 0; i < size; i++) {
            boolean constant = high[i] - low[i] < least;
            boolean identity = rule == Rule.IDENTITY || rule == Rule.POSITIONS && i % arm >= POSITION_VALUES
                    || rule == Rule.TOOLS && i % ARM_VALUES >= POSITION_VALUES && i % ARM_VALUES < ARM_VALUES - 1;
            scale[i] = identity || constant && rule != Rule.MAX_ABS ? 1 : rule == Rule.MAX_ABS ? 1 / Math.max(largest, Double.MIN_NORMAL)
                    : 2 / (high[i] - low[i]);
            offset[i] = identity || rule == Rule.MAX_ABS ? 0 : constant ? -low[i] : -1 - scale[i] * low[i];
        }
        return new Normalizer(scale, offset);
    }
}
