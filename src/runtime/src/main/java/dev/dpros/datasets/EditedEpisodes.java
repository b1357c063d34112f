package dev.dpros.datasets;

import dev.dpros.core.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** An aligned data set as it is after edits: a view; steps whose time lies in a piece are in it. One thread; closes what it views. */
public final class EditedEpisodes implements EpisodeDataset {
    private static final double ROUNDING = 1e-6;

    private final EpisodeDataset all;
    private final List<EpisodeEdits.Piece> pieces;

    /** A view. @throws InputException if a piece has no step */
    public EditedEpisodes(EpisodeDataset all, List<EpisodeEdits.Piece> pieces) {
        this.all = all;
        this.pieces = List.copyOf(pieces);
        for (int i = 0; i < pieces.size(); i++) {
            try (Episode episode = episode(i)) {
                if (episode.length() < 1) {
                    throw InputException.of("dataset edit", "part " + pieces.get(i).part() + " of episode " + pieces.get(i).episode(),
                            "at least one step", "none", "");
                }
            }
        }
    }

    /** What is known of the episodes before. */
    public static List<EpisodeEdits.Facts> facts(EpisodeDataset dataset) {
        List<EpisodeEdits.Facts> facts = new ArrayList<>();
        for (int i = 0; i < dataset.episodes(); i++) {
            try (Episode episode = dataset.episode(i)) {
                facts.add(new EpisodeEdits.Facts(episode.length() / dataset.fps(), episode.task(), episode.success()));
            }
        }
        return facts;
    }

    private int step(double seconds, int length) {
        return (int) Math.min(length, Math.ceil(seconds * all.fps() - ROUNDING));
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
    public List<String> texts() {
        return all.texts();
    }

    @Override
    public boolean truth(int feature) {
        return all.truth(feature);
    }

    @Override
    public String storedName(int feature) {
        return all.storedName(feature);
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
        return pieces.size();
    }

    @Override
    public List<String> leftOut() {
        return all.leftOut();
    }

    @Override
    public List<String> contradictions() {
        return all.contradictions();
    }

    @Override
    public List<String> faults() {
        return all.faults();
    }

    @Override
    public Set<String> masks() {
        return all.masks();
    }

    @Override
    public String label(int index) {
        EpisodeEdits.Piece piece = pieces.get(index);
        return all.label(piece.episode()) + (piece.part() > 0 ? ", part " + piece.part() : "");
    }

    @Override
    public Episode episode(int index) {
        EpisodeEdits.Piece piece = pieces.get(index);
        Episode whole = all.episode(piece.episode());
        Stretch stretch = new Stretch(step(piece.fromS(), whole.length()), step(piece.toS(), whole.length()));
        return new EpisodePart(whole, stretch, piece.id(whole.id()), piece.task(), piece.success());
    }

    @Override
    public void close() {
        all.close();
    }
}
