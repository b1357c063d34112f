package dev.dpros.training;

import dev.dpros.core.FeatureSpec;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.sim.PushTEnv;
import java.util.List;

/** Played episodes of PushT as a dataset of poses and actions; pictures follow from the poses. Any thread. */
public final class CollectedDataset implements EpisodeDataset {
    private static final List<DatasetFeature> FEATURES = List.of(
            new DatasetFeature("observation.state", FeatureSpec.Kind.STATE, List.of(5),
                    List.of("agent_x", "agent_y", "block_x", "block_y", "block_angle")),
            new DatasetFeature("action", FeatureSpec.Kind.ACTION, List.of(2), List.of("x", "y")));

    private final List<PushTCollection.Episode> episodes;

    /** A dataset of these episodes. */
    public CollectedDataset(List<PushTCollection.Episode> episodes) {
        this.episodes = List.copyOf(episodes);
    }

    @Override
    public String name() {
        return "collected episodes";
    }

    @Override
    public List<DatasetFeature> features() {
        return FEATURES;
    }

    @Override
    public double fps() {
        return PushTEnv.CONTROL_HZ;
    }

    @Override
    public String robot() {
        return "pusht";
    }

    @Override
    public int episodes() {
        return episodes.size();
    }

    @Override
    public Episode episode(int index) {
        return new Played(episodes.get(index));
    }

    @Override
    public void close() {
        // in memory
    }

    private record Played(PushTCollection.Episode episode) implements Episode {
        @Override
        public String id() {
            return "pusht-seed-" + episode.seed();
        }

        @Override
        public int length() {
            return episode.actions().size();
        }

        @Override
        public String task() {
            return "push the T onto the goal";
        }

        @Override
        public Boolean success() {
            return episode.success();
        }

        @Override
        public void vector(int feature, int step, float[] out, int offset) {
            double[] values = feature == 0 ? episode.states().get(step) : episode.actions().get(step);
            for (int i = 0; i < values.length; i++) {
                out[offset + i] = (float) values[i];
            }
        }

        @Override
        public void frame(int feature, int step, byte[] rgb) {
            throw new IllegalArgumentException("no pictures");
        }

        @Override
        public void close() {
            // in memory
        }
    }
}
