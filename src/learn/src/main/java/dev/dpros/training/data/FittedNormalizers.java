package dev.dpros.training.data;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.diffusion.Normalizer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Normalizers fitted to data as diffusion_policy fits them (normalizer.py, mode "limits"; get_image_range_normalizer): each
 * element's range to [-1, 1], elements without range to 0, images from [0, 1] to [-1, 1].
 */
public final class FittedNormalizers {
    private static final double LEAST_RANGE = 1e-4;

    private FittedNormalizers() {}

    /**
     * Fits to all steps of all parts, validation episodes included, as the reference does.
     *
     * @throws InputException if a value is not finite
     */
    public static Map<String, Normalizer> fit(List<ReplayData> parts) {
        Map<String, Normalizer> fitted = new LinkedHashMap<>();
        for (FeatureSpec feature : parts.get(0).features()) {
            fitted.put(feature.key(), feature.kind() == FeatureSpec.Kind.VISUAL ? image(feature) : limits(feature, parts));
        }
        return fitted;
    }

    private static Normalizer image(FeatureSpec feature) {
        double[] scale = new double[feature.shape().get(0)];
        double[] offset = new double[scale.length];
        Arrays.fill(scale, 2);
        Arrays.fill(offset, -1);
        return new Normalizer(scale, offset);
    }

    private static Normalizer limits(FeatureSpec feature, List<ReplayData> parts) {
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
        double[] scale = new double[size];
        double[] offset = new double[size];
        for (int i = 0; i < size; i++) {
            boolean constant = high[i] - low[i] < LEAST_RANGE;
            scale[i] = constant ? 1 : 2 / (high[i] - low[i]);
            offset[i] = constant ? -low[i] : -1 - scale[i] * low[i];
        }
        return new Normalizer(scale, offset);
    }
}
