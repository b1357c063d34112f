package dev.dpros.datasets;

import dev.dpros.core.InputException;
import dev.dpros.core.OpenFiles;
import dev.dpros.recording.EpisodeStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A recording directory, or a single journal, as a dataset. Unfinished episodes are left out; the layout is that of
 * the first episode unless another is given. One thread.
 */
public final class JournalDataset implements EpisodeDataset {
    private final Path path;
    private final List<Path> journals;
    private final DatasetLayout layout;
    private final MessageReaders readers;
    private final StampBounds bounds;
    private final List<String> leftOut;
    private final List<String> faults;
    private final List<String> empty;
    private final List<DatasetFeature> features;
    private final String robot;
    private final boolean intervention;
    private final boolean idle;

    private JournalDataset(Path path, List<JournalIndex> indices, List<String> leftOut, DatasetLayout layout,
            MessageReaders readers, Terms terms) {
        this.path = path;
        bounds = terms.bounds;
        intervention = indices.stream().anyMatch(JournalIndex::hasIntervention);
        idle = terms.markIdle && indices.stream().anyMatch(JournalIndex::hasState);
        this.leftOut = List.copyOf(leftOut);
        faults = twice(indices);
        journals = indices.stream().map(JournalIndex::path).toList();
        this.readers = readers;
        JournalIndex first = indices.get(0);
        this.layout = layout == null ? layoutOf(first) : layout;
        robot = first.header().robot();
        empty = indices.stream().map(this::emptySource).toList();
        features = features(indices);
    }

    /** What is said of a source that is needed and has no message; empty if all have some. */
    private String emptySource(JournalIndex index) {
        try {
            layout.fields().forEach(field -> index.track(field.source()));
            return "";
        } catch (InputException e) {
            return e.getMessage();
        }
    }

    private static List<String> twice(List<JournalIndex> indices) {
        Map<String, Path> first = new HashMap<>();
        List<String> lines = new ArrayList<>();
        for (JournalIndex index : indices) {
            Path before = first.putIfAbsent(index.header().uuid(), index.path());
            if (before != null) {
                lines.add(index.path().getFileName() + ": expected an episode of its own, found the same episode as in "
                        + before.getFileName() + "; remove one of them");
            }
        }
        return List.copyOf(lines);
    }

    /** Of the first episode that can be read. */
    private List<DatasetFeature> features(List<JournalIndex> indices) {
        InputException fault = null;
        for (JournalIndex index : indices) {
            try (JournalEpisode episode = new JournalEpisode(index, layout, readers, bounds)) {
                return episode.with(intervention, idle).features();
            } catch (InputException e) {
                fault = fault == null ? e : fault;
            }
        }
        throw fault;
    }

    /**
     * Opens a dataset.
     *
     * @param path recording directory or journal
     * @param layout how to align, or null for the one in the journals
     * @throws InputException if there is no finished episode or no layout
     */
    public static JournalDataset open(Path path, DatasetLayout layout, MessageReaders readers) {
        return open(path, layout, readers, StampBounds.DEFAULT);
    }

    /** As {@link #open(Path, DatasetLayout, MessageReaders)}, with bounds for what {@link Episode#unfit} says. */
    public static JournalDataset open(Path path, DatasetLayout layout, MessageReaders readers, StampBounds bounds) {
        return open(path, layout, readers, new Terms(bounds, false));
    }

    /**
     * How recordings are read.
     *
     * @param bounds for what {@link Episode#unfit} says, and for the longest pause within {@link Episode#driven}
     * @param markIdle whether a column {@code idle} is 1 where nobody drove, if any episode tells who did
     */
    public record Terms(StampBounds bounds, boolean markIdle) {}

    /** As {@link #open(Path, DatasetLayout, MessageReaders)}, on these terms. */
    public static JournalDataset open(Path path, DatasetLayout layout, MessageReaders readers, Terms terms) {
        List<Path> journals = Files.isDirectory(path) ? EpisodeStore.episodes(path) : List.of(path);
        List<JournalIndex> finished = new ArrayList<>();
        List<String> leftOut = new ArrayList<>();
        for (Path journal : journals) {
            JournalIndex index;
            try {
                index = JournalIndex.of(journal);
            } catch (InputException e) {
                OpenFiles.rethrow(e);
                if (journals.size() == 1) {
                    throw e;
                }
                leftOut.add(journal.getFileName() + ": left out: " + e.getMessage());
                continue;
            }
            if (index.end() != null) {
                finished.add(index);
            } else {
                leftOut.add(journal.getFileName() + ": left out: unfinished" + (index.scan().damage().isEmpty() ? ""
                        : " or damaged (" + index.scan().damage() + ")") + "; 'dpros dataset verify --recover' closes it");
            }
        }
        if (finished.isEmpty()) {
            throw InputException.of(path.toString(), "finished episodes", "at least one", "none",
                    "record some with 'dpros record', or recover with 'dpros dataset verify --recover'");
        }
        return new JournalDataset(path, finished, leftOut, layout, readers, terms);
    }

    private static DatasetLayout layoutOf(JournalIndex index) {
        if (index.header().layout() == null || index.header().layout().isNull()) {
            throw InputException.of(index.path().toString(), "alignment", "a layout in the episode", "none",
                    "give --config with the robot's configuration");
        }
        return DatasetLayout.of(index.header().layout());
    }

    /** How the episodes are aligned. */
    public DatasetLayout layout() {
        return layout;
    }

    /** When an episode's first step is, ns of ROS time: the first instant at which each of its sources had sent something. */
    public long beginNs(int index) {
        try (JournalEpisode episode = new JournalEpisode(JournalIndex.of(journals.get(index)), layout, readers, bounds)) {
            return episode.beginNs();
        }
    }

    /** The journals, in order. */
    public List<Path> journals() {
        return journals;
    }

    @Override
    public String name() {
        return path.toString();
    }

    @Override
    public List<DatasetFeature> features() {
        return features;
    }

    @Override
    public double fps() {
        return layout.fps();
    }

    @Override
    public String robot() {
        return robot;
    }

    @Override
    public String reading() {
        return layout.toString();
    }

    @Override
    public int episodes() {
        return journals.size();
    }

    @Override
    public List<String> leftOut() {
        return leftOut;
    }

    @Override
    public List<String> faults() {
        return faults;
    }

    @Override
    public String unfit(int index) {
        return empty.get(index);
    }

    @Override
    public String label(int index) {
        return journals.get(index).getFileName().toString();
    }

    @Override
    public Episode episode(int index) {
        return new JournalEpisode(JournalIndex.of(journals.get(index)), layout, readers, bounds).with(intervention, idle);
    }

    @Override
    public void close() {
        // journals are opened per episode
    }
}
