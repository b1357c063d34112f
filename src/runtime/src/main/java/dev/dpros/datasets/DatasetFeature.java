package dev.dpros.datasets;

import dev.dpros.core.DepthPixels;
import dev.dpros.core.FeatureSpec;
import java.util.List;

/**
 * One column of a dataset. Immutable.
 *
 * @param key such as {@code observation.image}
 * @param kind what it is
 * @param shape per step: {@code [3, H, W]} for images (stored as RGB rows, uint8), {@code [1, H, W]} for depth ({@link
 *     dev.dpros.core.DepthPixels}), any for vectors (float32)
 * @param names names of a vector's values; may be empty
 * @param depth how a depth picture is told in LeRobot's format; null for all else
 */
public record DatasetFeature(String key, FeatureSpec.Kind kind, List<Integer> shape, List<String> names, DepthCodes depth) {
    /** Copies the lists. @throws IllegalArgumentException if it is a depth picture of several channels, or no picture */
    public DatasetFeature {
        shape = List.copyOf(shape);
        names = List.copyOf(names);
        if (depth != null && !(kind == FeatureSpec.Kind.VISUAL && shape.size() == 3 && shape.get(0) == 1)) {
            throw new IllegalArgumentException(key + ": expected a depth picture [1, H, W], found " + kind + " " + shape);
        }
    }

    /** Colours, or a vector. */
    public DatasetFeature(String key, FeatureSpec.Kind kind, List<Integer> shape, List<String> names) {
        this(key, kind, shape, names, null);
    }

    /** A depth picture. */
    public static DatasetFeature depth(String key, int height, int width, DepthCodes codes) {
        return new DatasetFeature(key, FeatureSpec.Kind.VISUAL, List.of(1, height, width), List.of(), codes);
    }

    /** Bytes of a picture: three a pixel, two of depth. */
    public int frameBytes() {
        return depth == null ? size() : Math.multiplyExact(DepthPixels.BYTES, size());
    }

    /** What a picture's bytes look like: RGB rows, {@code [H, W, 3]}. @param frame as {@link EpisodeDataset.Episode#frame} copies it */
    public byte[] shown(byte[] frame) {
        return depth == null ? frame : DepthPixels.shown(frame);
    }

    /** Fingerprints are made of it: what is no depth is told as before there was depth. */
    @Override
    public String toString() {
        return "DatasetFeature[key=" + key + ", kind=" + kind + ", shape=" + shape + ", names=" + names + (depth == null ? "" : ", depth=" + depth)
                + "]";
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
