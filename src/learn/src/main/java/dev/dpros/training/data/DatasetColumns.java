package dev.dpros.training.data;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.EpisodeDataset;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the columns that a policy takes out of a dataset, into memory. */
public final class DatasetColumns {
    private DatasetColumns() {}

    /**
     * Where a policy's feature comes from.
     *
     * @param from keys of the dataset's columns, with or without {@code observation.}; of a vector several make one, in this order
     * @param first first value of a vector that is used
     * @param rotation6d whether the vector's rotations are converted before ({@link Rotation6d})
     */
    public record Column(List<String> from, int first, boolean rotation6d) {
        /** Copies the list. */
        public Column {
            from = List.copyOf(from);
        }
    }

    /**
     * Reads all episodes.
     *
     * @param features the policy's inputs in its order, then its action
     * @param columns where they come from, by key; a feature that is not named comes from the column of its own key
     * @throws InputException if a column is missing or of another shape, or an episode is damaged
     */
    public static ReplayData read(EpisodeDataset dataset, List<FeatureSpec> features, Map<String, Column> columns) {
        requireAgreement(dataset);
        features.forEach(feature -> find(dataset, feature, column(feature, columns)));
        int[] ends = ends(dataset);
        int steps = ends[ends.length - 1];
        Map<String, float[]> vectors = new LinkedHashMap<>();
        Map<String, byte[][]> pictures = new LinkedHashMap<>();
        for (FeatureSpec feature : features) {
            if (feature.kind() == FeatureSpec.Kind.VISUAL) {
                pictures.put(feature.key(), new byte[steps][Frames.bytes(feature)]);
            } else {
                vectors.put(feature.key(), new float[Math.multiplyExact(steps, feature.size())]);
            }
        }
        for (int e = 0; e < ends.length; e++) {
            try (EpisodeDataset.Episode episode = dataset.episode(e)) {
                int start = e == 0 ? 0 : ends[e - 1];
                for (FeatureSpec feature : features) {
                    Column column = column(feature, columns);
                    int[] found = find(dataset, feature, column);
                    if (feature.kind() == FeatureSpec.Kind.VISUAL) {
                        readPictures(episode, found[0], pictures.get(feature.key()), start);
                    } else {
                        readVectors(dataset, episode, found, column, feature, vectors.get(feature.key()), start);
                    }
                }
            }
        }
        Map<String, Frames> frames = new LinkedHashMap<>();
        pictures.forEach((key, rows) -> frames.put(key, Frames.of(rows)));
        return new ReplayData(dataset.name(), features, ends, vectors, frames);
    }

    private static Column column(FeatureSpec feature, Map<String, Column> columns) {
        return columns.getOrDefault(feature.key(), new Column(List.of(feature.key()), 0, false));
    }

    /** The data's column of a camera. @throws InputException if it is missing or does not fit */
    public static int camera(EpisodeDataset dataset, FeatureSpec feature, Map<String, Column> columns) {
        return find(dataset, feature, column(feature, columns))[0];
    }

    /** A dataset that contradicts itself is not trained from. */
    private static void requireAgreement(EpisodeDataset dataset) {
        List<String> contradictions = dataset.contradictions();
        if (!contradictions.isEmpty()) {
            throw new InputException(contradictions.get(0) + "; "
                    + (contradictions.size() == 1 ? "" : contradictions.size() - 1 + " more; ") + "'dpros dataset verify' names each");
        }
    }

    /** Cumulative ends of the episodes. @throws InputException if there is none, or one is damaged */
    public static int[] ends(EpisodeDataset dataset) {
        int[] ends = new int[dataset.episodes()];
        int steps = 0;
        for (int e = 0; e < ends.length; e++) {
            try (EpisodeDataset.Episode episode = dataset.episode(e)) {
                steps = Math.addExact(steps, episode.length());
                ends[e] = steps;
            }
        }
        if (ends.length == 0) {
            throw InputException.of(dataset.name(), "episodes", "at least one", "none", "record some first");
        }
        return ends;
    }

    private static void readPictures(EpisodeDataset.Episode episode, int index, byte[][] rows, int start) {
        for (int step = 0; step < episode.length(); step++) {
            episode.frame(index, step, rows[start + step]);
        }
    }

