package dev.dpros.datasets.lerobot;

import dev.dpros.core.InputException;
import dev.dpros.core.Progress;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.FeatureStatistics;
import dev.dpros.datasets.PartialDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.duckdb.DuckDBAppender;

/**
 * Writes LeRobotDataset v3.0. Consecutive episodes share a parquet file and one mp4 per camera until a file reaches the
 * format's limit (100 MB of data, 200 MB of video), or its films would be longer than 1000 s; a file appears only when whole, and an
 * interrupted export continues after the last whole one. One thread.
 */
public final class LerobotExporter {
    private static final long MAX_VIDEO_BYTES = 200L << 20;
    private static final long MAX_DATA_BYTES = 100L << 20;
    /** LeRobot compares times as float32, whose step is beyond its tolerance of 1e-4 s from 1024 s on. */
    private static final double MAX_FILM_S = 1000;

    private final EpisodeDataset dataset;
    private final Progress progress;
    private final long maxDataBytes;
    private final boolean part;
    private final LerobotBase base;
    private final List<EpisodeRow> rows = new ArrayList<>();
    private final List<String> tasks = new ArrayList<>();

    private LerobotExporter(EpisodeDataset dataset, Progress progress, long maxDataBytes, boolean part, LerobotBase base) {
        this.dataset = dataset;
        this.progress = progress;
        this.maxDataBytes = maxDataBytes;
        this.part = part;
        this.base = base;
    }

    /** Exports a dataset. @throws InputException if the target exists, an episode is damaged or the disk is full */
    public static void export(EpisodeDataset dataset, Path target, Progress progress) {
        export(dataset, target, progress, MAX_DATA_BYTES);
    }

    /** As {@link #export(EpisodeDataset, Path, Progress)}, what {@link LerobotJoiner} makes a whole of. */
    public static void exportPart(EpisodeDataset dataset, Path target, Progress progress) {
        export(new LerobotExporter(dataset, progress, MAX_DATA_BYTES, true, LerobotBase.NOTHING), target);
    }

    /** As {@link #export(EpisodeDataset, Path, Progress)}, starting a new file at another size of data. */
    static void export(EpisodeDataset dataset, Path target, Progress progress, long maxDataBytes) {
        export(new LerobotExporter(dataset, progress, maxDataBytes, false, LerobotBase.NOTHING), target);
    }

    /**
     * Appends episodes to a LeRobotDataset that dpros wrote: into new files, as LeRobot's own recorder goes on. What is there is linked into a
     * directory beside it, which takes its place at once when whole; until then the old data set is as it was. An interrupted one continues.
     *
     * @throws InputException in one line, before the work, if there is none, or what comes does not fit, or was appended already
     */
    public static void append(EpisodeDataset dataset, Path target, Progress progress) {
        append(dataset, target, progress, MAX_DATA_BYTES);
    }

