package dev.dpros.datasets;

import dev.dpros.core.FeatureSpec;
import java.util.List;

/**
 * One column of a dataset. Immutable.
 *
 * @param key such as {@code observation.image}
 * @param kind what it is
 * @param shape per step: {@code [3, H, W]} for images (stored as RGB rows, uint8), any for vectors (float32)
 * @param names names of a vector's values; may be empty
 */
public record DatasetFeature(String key, FeatureSpec.Kind kind, List<Integer> shape, List<String> names) {
    /** Copies the lists. */
    public DatasetFeature {
        shape = List.copyOf(shape);
        names = List.copyOf(names);
    }

    /** Values per step. */
    public int size() {
        return shape.stream().reduce(1, Math::multiplyExact);
    }

    /** Whether it is an image. */
    public boolean visual() {
        return kind == FeatureSpec.Kind.VISUAL;
    }

    /** Image height, pixels. */
    public int height() {
        return shape.get(1);
    }

    /** Image width, pixels. */
    public int width() {
        return shape.get(2);
    }

    /** The key without {@code observation.}, with underscores for dots and slashes: a name for a file or topic. */
    public String shortName() {
        String name = key.startsWith("observation.") ? key.substring("observation.".length()) : key;
        return name.replace('.', '_').replace('/', '_');
    }
}
