package dev.dpros.dataview;

import dev.dpros.core.InputException;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.SourceRate;
import dev.dpros.metrics.dashboard.PictureEncoder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The episode that is looked at: opened when first asked for, and closed when another is. Pictures are decoded one at a time and not
 * kept. Any thread; one at a time reads.
 */
final class OpenEpisode implements AutoCloseable {
    private static final int MOST_STRETCHES = 1000;

    private final EpisodeDataset dataset;
    private final PictureEncoder encoder = new PictureEncoder();
    private EpisodeDataset.Episode episode;
    private int index = -1;
    private Map<String, float[]> labels = Map.of();
    private byte[] rgb = new byte[0];
    private boolean closed;

    OpenEpisode(EpisodeDataset dataset) {
        this.dataset = dataset;
    }

    /**
     * What is known of an episode. Its components' names are the page's JSON keys.
     *
     * @param success TRUE, FALSE, or null if it was not labelled
     * @param unfit why nothing should be learnt from it, or empty
     * @param human steps that a human drove, {@code [from, to)}
     * @param series its curves, by their numbers
     * @param texts its columns of texts
     */
    record Facts(String label, String id, int length, String task, Boolean success, Set<String> masks, String unfit, List<String> notes,
            List<SourceRate> rates, List<EpisodeDataset.Stretch> human, List<Series> series, List<String> texts) {}

    /** Facts of an episode. @throws InputException if there is no such episode, or it is damaged */
    synchronized Facts facts(int wanted) {
        open(wanted);
        String unfit = episode.unfit() == null ? "" : episode.unfit();
        return new Facts(dataset.label(index), episode.id(), episode.length(), episode.task(), episode.success(), episode.masks(), unfit,
                episode.notes(), episode.rates(), human(), series(), dataset.texts());
    }

    private void open(int wanted) {
        if (closed || wanted >= dataset.episodes()) {
            throw new NoSuchPartException("episode: expected 0 to " + (dataset.episodes() - 1) + ", found " + wanted);
        }
        if (wanted == index) {
            return;
        }
        release();
        String unfit = dataset.unfit(wanted);
        if (!unfit.isEmpty()) {
            throw new InputException(unfit);
        }
        EpisodeDataset.Episode opened = dataset.episode(wanted);
        try {
            labels = new LinkedHashMap<>(opened.stepLabels());
        } catch (InputException e) {
            opened.close();
            throw e;
        }
        episode = opened;
        index = wanted;
    }

    private void release() {
        index = -1;
        labels = Map.of();
        if (episode != null) {
            EpisodeDataset.Episode last = episode;
            episode = null;
            last.close();
        }
    }

    private List<EpisodeDataset.Stretch> human() {
        List<EpisodeDataset.Stretch> stretches = new ArrayList<>();
        int from = -1;
        for (int step = 0; step <= episode.length() && stretches.size() < MOST_STRETCHES; step++) {
            boolean drives = step < episode.length() && episode.intervention(step);
            if (drives && from < 0) {
                from = step;
            } else if (!drives && from >= 0) {
                stretches.add(new EpisodeDataset.Stretch(from, step));
                from = -1;
            }
        }
        return stretches;
    }

    private List<Series> series() {
        List<Series> series = new ArrayList<>();
        dataset.features().stream().filter(feature -> !feature.visual()).forEach(feature -> series.add(Series.of(feature, episode.length())));
        labels.keySet().forEach(name -> series.add(Series.ofLabel(name, episode.length())));
        return series;
    }

    /** A curve's values, float32, little-endian: {@code [dims][points]}. */
    synchronized byte[] values(int wanted, int number) {
        open(wanted);
        List<Series> all = series();
        if (number >= all.size()) {
            throw new NoSuchPartException("series: expected 0 to " + (all.size() - 1) + ", found " + number);
        }
        Series series = all.get(number);
        int points = series.points(episode.length());
        ByteBuffer out = ByteBuffer.allocate(4 * series.dims() * points).order(ByteOrder.LITTLE_ENDIAN);
        int feature = series.label() ? -1 : feature(number);
        float[] values = new float[series.size()];
        for (int point = 0; point < points; point++) {
            int step = point * series.stride();
            if (series.label()) {
                values[0] = labels.get(series.name())[step];
            } else {
                episode.vector(feature, step, values, 0);
            }
            for (int dim = 0; dim < series.dims(); dim++) {
                out.putFloat(4 * (dim * points + point), values[dim]);
            }
        }
        return out.array();
    }

    /** A step's texts, column by column. */
    synchronized List<String> texts(int wanted, int step) {
        open(wanted);
        requireStep(step);
        List<String> texts = new ArrayList<>();
        for (int column = 0; column < dataset.texts().size(); column++) {
            texts.add(episode.text(column, step));
        }
        return texts;
    }

    private void requireStep(int step) {
        if (step >= episode.length()) {
            throw new NoSuchPartException("step: expected 0 to " + (episode.length() - 1) + ", found " + step);
        }
    }

    /** Which column the vector of this number is. */
    private int feature(int number) {
        int left = number;
        for (int f = 0; ; f++) {
            if (!dataset.features().get(f).visual() && left-- == 0) {
                return f;
            }
        }
    }

    /** A step's picture of a column. */
    synchronized PictureEncoder.Encoded picture(int wanted, int feature, int step) throws IOException {
        open(wanted);
        if (feature >= dataset.features().size() || !dataset.features().get(feature).visual()) {
            throw new NoSuchPartException("camera: expected the number of a column of pictures, found " + feature);
        }
        requireStep(step);
        DatasetFeature camera = dataset.features().get(feature);
        if (rgb.length != camera.frameBytes()) {
            rgb = new byte[camera.frameBytes()];
        }
        episode.frame(feature, step, rgb);
        return encoder.encode(camera.shown(rgb), camera.width(), camera.height());
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            release();
            dataset.close();
        }
    }

    /** What was asked for is not in the data set. */
    static final class NoSuchPartException extends RuntimeException {
        private static final long serialVersionUID = 1;

        NoSuchPartException(String message) {
            super(message);
        }
    }
}
