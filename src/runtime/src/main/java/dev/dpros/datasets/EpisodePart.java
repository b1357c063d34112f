package dev.dpros.datasets;

import java.util.List;
import java.util.Set;

/** A stretch of an episode as an episode of its own. One thread; closes the whole. */
final class EpisodePart implements EpisodeDataset.Episode {
    private final EpisodeDataset.Episode whole;
    private final EpisodeDataset.Stretch stretch;
    private final String id;
    private final String task;
    private final Boolean success;

    EpisodePart(EpisodeDataset.Episode whole, EpisodeDataset.Stretch stretch, String id) {
        this(whole, stretch, id, whole.task(), whole.success());
    }

    /** One with a task and a label of its own. */
    EpisodePart(EpisodeDataset.Episode whole, EpisodeDataset.Stretch stretch, String id, String task, Boolean success) {
        this.whole = whole;
        this.stretch = stretch;
        this.id = id;
        this.task = task;
        this.success = success;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public int length() {
        return stretch.to() - stretch.from();
    }

    @Override
    public String task() {
        return task;
    }

    @Override
    public Boolean success() {
        return success;
    }

    @Override
    public String unfit() {
        return whole.unfit();
    }

    @Override
    public List<String> notes() {
        return whole.notes();
    }

    @Override
    public Set<String> masks() {
        return whole.masks();
    }

    @Override
    public boolean damaged() {
        return whole.damaged();
    }

    @Override
    public boolean intervention(int step) {
        return whole.intervention(stretch.from() + step);
    }

    @Override
    public void vector(int feature, int step, float[] out, int offset) {
        whole.vector(feature, stretch.from() + step, out, offset);
    }

    @Override
    public String text(int column, int step) {
        return whole.text(column, stretch.from() + step);
    }

    @Override
    public void frame(int feature, int step, byte[] rgb) {
        whole.frame(feature, stretch.from() + step, rgb);
    }

    @Override
    public void close() {
        whole.close();
    }
}
