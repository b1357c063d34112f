package dev.dpros.config;

import static dev.dpros.config.Bounds.inRange;

import java.util.List;
import java.util.Map;

/**
 * The live page.
 *
 * @param rateHz updates a second, 1 to 20
 * @param unit of the joints: rad, m, px; shown beside the plots
 * @param fanSamples further samples drawn over the plan while somebody looks, 0 to 32
 * @param planToImage per camera, by the policy's feature key: where actions lie in its image; empty for no plan in any
 */
public record DashboardSection(int rateHz, String unit, int fanSamples, Map<String, Projection> planToImage) {
    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public DashboardSection {
        inRange("rate_hz", rateHz, 1, 20);
        inRange("fan_samples", fanSamples, 0, 32);
        planToImage = Map.copyOf(planToImage);
    }

    /**
     * An affine map from two dimensions of the action to a pixel of a fixed camera.
     *
     * @param dims names of the action's dimensions that are x and y
     * @param image width and height of the image that the matrix is for, px
     * @param matrix {@code [a, b, c, d, e, f]}: column = a x + b y + c, row = d x + e y + f
     */
    public record Projection(List<String> dims, List<Integer> image, List<Double> matrix) {
        /** @throws IllegalArgumentException naming the field, its value and the bound */
        public Projection {
            dims = List.copyOf(required("dims", dims, 2));
            image = List.copyOf(required("image", image, 2));
            matrix = List.copyOf(required("matrix", matrix, 6));
            image.forEach(size -> inRange("image", size, 1, 65_535));
        }

        private static <T> List<T> required(String field, List<T> values, int count) {
            if (values == null || values.size() != count || values.stream().anyMatch(java.util.Objects::isNull)) {
                throw new IllegalArgumentException(field + ": expected " + count + " values, found " + values);
            }
            return values;
        }
    }
}
