package dev.dpros.datasets.lerobot;

import java.util.List;

/**
 * One line of meta/episodes. Immutable.
 *
 * @param from index of its first row in the whole dataset
 * @param to index after its last
 * @param chunk number of the chunk that its data file lies in
 * @param file number of its data file
 * @param success TRUE, FALSE, or null if it was not labelled
 */
record EpisodeEntry(int index, int length, long from, long to, int chunk, int file, List<String> tasks, Boolean success) {
    EpisodeEntry {
        tasks = List.copyOf(tasks);
    }

    String task() {
        return tasks.isEmpty() ? "" : tasks.get(0);
    }
}
