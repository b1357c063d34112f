package dev.dpros.datasets.lerobot;

import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.FeatureStatistics;
import java.util.ArrayList;
import java.util.List;

/** What is known of one exported episode: a mutable row of meta/episodes, owned by the exporter. */
final class EpisodeRow {
    final String id;
    /** Its number in what is read. */
    final int source;
    /** Its number in what is written. */
    final int index;
    final int length;
    /** Index of its first frame in the dataset. */
    final long start;
    final int task;
    /** TRUE, FALSE, or null if it was not labelled. */
    Boolean success;
    final List<FeatureStatistics> statistics = new ArrayList<>();
    /** Number of the file it is in. */
    int file;
    /** Its first frame in that file. */
    long fromFrame;

    EpisodeRow(String id, int source, int index, int length, long start, int task, List<DatasetFeature> features) {
        this.id = id;
        this.source = source;
        this.index = index;
        this.length = length;
        this.start = start;
        this.task = task;
        features.forEach(feature -> statistics.add(new FeatureStatistics(feature)));
    }
}
