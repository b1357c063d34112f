package dev.dpros.recording.dataset;

import dev.dpros.core.InputException;
import dev.dpros.core.OpenFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A data set without the episodes that should not be learnt from: those beyond the bounds of their stamps always, those
 * of another label or that cannot be read on request. Each one left out is said. One thread.
 */
public final class SelectedEpisodes implements EpisodeDataset {
    private final EpisodeDataset all;
    private final List<Integer> kept = new ArrayList<>();

    /** Which labels are wanted. */
    public enum Label {
        /** Every episode. */ ALL,
        /** Those labelled a success. */ SUCCESS,
        /** Those labelled a failure. */ FAILURE
    }

    /**
     * What to leave out.
     *
     * @param only label of the episodes to keep
     * @param skipBad whether to leave out what cannot be read instead of giving up; reads every value beforehand
     */
    public record Choice(Label only, boolean skipBad) {}

    private SelectedEpisodes(EpisodeDataset all) {
        this.all = all;
    }

    /**
     * Looks at every episode.
     *
     * @param say gets one line for each episode that is left out or had messages skipped, and the count
     * @throws InputException if one is damaged and bad ones are not skipped, or none is left
     */
    public static SelectedEpisodes of(EpisodeDataset all, Choice choice, Consumer<String> say) {
        SelectedEpisodes selected = new SelectedEpisodes(all);
        all.leftOut().forEach(say);
        for (int i = 0; i < all.episodes(); i++) {
            String why = selected.reason(i, choice, say);
            if (why == null) {
                selected.kept.add(i);
            } else {
                say.accept(all.label(i) + ": left out: " + why);
            }
        }
        int out = all.episodes() - selected.kept.size();
        if (out > 0) {
            say.accept(out + " of " + all.episodes() + " episodes left out");
        }
        if (selected.kept.isEmpty()) {
            throw InputException.of(all.name(), "episodes", "at least one that can be used", "none of " + all.episodes(),
                    "see the lines above");
        }
        return selected;
    }

    private String reason(int index, Choice choice, Consumer<String> say) {
        try (Episode episode = all.episode(index)) {
            if (choice.only() != Label.ALL && !Boolean.valueOf(choice.only() == Label.SUCCESS).equals(episode.success())) {
                return episode.success() == null ? "no label" : episode.success() ? "a success" : "a failure";
            }
            String unfit = episode.unfit();
            if (unfit == null && choice.skipBad()) {
                readAll(all, episode);
            }
            if (unfit == null) {
                episode.notes().forEach(note -> say.accept(all.label(index) + ": " + note));
            }
            return unfit;
        } catch (InputException e) {
            OpenFiles.rethrow(e);
            if (choice.skipBad()) {
                return e.getMessage();
            }
            throw new InputException(all.label(index) + ": " + e.getMessage() + "; --skip-bad leaves such episodes out", e);
        }
    }

    /** Reads every value and picture of an episode. @throws InputException at the first that cannot be, or is not finite */
    public static void readAll(EpisodeDataset dataset, Episode episode) {
        for (int f = 0; f < dataset.features().size(); f++) {
            DatasetFeature feature = dataset.features().get(f);
            byte[] rgb = new byte[feature.visual() ? feature.size() : 0];
            float[] values = new float[feature.visual() ? 0 : feature.size()];
            for (int step = 0; step < episode.length(); step++) {
                if (feature.visual()) {
                    episode.frame(f, step, rgb);
                } else {
                    episode.vector(f, step, values, 0);
                    requireFinite(feature, step, values);
                }
            }
        }
    }

    private static void requireFinite(DatasetFeature feature, int step, float[] values) {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw InputException.of(feature.key(), "step " + step, "finite numbers", Float.toString(value),
                        "discard the episode, or --skip-bad");
            }
        }
    }

    /** Which episodes of the whole set are kept, in order. */
    public List<Integer> kept() {
        return List.copyOf(kept);
    }

    @Override
    public String name() {
        return all.name();
    }

    @Override
    public List<DatasetFeature> features() {
        return all.features();
    }

    @Override
    public double fps() {
        return all.fps();
    }

    @Override
    public String robot() {
        return all.robot();
    }

    @Override
    public int episodes() {
        return kept.size();
    }

    @Override
    public String label(int index) {
        return all.label(kept.get(index));
    }

    @Override
    public Episode episode(int index) {
        return all.episode(kept.get(index));
    }

    @Override
    public void close() {
        all.close();
    }
}
