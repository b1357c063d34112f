package dev.dpros.dataview;

import dev.dpros.datasets.DatasetFeature;
import java.util.List;

/**
 * Curves of an episode: a column of vectors, or a label that each step has. Its components' names are the page's JSON keys.
 *
 * @param name the column's key, or the label's name
 * @param names of its values; empty for one that has none
 * @param dims how many of its values are shown
 * @param size how many it has
 * @param stride every so many-th step is shown
 * @param label whether it is a label
 */
record Series(String name, List<String> names, int dims, int size, int stride, boolean label) {
    private static final int MOST_DIMS = 64;
    private static final int MOST_VALUES = 2_000_000;

    static Series of(DatasetFeature feature, int length) {
        int dims = Math.min(MOST_DIMS, feature.size());
        List<String> names = feature.names().size() == feature.size() ? feature.names().subList(0, dims) : List.of();
        return new Series(feature.key(), names, dims, feature.size(), stride(dims, length), false);
    }

    static Series ofLabel(String name, int length) {
        return new Series(name, List.of(), 1, 1, stride(1, length), true);
    }

    private static int stride(int dims, int length) {
        return (int) Math.max(1, ((long) dims * length + MOST_VALUES - 1) / MOST_VALUES);
    }

    /** How many of an episode's steps are shown. */
    int points(int length) {
        return (length + stride - 1) / stride;
    }
}