    private static void readVectors(EpisodeDataset dataset, EpisodeDataset.Episode episode, int[] found, Column column,
            FeatureSpec feature, float[] values, int start) {
        float[] row = new float[width(dataset, found)];
        for (int step = 0; step < episode.length(); step++) {
            int at = 0;
            for (int index : found) {
                episode.vector(index, step, row, at);
                at += dataset.features().get(index).size();
            }
            float[] used = column.rotation6d() ? Rotation6d.ofActions(row) : row;
            System.arraycopy(used, column.first(), values, (start + step) * feature.size(), feature.size());
        }
    }

    private static int width(EpisodeDataset dataset, int[] columns) {
        return Arrays.stream(columns).map(index -> dataset.features().get(index).size()).sum();
    }

    /** Where a feature's columns are. @throws InputException if one is missing, or they do not fit */
    private static int[] find(EpisodeDataset dataset, FeatureSpec feature, Column column) {
        int[] found = new int[column.from().size()];
        for (int i = 0; i < found.length; i++) {
            found[i] = find(dataset, feature, column.from().get(i), column.rotation6d());
        }
        DatasetFeature first = dataset.features().get(found[0]);
        boolean visual = Arrays.stream(found).anyMatch(index -> dataset.features().get(index).visual());
        int width = visual ? 0 : width(dataset, found);
        int values = column.rotation6d() ? Rotation6d.converted(width) : width;
        boolean fits = feature.kind() == FeatureSpec.Kind.VISUAL ? found.length == 1 && visual && first.shape().equals(feature.shape())
                : !visual && column.first() >= 0 && column.first() + feature.size() <= values;
        if (!fits) {
            throw InputException.of(dataset.name(), "column '" + first.key() + "' for '" + feature.key() + "'",
                    feature.kind() + " " + feature.shape() + " from value " + column.first() + " on"
                            + (column.rotation6d() ? ", of 7 values for each arm converted to 10" : ""),
                    first.kind() + " " + (found.length == 1 ? first.shape().toString() : "[" + width + "], of " + found.length + " columns"),
                    remedy(dataset, feature, first.key()));
        }
        return found;
    }

    /** Another column only where there is one that fits. */
    private static String remedy(EpisodeDataset dataset, FeatureSpec feature, String instead) {
        boolean picture = feature.kind() == FeatureSpec.Kind.VISUAL;
        List<String> fitting = dataset.features().stream().filter(column -> !column.key().equals(instead) && column.visual() == picture
                && (picture ? column.shape().equals(feature.shape()) : column.size() >= feature.size())).map(DatasetFeature::key).toList();
        if (fitting.isEmpty()) {
            return "no column of the data fits: a policy for these data comes from 'dpros init-training'";
        }
        return "what fits: " + String.join(", ", fitting) + "; choose with --set columns/" + feature.key() + "/from=" + fitting.get(0);
    }

    /** One column; for rotations that are converted, the absolute one beside it where there is one (robomimic's actions_abs). */
    private static int find(EpisodeDataset dataset, FeatureSpec feature, String from, boolean rotation6d) {
        int absolute = rotation6d ? named(dataset, from + "_abs") : -1;
        int found = absolute >= 0 ? absolute : named(dataset, from);
        if (found < 0) {
            throw InputException.of(dataset.name(), "column for '" + feature.key() + "'", "'" + from + "'",
                    dataset.features().stream().map(DatasetFeature::key).toList()
                            + (dataset.leftOut().isEmpty() ? "" : "; not read: " + String.join("; ", dataset.leftOut())),
                    remedy(dataset, feature, from));
        }
        return found;
    }

    /** The column of a key, then of the name that the dataset stores, then of a key without {@code observation.}; or -1. */
    private static int named(EpisodeDataset dataset, String name) {
        List<String> keys = dataset.features().stream().map(DatasetFeature::key).toList();
        int found = keys.indexOf(name);
        for (int i = 0; found < 0 && i < keys.size(); i++) {
            found = dataset.storedName(i).equals(name) ? i : -1;
        }
        return found >= 0 ? found : keys.indexOf("observation." + name);
    }
}
