package dev.dpros.training.setup;

import dev.dpros.core.DepthPixels;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.core.NearestName;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.EpisodeDataset;
import java.util.ArrayList;
import java.util.List;

/**
 * What of a data set a policy and its training depend on. Immutable.
 *
 * @param name a path
 * @param fps steps per second
 * @param episodes number of episodes
 * @param steps of all episodes
 * @param inputs columns that a policy can have on a robot: pictures and states, or what else there is if there are no pictures
 * @param action the action's column
 * @param leftOut columns that are not among them
 */
public record DatasetFacts(String name, double fps, int episodes, int steps, List<FeatureSpec> inputs, FeatureSpec action, List<String> leftOut) {
    private static final String ACTION = "action";

    /** Copies the lists. */
    public DatasetFacts {
        inputs = List.copyOf(inputs);
        leftOut = List.copyOf(leftOut);
    }

    /**
     * Reads them; pictures are not decoded.
     *
     * @param wanted keys of the columns that are to be inputs; empty for all that a policy can have on a robot
     * @throws InputException if there is no action, no observation or no episode, or a column that is wanted
     */
    public static DatasetFacts of(EpisodeDataset dataset, List<String> wanted) {
        List<String> keys = dataset.features().stream().map(DatasetFeature::key).toList();
        for (String key : wanted) {
            if (!keys.contains(key)) {
                throw new InputException(dataset.name() + ": no column '" + key + "'" + NearestName.hint(key, keys));
            }
        }
        List<FeatureSpec> inputs = new ArrayList<>();
        List<String> leftOut = new ArrayList<>(dataset.leftOut());
        FeatureSpec action = null;
        boolean cameras = dataset.features().stream().anyMatch(DatasetFeature::visual);
        for (DatasetFeature feature : dataset.features()) {
            boolean vector = !feature.visual() && feature.shape().size() == 1;
            if (vector && feature.key().equals(ACTION)) {
                action = new FeatureSpec(ACTION, FeatureSpec.Kind.ACTION, feature.shape());
            } else if ((feature.visual() || vector) && (wanted.isEmpty()
                    ? feature.kind() != FeatureSpec.Kind.ACTION && !(feature.kind() == FeatureSpec.Kind.ENV && cameras) : wanted.contains(feature.key()))) {
                inputs.add(new FeatureSpec(feature.key(), feature.kind(), feature.shape()));
            } else {
                leftOut.add(feature.key() + " (" + feature.kind() + " " + feature.shape() + ")");
            }
        }
        if (action == null || inputs.isEmpty()) {
            throw InputException.of(dataset.name(), "columns", action == null ? "an action" : "pictures or states",
                    keys.toString(), "");
        }
        return new DatasetFacts(dataset.name(), dataset.fps(), dataset.episodes(), steps(dataset), inputs, action, leftOut);
    }

    private static int steps(EpisodeDataset dataset) {
        int steps = 0;
        for (int index = 0; index < dataset.episodes(); index++) {
            try (EpisodeDataset.Episode episode = dataset.episode(index)) {
                steps = Math.addExact(steps, episode.length());
            }
        }
        if (steps == 0) {
            throw InputException.of(dataset.name(), "episodes", "at least one with a step", "none", "record some first");
        }
        return steps;
    }

    /** The cameras' columns. */
    List<FeatureSpec> cameras() {
        return inputs.stream().filter(input -> input.kind() == FeatureSpec.Kind.VISUAL).toList();
    }

    /** Memory that a training holds the pictures in, bytes. */
    long pictureBytes() {
        return cameras().stream().mapToLong(camera -> (long) DepthPixels.frameBytes(camera) * steps).sum();
    }
}
