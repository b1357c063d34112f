package dev.dpros.training.data;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.EpisodeDataset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the columns that a policy takes out of a dataset, into memory. */
public final class DatasetColumns {
    private DatasetColumns() {}

    /**
     * Where a policy's feature comes from.
     *
     * @param from key of the dataset's column, with or without {@code observation.}
     * @param first first value of a vector that is used
     */
    public record Column(String from, int first) {}

    /**
     * Reads all episodes.
     *
     * @param features the policy's inputs in its order, then its action
     * @param columns where they come from, by key; a feature that is not named comes from the column of its own key
     * @throws InputException if a column is missing or of another shape, or an episode is damaged
     */
    public static ReplayData read(EpisodeDataset dataset, List<FeatureSpec> features, Map<String, Column> columns) {
        requireAgreement(dataset);
        int[] ends = ends(dataset);
        int steps = ends[ends.length - 1];
        Map<String, float[]> vectors = new LinkedHashMap<>();
        Map<String, byte[][]> pictures = new LinkedHashMap<>();
        for (FeatureSpec feature : features) {
            if (feature.kind() == FeatureSpec.Kind.VISUAL) {
                pictures.put(feature.key(), new byte[steps][feature.size()]);
            } else {
                vectors.put(feature.key(), new float[Math.multiplyExact(steps, feature.size())]);
            }
        }
        for (int e = 0; e < ends.length; e++) {
            try (EpisodeDataset.Episode episode = dataset.episode(e)) {
                int start = e == 0 ? 0 : ends[e - 1];
                for (FeatureSpec feature : features) {
                    Column column = columns.getOrDefault(feature.key(), new Column(feature.key(), 0));
                    int index = find(dataset, feature, column);
                    if (feature.kind() == FeatureSpec.Kind.VISUAL) {
                        readPictures(episode, index, pictures.get(feature.key()), start);
                    } else {
                        readVectors(dataset.features().get(index).size(), episode, index, column, feature,
                                vectors.get(feature.key()), start);
                    }
                }
            }
        }
        Map<String, Frames> frames = new LinkedHashMap<>();
        pictures.forEach((key, rows) -> frames.put(key, Frames.of(rows)));
        return new ReplayData(dataset.name(), features, ends, vectors, frames);
    }

    /** A dataset that contradicts itself is not trained from. */
    private static void requireAgreement(EpisodeDataset dataset) {
        List<String> contradictions = dataset.contradictions();
        if (!contradictions.isEmpty()) {
            throw new InputException(contradictions.get(0) + "; "
                    + (contradictions.size() == 1 ? "" : contradictions.size() - 1 + " more; ") + "'dpros dataset verify' names each");
        }
    }

    private static int[] ends(EpisodeDataset dataset) {
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

    private static void readVectors(int width, EpisodeDataset.Episode episode, int index, Column column,
            FeatureSpec feature, float[] values, int start) {
        float[] row = new float[width];
        for (int step = 0; step < episode.length(); step++) {
            episode.vector(index, step, row, 0);
            System.arraycopy(row, column.first(), values, (start + step) * feature.size(), feature.size());
        }
    }

    private static int find(EpisodeDataset dataset, FeatureSpec feature, Column column) {
        List<DatasetFeature> available = dataset.features();
        int found = named(dataset, column.from());
        if (found < 0) {
            throw InputException.of(dataset.name(), "column for '" + feature.key() + "'", "'" + column.from() + "'",
                    available.stream().map(DatasetFeature::key).toList()
                            + (dataset.leftOut().isEmpty() ? "" : "; not read: " + String.join("; ", dataset.leftOut())),
                    "map it in 'columns'");
        }
        DatasetFeature candidate = available.get(found);
        boolean fits = feature.kind() == FeatureSpec.Kind.VISUAL
                ? candidate.visual() && candidate.shape().equals(feature.shape())
                : !candidate.visual() && column.first() >= 0 && column.first() + feature.size() <= candidate.size();
        if (!fits) {
            throw InputException.of(dataset.name(), "column '" + candidate.key() + "' for '" + feature.key() + "'",
                    feature.kind() + " " + feature.shape() + " from value " + column.first() + " on",
                    candidate.kind() + " " + candidate.shape(), "map another column in 'columns'");
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
