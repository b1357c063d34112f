package dev.dpros.config;

import static dev.dpros.config.Bounds.inRange;

import dev.dpros.core.FieldPath;
import dev.dpros.core.InputException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The live page.
 *
 * @param rateHz updates a second, 1 to 20
 * @param unit of the joints: rad, m, px; shown beside the plots
 * @param fanSamples further samples drawn over the plan while somebody looks, 0 to 32
 * @param facts what else it shows beside the cameras, by name: values from topics; in this order
 * @param planToImage per camera, by the policy's feature key: where actions lie in its image; empty for no plan in any
 */
public record DashboardSection(int rateHz, String unit, int fanSamples, Map<String, Fact> facts,
        Map<String, Projection> planToImage) {
    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public DashboardSection {
        inRange("rate_hz", rateHz, 1, 20);
        inRange("fan_samples", fanSamples, 0, 32);
        facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
        planToImage = Map.copyOf(planToImage);
    }

    /**
     * A value from a topic.
     *
     * @param topic its name, resolved and remapped as ROS does
     * @param field names of fields, such as {@code status.charge} or {@code values[0]}; default {@code data}
     */
    public record Fact(String topic, String field) {
        /** @throws IllegalArgumentException naming the field, its value and the bound */
        public Fact {
            if (topic == null || topic.isBlank()) {
                throw new IllegalArgumentException("topic: expected a topic name, found nothing");
            }
            field = field == null ? "data" : field;
            try {
                for (FieldPath.Segment segment : FieldPath.parse(field).segments()) {
                    if (segment.names() != null || segment.indices() != null && segment.indices().size() != 1) {
                        throw new IllegalArgumentException("field: expected one value, such as data or values[0], found '" + field + "'");
                    }
                }
            } catch (InputException e) {
                throw new IllegalArgumentException("field: " + e.getMessage(), e);
            }
        }
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
