package dev.dpros.datasets;

import java.util.List;
import java.util.Set;

/** A data set of another's episodes or parts of them: what is not about single episodes is the other's. Closes what it views. */
abstract class EpisodeView implements EpisodeDataset {
    /** What is viewed. */
    final EpisodeDataset all;

    EpisodeView(EpisodeDataset all) {
        this.all = all;
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
    public TextForm textForm(int column) {
        return all.textForm(column);
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
    public String reading() {
        return all.reading();
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
    public void close() {
        all.close();
    }
}
