package dev.dpros.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.core.FeatureSpec;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How the sources of an episode become the columns of a dataset. Written into each journal, so that a recording can be
 * exported without its configuration; immutable.
 *
 * @param fps frequency of the grid, Hz
 * @param fields the columns, in order
 */
public record DatasetLayout(double fps, List<Field> fields) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Which value stands at a grid point. */
    public enum Align {
        /** The last sample at or before it: what a controller could have known. */ PREVIOUS,
        /** The sample nearest to it. */ NEAREST,
        /** Linear between its neighbours; vectors only. */ LINEAR
    }

    /** Which stamp of a message counts. */
    public enum Stamp {
        /** The message's own header, where there is one. */ HEADER,
        /** The receipt. */ RECEIVED
    }

    /**
     * What one of several sources has of a vector.
     *
     * @param source key of the source
     * @param path field path
     * @param at where its values stand in the vector
     */
    public record Part(String source, String path, List<Integer> at) {
        /** Copies the list. */
        public Part {
            at = List.copyOf(at);
        }
    }

    /**
     * One column.
     *
     * @param key name of the feature, such as {@code observation.state}
     * @param kind what it is
     * @param source key of the source
     * @param path field path of a vector; empty for images
     * @param stamp which stamp counts
     * @param latencyMs how long before its stamp the sample was really taken
     * @param align how a grid value is made
     * @param shape shape of a vector, or empty for one dimension
     * @param names names of a vector's values, or empty
     * @param grey whether pictures without colours are taken
     * @param parts of a vector that comes from several sources: what each has of it, the first being that of source and path
     *     above; empty for one
     */
    public record Field(String key, FeatureSpec.Kind kind, String source, String path, Stamp stamp, double latencyMs,
            Align align, List<Integer> shape, List<String> names, boolean grey, List<Part> parts) {
        /** From one source. */
        public Field(String key, FeatureSpec.Kind kind, String source, String path, Stamp stamp, double latencyMs,
                Align align, List<Integer> shape, List<String> names, boolean grey) {
            this(key, kind, source, path, stamp, latencyMs, align, shape, names, grey, List.of());
        }

        /** A vector, or a picture with colours. */
        public Field(String key, FeatureSpec.Kind kind, String source, String path, Stamp stamp, double latencyMs,
                Align align, List<Integer> shape, List<String> names) {
            this(key, kind, source, path, stamp, latencyMs, align, shape, names, false);
        }

        /** @throws IllegalArgumentException if images are to be interpolated */
        public Field {
            shape = shape == null ? List.of() : List.copyOf(shape);
            names = names == null ? List.of() : List.copyOf(names);
            parts = parts == null ? List.of() : List.copyOf(parts);
            if (kind == FeatureSpec.Kind.VISUAL && align == Align.LINEAR) {
                throw new IllegalArgumentException(key + ": align: expected previous or nearest for images, found linear");
            }
        }

        /** A field for each source. */
        List<Field> each() {
            return parts.isEmpty() ? List.of(this) : parts.stream().map(part -> new Field(key, kind, part.source, part.path, stamp, latencyMs, align,
                    List.of(), List.of(), grey)).toList();
        }

        /** Whether this is an image. */
        boolean visual() {
            return kind == FeatureSpec.Kind.VISUAL;
        }
    }

    /** @throws IllegalArgumentException naming the field and the bound */
    public DatasetLayout {
        fields = List.copyOf(fields);
        if (!(fps > 0 && fps <= 1000)) {
            throw new IllegalArgumentException("fps: expected more than 0, at most 1000, found " + fps);
        }
        Set<String> keys = new HashSet<>();
        for (Field field : fields) {
            if (!keys.add(field.key())) {
                throw new IllegalArgumentException("features: '" + field.key() + "' appears twice");
            }
        }
    }

    /** The layout as JSON, for an episode's header. */
    public JsonNode toJson() {
        return JSON.valueToTree(this);
    }

    /** The layout from an episode's header. @throws IllegalArgumentException if it is none */
    public static DatasetLayout of(JsonNode json) {
        return JSON.convertValue(json, DatasetLayout.class);
    }

    /** The same columns on another grid. */
    public DatasetLayout atFps(double newFps) {
        return new DatasetLayout(newFps, fields);
    }
}
