package dev.dpros.datasets;

import dev.dpros.core.InputException;
import dev.dpros.core.OpenFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A data set without what should not be learnt from: episodes beyond the bounds of their stamps always, those of another
 * label or that cannot be read, and steps at which nobody drove, on request. Each one left out is said. One thread.
 */
public final class SelectedEpisodes extends EpisodeView {
    private final List<Kept> kept = new ArrayList<>();
    private int idleSteps;
    private int known;
    private int unknown;
    private String firstReason;

    /** An episode, or a part of it; which one, 0 if it is one alone. */
    private record Kept(int index, Stretch stretch, int part) {}

    /** Which labels are wanted. */
    public enum Label {
        /** Every episode. */ ALL,
        /** Those labelled a success. */ SUCCESS,
        /** Those labelled a failure. */ FAILURE
    }

    /** What to do with steps at which nobody drove. */
    public enum Idle {
        /** Leave them out; an episode is cut where they last. */ DROP,
        /** Leave them in. */ KEEP
    }

    /**
     * What to leave out.
     *
     * @param only label of the episodes to keep
     * @param skipBad whether to leave out what cannot be read instead of giving up; reads every value beforehand
     * @param idle steps at which nobody drove
     * @param mask name of the list whose episodes are kept; null for all
     */
    public record Choice(Label only, boolean skipBad, Idle idle, String mask) {
        /** With idle steps, of any list. */
        public Choice(Label only, boolean skipBad) {
            this(only, skipBad, Idle.KEEP, null);
        }
    }

    private SelectedEpisodes(EpisodeDataset all) {
        super(all);
    }

    /**
     * Looks at every episode.
     *
     * @param say gets one line for each episode that is left out or had messages skipped, and the count
     * @throws InputException if one is damaged and bad ones are not skipped, or none is left
     */
    public static SelectedEpisodes of(EpisodeDataset all, Choice choice, Consumer<String> say) {
        if (choice.mask() != null && !all.masks().contains(choice.mask())) {
            throw InputException.of(all.name(), "mask", "'" + choice.mask() + "'", all.masks().isEmpty() ? "none at all" : "'"
                    + String.join("', '", all.masks().stream().sorted().toList()) + "'", "--mask takes one of these");
        }
        SelectedEpisodes selected = new SelectedEpisodes(all);
        all.leftOut().forEach(say);
        all.faults().forEach(say);
        for (int i = 0; i < all.episodes(); i++) {
            String why = selected.reason(i, choice, say);
            if (why != null) {
                selected.firstReason = selected.firstReason == null ? why : selected.firstReason;
                say.accept(all.label(i) + ": left out: " + why);
            }
        }
        selected.sayIdle(choice.idle(), say);
        int out = all.episodes() - (int) selected.kept.stream().map(Kept::index).distinct().count();
        if (out > 0) {
            say.accept(out + " of " + all.episodes() + " episodes left out");
        }
        if (selected.kept.isEmpty()) {
            throw InputException.of(all.name(), "episodes", "at least one that can be used", selected.whyNone(), all.episodes() == 0
                    ? "record or import some first" : all.episodes() == 1 ? "" : "the lines above name each");
        }
        return selected;
    }

    private String whyNone() {
        return all.episodes() == 0 ? "none" : "none of " + all.episodes() + " (" + all.label(0) + ": " + firstReason + ")";
    }

    private String reason(int index, Choice choice, Consumer<String> say) {
        if (!all.unfit(index).isEmpty()) {
            return all.unfit(index);
        }
        try (Episode episode = all.episode(index)) {
            if (choice.only() != Label.ALL && !Boolean.valueOf(choice.only() == Label.SUCCESS).equals(episode.success())) {
                return episode.success() == null ? "no label" : episode.success() ? "a success" : "a failure";
            }
            if (choice.mask() != null && !episode.masks().contains(choice.mask())) {
                return "not in mask '" + choice.mask() + "'";
            }
            String unfit = episode.unfit();
            if (unfit == null && choice.skipBad()) {
                readAll(all, episode);
            }
            if (unfit == null) {
                episode.notes().forEach(note -> say.accept(all.label(index) + ": " + note));
                unfit = keep(index, episode, choice.idle(), say);
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

    /** Keeps an episode, or what of it somebody drove; returns why not. */
    private String keep(int index, Episode episode, Idle idle, Consumer<String> say) {
        unknown += episode.driverUnknown() ? 1 : 0;
        known += episode.driverUnknown() ? 0 : 1;
        List<Stretch> stretches = idle == Idle.DROP ? episode.driven() : List.of(new Stretch(0, episode.length()));
        int steps = stretches.stream().mapToInt(s -> s.to() - s.from()).sum();
        int out = episode.length() - steps;
        idleSteps += out;
        if (stretches.isEmpty()) {
            return "nobody drove in it (--idle keep)";
        }
        if (stretches.size() > 1) {
            say.accept(all.label(index) + ": " + out + " of " + episode.length() + " steps left out: nobody drove; the rest is "
                    + stretches.size() + " episodes");
        }
        for (int i = 0; i < stretches.size(); i++) {
            kept.add(new Kept(index, stretches.get(i), stretches.size() > 1 ? i + 1 : 0));
        }
        return null;
    }

    private void sayIdle(Idle idle, Consumer<String> say) {
        if (idleSteps > 0) {
            say.accept(idleSteps + " steps left out at which nobody drove; --idle keep keeps them");
        }
        if (unknown > 0 && (idle == Idle.DROP || known > 0)) {
            say.accept(unknown + " of " + all.episodes() + " episodes do not tell who drove (no ~state): no step of them counts as idle");
        }
    }

    /** Reads every value and picture of an episode. @throws InputException at the first that cannot be, or is not finite */
    public static void readAll(EpisodeDataset dataset, Episode episode) {
        for (int f = 0; f < dataset.features().size(); f++) {
            DatasetFeature feature = dataset.features().get(f);
            byte[] rgb = new byte[feature.visual() ? feature.frameBytes() : 0];
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

    /** Those from {@code from} to {@code to} alone, the last not included; of the same data set, which either closes. */
    public SelectedEpisodes part(int from, int to) {
        SelectedEpisodes part = new SelectedEpisodes(all);
        part.kept.addAll(kept.subList(from, to));
        return part;
    }

    /** The same choice from the same data set, opened once more. */
    public SelectedEpisodes on(EpisodeDataset again) {
        SelectedEpisodes same = new SelectedEpisodes(again);
        same.kept.addAll(kept);
        return same;
    }

    /** Which episodes of the whole set are kept, in order. */
    public List<Integer> kept() {
        return kept.stream().map(Kept::index).distinct().toList();
    }

    @Override
    public int episodes() {
        return kept.size();
    }

    @Override
    public String label(int index) {
        Kept one = kept.get(index);
        return all.label(one.index) + (one.part > 0 ? ", part " + one.part : "");
    }

    @Override
    public Episode episode(int index) {
        Kept one = kept.get(index);
        Episode whole = all.episode(one.index);
        boolean entire = one.stretch.from() == 0 && one.stretch.to() == whole.length();
        return entire ? whole : new EpisodePart(whole, one.stretch, whole.id() + (one.part > 0 ? "-" + one.part : ""));
    }
}
