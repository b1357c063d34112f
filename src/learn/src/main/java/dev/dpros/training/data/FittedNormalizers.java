package dev.dpros.training.data;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.diffusion.Normalizer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
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
    private static final double[] IMAGENET_MEAN = {0.485, 0.456, 0.406};
    private static final double[] IMAGENET_STD = {0.229, 0.224, 0.225};

    /** How a vector is normalized. */
    public enum Rule {
        /** Each element's range to [-1, 1]; below 1e-4 it has none. */ LIMITS,
        /** The same; below 1e-7 it has none (get_range_normalizer_from_stat). */ RANGE,
        /** All elements by the largest magnitude of any. */ MAX_ABS,
        /** Each element's mean to 0, its standard deviation to 1 (LeRobot). */ MEAN_STD,
        /** Pictures by the mean and deviation of ImageNet's (LeRobot: use_imagenet_stats). */ IMAGENET,
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
            fitted.put(feature.key(), feature.kind() == FeatureSpec.Kind.VISUAL ? image(feature, rules.getOrDefault(feature.key(), Rule.LIMITS))
                    : vector(feature, parts, rules.getOrDefault(feature.key(), Rule.LIMITS)));
        }
        return fitted;
    }

    private static Normalizer image(FeatureSpec feature, Rule rule) {
        int channels = feature.shape().get(0);
        double[] scale = new double[channels];
        double[] offset = new double[channels];
        switch (rule) {
            case IDENTITY -> {
                return Normalizer.identity(channels);
            }
            case LIMITS -> {
                Arrays.fill(scale, 2);
                Arrays.fill(offset, -1);
            }
            case IMAGENET -> {
                for (int c = 0; c < channels; c++) {
                    scale[c] = 1 / IMAGENET_STD[c % IMAGENET_STD.length];
                    offset[c] = -IMAGENET_MEAN[c % IMAGENET_MEAN.length] * scale[c];
                }
            }
            default -> throw wrong(feature, "limits, imagenet or identity for pictures", rule);
        }
        return new Normalizer(scale, offset);
    }

    private static InputException wrong(FeatureSpec feature, String expected, Rule found) {
        return InputException.of("columns", feature.key() + ".normalize", expected, found.name().toLowerCase(Locale.ROOT), "");
    }

    /** A mean and a deviation of a range of zero count as in {@link #vector}: such an element becomes 0. */
    private static Normalizer standard(FeatureSpec feature, List<ReplayData> parts) {
        int size = feature.size();
        double[] mean = new double[size];
        double[] squares = new double[size];
        long rows = parts.stream().mapToLong(ReplayData::steps).sum();
        for (ReplayData part : parts) {
            float[] values = part.vectors().get(feature.key());
            for (int i = 0; i < values.length; i++) {
                mean[i % size] += values[i] / (double) rows;
            }
        }
        for (ReplayData part : parts) {
            float[] values = part.vectors().get(feature.key());
            for (int i = 0; i < values.length; i++) {
                squares[i % size] += Math.pow(values[i] - mean[i % size], 2) / rows;
            }
        }
        double[] scale = new double[size];
        double[] offset = new double[size];
        for (int i = 0; i < size; i++) {
            double deviation = Math.sqrt(squares[i]);
            scale[i] = deviation < LEAST_RANGE ? 1 : 1 / deviation;
            offset[i] = -mean[i] * scale[i];
        }
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
        if (rule == Rule.MEAN_STD) {
            return standard(feature, parts);
        }
        if (rule == Rule.IMAGENET) {
            throw wrong(feature, "another rule for vectors", rule);
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
