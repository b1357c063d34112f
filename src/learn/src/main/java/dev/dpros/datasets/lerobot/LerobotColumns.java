package dev.dpros.datasets.lerobot;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dpros.core.FeatureSpec;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.DepthCodes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The columns that meta/info.json describes. Immutable.
 *
 * @param features those that are read
 * @param stored keys of the pictures that lie in the table itself
 * @param texts keys of those that hold a text a step, or a list of them, or LeRobot's annotations
 * @param leftOut those that are not read, one line each
 */
record LerobotColumns(List<DatasetFeature> features, Set<String> stored, List<String> texts, List<String> leftOut) {
    /** What is there beside the columns: places and, step by step, the label ({@link StepLabels}). */
    private static final Set<String> INDICES =
            Set.of("timestamp", "frame_index", "episode_index", "index", "task_index", StepLabels.COLUMN);
    private static final Set<String> OUTCOMES = Set.of("next.reward", "next.done");
    /** A text a step or a list of them; the rows of {@code language_persistent} and {@code language_events} (LeRobot 0.6, datasets/language.py). */
    private static final Set<String> TEXTS = Set.of("string", "language");
    private static final int MAX_SIDE = 1 << 14;

    LerobotColumns {
        features = List.copyOf(features);
        stored = Set.copyOf(stored);
        texts = List.copyOf(texts);
        leftOut = List.copyOf(leftOut);
    }

    /** Sorts them. @param described the object {@code features} */
    static LerobotColumns of(JsonNode described) {
        List<DatasetFeature> features = new ArrayList<>();
        Set<String> stored = new TreeSet<>();
        List<String> texts = new ArrayList<>();
        List<String> leftOut = new ArrayList<>();
        described.properties().forEach(entry -> {
            String key = entry.getKey();
            if (INDICES.contains(key)) {
                return;
            }
            if (OUTCOMES.contains(key)) {
                leftOut.add("'" + key + "': no label is made of it; labels are next.success, or success in meta/episodes; dataset view shows it");
                return;
            }
            if (TEXTS.contains(entry.getValue().path("dtype").asText())) {
                texts.add(key);
                leftOut.add("'" + key + "': texts; export and edit keep them in LeRobot's format, nothing else reads them");
                return;
            }
            DatasetFeature feature = feature(key, entry.getValue());
            if (feature == null) {
                String doubt = DepthVideo.marked(entry.getValue()) ? DepthVideo.doubt(entry.getValue()) : "";
                leftOut.add("'" + key + "': " + (doubt.isEmpty() ? entry.getValue().path("dtype").asText() + " of shape " + shape(entry.getValue()) : doubt));
                return;
            }
            features.add(feature);
            if (feature.visual() && entry.getValue().path("dtype").asText().equals("image")) {
                stored.add(key);
            }
        });
        return new LerobotColumns(features, stored, texts, leftOut);
    }

    /** A column that can be read, or null. */
    private static DatasetFeature feature(String key, JsonNode described) {
        String type = described.path("dtype").asText();
        List<Integer> shape = shape(described);
        if (shape.isEmpty() || shape.stream().anyMatch(size -> size < 1 || size > MAX_SIDE)) {
            return null;
        }
        boolean picture = type.equals("video") || type.equals("image");
        if (DepthVideo.marked(described)) {
            return picture && shape.size() == 3 && DepthVideo.doubt(described).isEmpty() ? depth(key, shape, DepthVideo.codes(described.path("info"))) : null;
        }
        if (picture && shape.size() == 3 && (shape.get(0) == 3 || shape.get(2) == 3)) {
            return new DatasetFeature(key, FeatureSpec.Kind.VISUAL,
                    shape.get(0) == 3 ? shape : List.of(3, shape.get(0), shape.get(1)), List.of());
        }
        boolean number = type.startsWith("float") || type.startsWith("int") || type.startsWith("uint") || type.equals("bool");
        if (!number || shape.size() != 1) {
            return null;
        }
        List<String> names = names(described);
        return new DatasetFeature(key, kind(key), shape, names.size() == shape.get(0) ? names : List.of());
    }

    /** One channel, first or last; older writers say three of a video whose brightness is read alone. */
    private static DatasetFeature depth(String key, List<Integer> shape, DepthCodes codes) {
        boolean last = shape.get(2) == 1 || shape.get(2) == 3;
        return last || shape.get(0) == 1 || shape.get(0) == 3 ? DatasetFeature.depth(key, shape.get(last ? 0 : 1), shape.get(last ? 1 : 2), codes) : null;
    }

    /** Names of a column's values: a list, or an object around one ({@code {"motors": [...]}}); empty for any other form. */
    static List<String> names(JsonNode described) {
        JsonNode list = described.path("names");
        if (list.isObject() && list.size() == 1) {
            list = list.elements().next();
        }
        List<String> names = new ArrayList<>();
        for (JsonNode name : list.isArray() ? list : List.<JsonNode>of()) {
            if (!name.isTextual()) {
                return List.of();
            }
            names.add(name.asText());
        }
        return names;
    }

    static List<Integer> shape(JsonNode described) {
        List<Integer> shape = new ArrayList<>();
        described.path("shape").forEach(size -> shape.add(size.asInt()));
        return shape;
    }

    private static FeatureSpec.Kind kind(String key) {
        return key.equals("action") ? FeatureSpec.Kind.ACTION
                : key.equals("observation.environment_state") ? FeatureSpec.Kind.ENV : FeatureSpec.Kind.STATE;
    }
}