    /** As {@link #append(EpisodeDataset, Path, Progress)}, starting a new file at another size of data. */
    static void append(EpisodeDataset dataset, Path target, Progress progress, long maxDataBytes) {
        Path whole = PartialDirectory.whole(target);
        try {
            export(new LerobotExporter(dataset, progress, maxDataBytes, false, LerobotBase.of(whole, dataset)), whole);
        } catch (IOException e) {
            throw new InputException(target + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static void export(LerobotExporter exporter, Path target) {
        try {
            exporter.run(target);
        } catch (IOException | SQLException e) {
            throw new InputException(target + ": cannot be written: " + e.getMessage()
                    + "; free space and run the same command again, it continues", e);
        }
    }

    private void run(Path target) throws IOException, SQLException {
        tasks.addAll(base.tasks());
        survey(dataset, progress, rows, tasks, base);
        List<String> ids = rows.stream().map(row -> row.id + row.length).toList();
        AppendedSets appended = new AppendedSets(target, rows.stream().map(row -> row.id).toList());
        List<Integer> taskOfEach = rows.stream().map(row -> row.task).toList();
        PartialDirectory partial = open(target, PartialDirectory.fingerprint(dataset, ids, "lerobot" + maxDataBytes + tasks + taskOfEach
                + dataset.reading() + base.info()), appended);
        Path root = partial.directory();
        progress.begin("lerobot", rows.stream().mapToLong(row -> row.length).sum());
        ResumeLog log = new ResumeLog(root, dataset.features(), base.nextFile());
        int done = log.restore(rows);
        for (int i = 0; i < done; i++) {
            addVectors(rows.get(i));
            progress.advance(rows.get(i).length);
        }
        int file = done == 0 ? base.nextFile() : rows.get(done - 1).file + 1;
        while (done < rows.size()) {
            done = writeFile(root, file++, done);
            log.save(rows.subList(0, done));
        }
        new LerobotMetadata(dataset, rows, tasks, base).write(root);
        if (!part) {
            log.delete();
            appended.write(root);
        }
        if (base.root() == null) {
            partial.commit();
        } else {
            partial.replace();
        }
    }

    private PartialDirectory open(Path target, String fingerprint, AppendedSets appended) throws IOException {
        if (base.root() == null) {
            return PartialDirectory.open(target, fingerprint);
        }
        appended.requireNew();
        PartialDirectory partial = PartialDirectory.openBeside(target, fingerprint);
        PartialDirectory.take(base.root(), partial.directory());
        return partial;
    }

    /** Fills in what is known of the episodes beforehand, and their tasks in the order in which they come. */
    static void survey(EpisodeDataset dataset, Progress progress, List<EpisodeRow> rows, List<String> tasks, LerobotBase base) {
        progress.begin("survey", dataset.episodes());
        long start = base.frames();
        for (int i = 0; i < dataset.episodes(); i++) {
            try (EpisodeDataset.Episode episode = dataset.episode(i)) {
                int task = tasks.indexOf(episode.task());
                if (task < 0) {
                    task = tasks.size();
                    tasks.add(episode.task());
                }
                EpisodeRow row = new EpisodeRow(episode.id(), i, base.rows().size() + i, episode.length(), start, task, dataset.features());
                row.success = episode.success();
                rows.add(row);
                start += episode.length();
            }
            progress.advance(1);
        }
    }

    /** Statistics of an episode's vectors, which are cheap to read again. */
    private void addVectors(EpisodeRow row) {
        try (EpisodeDataset.Episode episode = dataset.episode(row.source)) {
            for (int step = 0; step < row.length; step++) {
                for (int f = 0; f < dataset.features().size(); f++) {
                    if (!dataset.features().get(f).visual()) {
                        float[] values = new float[dataset.features().get(f).size()];
                        episode.vector(f, step, values, 0);
                        row.statistics.get(f).add(values);
                    }
                }
            }
        }
    }

    /** Writes one parquet file and its videos; returns the first episode that is not in it. */
    private int writeFile(Path root, int file, int first) throws IOException, SQLException {
        List<DatasetFeature> features = dataset.features();
        List<VideoEncoder> encoders = new ArrayList<>();
        Path table = LerobotPaths.data(root, file);
        Files.createDirectories(table.getParent());
        int next = first;
        try (ParquetTable parquet = new ParquetTable(columns(dataset))) {
            openEncoders(root, file, encoders);
            long frames = 0;
            boolean full = false;
            while (next < rows.size() && !full) {
                EpisodeRow row = rows.get(next++);
                row.file = file;
                row.fromFrame = frames;
                writeEpisode(row, parquet.rows(), encoders);
                frames += row.length;
                full = frames * bytesPerRow(features) >= maxDataBytes
                        || next < rows.size() && !encoders.stream().allMatch(Objects::isNull) && frames + rows.get(next).length > MAX_FILM_S * dataset.fps();
                for (VideoEncoder encoder : encoders) {
                    full |= encoder != null && encoder.bytes() >= MAX_VIDEO_BYTES;
                }
            }
            finish(encoders, parquet, LerobotPaths.partial(table));
        } finally {
            each(encoders, VideoEncoder::close);
        }
        Files.move(LerobotPaths.partial(table), table, StandardCopyOption.ATOMIC_MOVE);
        for (DatasetFeature feature : features) {
            if (feature.visual()) {
                Path video = LerobotPaths.video(root, feature.key(), file);
                Files.move(LerobotPaths.partial(video), video, StandardCopyOption.ATOMIC_MOVE);
            }
        }
        return next;
    }

    private void openEncoders(Path root, int file, List<VideoEncoder> encoders) throws IOException {
        for (DatasetFeature feature : dataset.features()) {
            if (!feature.visual()) {
                encoders.add(null);
                continue;
            }
            Path video = LerobotPaths.video(root, feature.key(), file);
            Files.createDirectories(video.getParent());
            encoders.add(new VideoEncoder(LerobotPaths.partial(video), feature.width(), feature.height(), dataset.fps(), feature.depth()));
        }
    }

    private static void finish(List<VideoEncoder> encoders, ParquetTable parquet, Path table) {
        each(encoders, VideoEncoder::finish);
        parquet.write(table);
    }

    private void writeEpisode(EpisodeRow row, DuckDBAppender out, List<VideoEncoder> encoders) throws SQLException {
        List<DatasetFeature> features = dataset.features();
        row.statistics.clear();
        features.forEach(feature -> row.statistics.add(new FeatureStatistics(feature)));
        try (EpisodeDataset.Episode episode = dataset.episode(row.source)) {
            for (int step = 0; step < row.length; step++) {
                out.beginRow();
                for (int f = 0; f < features.size(); f++) {
                    if (features.get(f).visual()) {
                        byte[] rgb = new byte[features.get(f).frameBytes()];
                        episode.frame(f, step, rgb);
                        encoders.get(f).append(rgb);
                        row.statistics.get(f).add(rgb);
                    } else {
                        float[] values = new float[features.get(f).size()];
                        episode.vector(f, step, values, 0);
                        append(out, values, dataset.truth(f));
                        row.statistics.get(f).add(values);
                    }
                }
                endRow(out, row, episode, step, dataset);
                progress.advance(1);
            }
        }
    }

    /** A column's values: a list, but one value as it is, since LeRobot reads a column of shape [1] as plain. */
    static void append(DuckDBAppender out, float[] values, boolean truth) throws SQLException {
        if (truth) {
            boolean[] truths = new boolean[values.length];
            for (int i = 0; i < truths.length; i++) {
                truths[i] = values[i] != 0;
            }
            if (truths.length == 1) {
                out.append(truths[0]);
            } else {
                out.append(truths);
            }
        } else if (values.length == 1) {
            out.append(values[0]);
        } else {
            out.append(values);
        }
    }

    /** A step's texts, and the columns that every step has. */
    static void endRow(DuckDBAppender out, EpisodeRow row, EpisodeDataset.Episode episode, int step, EpisodeDataset dataset) throws SQLException {
        for (int text = 0; text < dataset.texts().size(); text++) {
            out.append(episode.text(text, step));
        }
        out.append((float) (step / dataset.fps())).append((long) step).append((long) row.index).append(row.start + step).append((long) row.task);
        out.endRow();
    }

    private static void each(List<VideoEncoder> encoders, Consumer<VideoEncoder> action) {
        for (VideoEncoder encoder : encoders) {
            if (encoder != null) {
                action.accept(encoder);
            }
        }
    }

    static List<ParquetTable.Column> columns(EpisodeDataset dataset) {
        List<ParquetTable.Column> columns = new ArrayList<>();
        for (int f = 0; f < dataset.features().size(); f++) {
            DatasetFeature feature = dataset.features().get(f);
            if (!feature.visual()) {
                columns.add(new ParquetTable.Column(feature.key(), dataset.truth(f) ? "BOOLEAN" : "FLOAT", feature.size() == 1 ? 0 : feature.size()));
            }
        }
        for (int text = 0; text < dataset.texts().size(); text++) {
            columns.add(new ParquetTable.Column(dataset.texts().get(text), dataset.textForm(text).type(), 0));
        }
        columns.add(new ParquetTable.Column("timestamp", "FLOAT", 0));
        for (String name : List.of("frame_index", "episode_index", "index", "task_index")) {
            columns.add(new ParquetTable.Column(name, "BIGINT", 0));
        }
        return columns;
    }

    private static long bytesPerRow(List<DatasetFeature> features) {
        return 36 + features.stream().filter(feature -> !feature.visual()).mapToLong(feature -> 4L * feature.size()).sum();
    }
}
