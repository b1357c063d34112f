package dev.dpros.dataview;

import dev.dpros.core.InputException;
import dev.dpros.core.OpenFiles;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.SourceRate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What the whole data set has, read once in the background: the list of its episodes, lengths, histograms of its values, rates and gaps
 * of sources, contradictions. A thread of its own, with the data set opened once more; what is known so far can be asked for at any time.
 * Memory: a row for each episode, a histogram for each value.
 */
final class Survey implements AutoCloseable {
    private static final int MOST_COLUMNS = 256;
    private static final int MOST_ROWS = 500;
    private static final int MOST_FINDINGS = 100;
    private static final long CLOSE_WITHIN_MS = 1000;

    private final Supplier<EpisodeDataset> source;
    private final Thread thread = new Thread(this::run, "dataset-survey");
    private final List<Row> rows = new ArrayList<>();
    private final List<String> columns = new ArrayList<>();
    private final List<Histogram> histograms = new ArrayList<>();
    private final Histogram lengths = new Histogram();
    private final Map<String, Rates> rates = new LinkedHashMap<>();
    private final List<String> findings = new ArrayList<>();
    private boolean done;
    private volatile boolean closed;

    /**
     * A line of the list of episodes.
     *
     * @param success TRUE, FALSE, or null if it was not labelled
     * @param fault why it cannot be read or should not be learnt from; empty if all is well
     */
    record Row(int index, String label, int length, String task, Boolean success, String fault) {}

    /** A value of a column, and how often it is what. */
    record Column(String name, Histogram.Shape values) {}

    /** A source over all episodes so far. */
    record Rate(String key, String topic, long messages, double leastHz, double mostHz, double longestGapMs, String gapIn, long dropped) {}

    /** What is known so far. */
    record Known(boolean done, int episodes, Histogram.Shape lengths, List<Column> columns, List<Rate> rates, List<String> findings) {}

    /** @param source opens the data set */
    Survey(Supplier<EpisodeDataset> source) {
        this.source = source;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** What is known so far. Any thread. */
    synchronized Known known() {
        List<Column> shapes = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            shapes.add(new Column(columns.get(i), histograms.get(i).shape()));
        }
        return new Known(done, rows.size(), lengths.shape(), shapes, rates.values().stream().map(Rates::rate).toList(), List.copyOf(findings));
    }

    /** Some rows of the list, from this one on. Any thread. */
    synchronized List<Row> rows(int from) {
        int first = Math.min(from, rows.size());
        return List.copyOf(rows.subList(first, Math.min(rows.size(), first + MOST_ROWS)));
    }

    private void run() {
        try (EpisodeDataset dataset = source.get()) {
            name(dataset);
            for (int i = 0; i < dataset.episodes() && !closed; i++) {
                add(row(dataset, i));
            }
            if (!closed) {
                dataset.faults().forEach(this::find);
                dataset.contradictions().forEach(this::find);
            }
        } catch (RuntimeException e) { // what is there is still shown
            find("not all of it could be surveyed: " + (e instanceof InputException ? e.getMessage() : e.toString()));
        }
        synchronized (this) {
            done = true;
        }
    }

    private synchronized void find(String line) {
        if (findings.size() < MOST_FINDINGS) {
            findings.add(line);
        }
    }

    private synchronized void name(EpisodeDataset dataset) {
        for (DatasetFeature feature : dataset.features()) {
            for (int dim = 0; !feature.visual() && dim < feature.size() && columns.size() < MOST_COLUMNS; dim++) {
                String value = feature.size() == 1 ? "" : "[" + (feature.names().size() == feature.size() ? feature.names().get(dim) : dim) + "]";
                columns.add(feature.key() + value);
                histograms.add(new Histogram());
            }
        }
    }

    private synchronized void add(Row row) {
        rows.add(row);
        if (row.length > 0) {
            lengths.add(row.length);
        }
    }

    private Row row(EpisodeDataset dataset, int index) {
        String fault = dataset.unfit(index);
        if (!fault.isEmpty()) {
            return new Row(index, dataset.label(index), 0, "", null, fault);
        }
        int length = 0;
        String task = "";
        Boolean success = null;
        try (EpisodeDataset.Episode episode = dataset.episode(index)) {
            length = episode.length();
            task = episode.task();
            success = episode.success();
            fault = episode.unfit() == null ? "" : episode.unfit();
            values(dataset, episode);
            sources(dataset.label(index), episode.rates());
        } catch (InputException e) {
            OpenFiles.rethrow(e);
            fault = e.getMessage();
        }
        return new Row(index, dataset.label(index), length, task, success, fault);
    }

    private void values(EpisodeDataset dataset, EpisodeDataset.Episode episode) {
        for (int step = 0; step < episode.length() && !closed; step++) {
            int column = 0;
            for (int f = 0; f < dataset.features().size() && column < histograms.size(); f++) {
                DatasetFeature feature = dataset.features().get(f);
                if (!feature.visual()) {
                    float[] values = new float[feature.size()];
                    episode.vector(f, step, values, 0);
                    column = count(column, values);
                }
            }
        }
    }

    private synchronized int count(int first, float[] values) {
        int column = first;
        for (int dim = 0; dim < values.length && column < histograms.size(); dim++) {
            histograms.get(column++).add(values[dim]);
        }
        return column;
    }

    private synchronized void sources(String episode, List<SourceRate> all) {
        all.forEach(one -> rates.computeIfAbsent(one.key(), key -> new Rates(one)).add(one, episode));
    }

    /** A source's sums. */
    private static final class Rates {
        private final SourceRate first;
        private long messages;
        private double leastHz = Double.POSITIVE_INFINITY;
        private double mostHz;
        private double longestGapMs;
        private String gapIn = "";
        private long dropped;

        Rates(SourceRate first) {
            this.first = first;
        }

        void add(SourceRate one, String episode) {
            messages += one.messages();
            dropped += one.dropped();
            if (one.hz() > 0) {
                leastHz = Math.min(leastHz, one.hz());
                mostHz = Math.max(mostHz, one.hz());
            }
            if (one.longestGapMs() > longestGapMs) {
                longestGapMs = one.longestGapMs();
                gapIn = episode;
            }
        }

        Rate rate() {
            return new Rate(first.key(), first.topic(), messages, mostHz > 0 ? leastHz : 0, mostHz, longestGapMs, gapIn, dropped);
        }
    }

    /** Ends it, within a second where no read lasts longer. */
    @Override
    public void close() {
        closed = true;
        try {
            thread.join(CLOSE_WITHIN_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
