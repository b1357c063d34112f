package dev.dpros.datasets.lerobot;

import dev.dpros.core.InputException;
import dev.dpros.core.Progress;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.JoinedEpisodes;
import dev.dpros.datasets.PartialDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.duckdb.DuckDBAppender;

/**
 * Makes one LeRobotDataset of parts that {@link LerobotExporter#exportPart} wrote: the tables are written anew with the whole's
 * counts, statistics and tasks, as one export would have; the films are the parts' own, so that no picture is encoded twice. The
 * target appears only when whole. One thread.
 */
public final class LerobotJoiner {
    private final EpisodeDataset dataset;
    private final Progress progress;
    private final List<EpisodeRow> rows = new ArrayList<>();
    private final List<String> tasks = new ArrayList<>();

    private LerobotJoiner(EpisodeDataset dataset, Progress progress) {
        this.dataset = dataset;
        this.progress = progress;
    }

    /**
     * Joins parts in their order.
     *
     * @throws InputException if the target exists, a part is none or damaged, parts differ in columns or frequency, or the disk is full
     */
    public static void join(List<Path> parts, Path target, Progress progress) {
        List<LerobotDataset> opened = new ArrayList<>();
        try {
            for (Path part : parts) {
                opened.add(LerobotDataset.open(part));
            }
            new LerobotJoiner(new JoinedEpisodes(opened), progress).run(parts, opened.stream().map(LerobotDataset::episodes).toList(), target);
        } catch (IOException | SQLException e) {
            throw new InputException(target + ": cannot be written: " + e.getMessage() + "; free space and run the same command again", e);
        } finally {
            opened.forEach(LerobotDataset::close);
        }
    }

    private void run(List<Path> parts, List<Integer> episodes, Path target) throws IOException, SQLException {
        LerobotExporter.survey(dataset, progress, rows, tasks, LerobotBase.NOTHING);
        PartialDirectory partial = PartialDirectory.open(target,
                PartialDirectory.fingerprint(dataset, rows.stream().map(row -> row.id + row.length).toList(), "join" + tasks));
        progress.begin("join", dataset.episodes());
        int file = 0;
        int first = 0;
        for (int p = 0; p < parts.size(); p++) {
            List<EpisodeRow> mine = rows.subList(first, first + episodes.get(p));
            file = take(parts.get(p), mine, partial.directory(), file);
            first += episodes.get(p);
        }
        new LerobotMetadata(dataset, rows, tasks).write(partial.directory());
        partial.commit();
    }

    /** Takes over a part's files; returns the number of the next one. */
    private int take(Path part, List<EpisodeRow> mine, Path root, int file) throws IOException, SQLException {
        if (new ResumeLog(part, dataset.features()).restore(mine) != mine.size()) {
            throw InputException.of(part.toString(), "part", "what dataset export --shard wrote", "another LeRobotDataset", "");
        }
        int files = 1 + mine.stream().mapToInt(row -> row.file).max().orElse(-1);
        for (int f = 0; f < files; f++) {
            int number = f;
            for (DatasetFeature feature : dataset.features()) {
                if (feature.visual()) {
                    PartialDirectory.take(LerobotPaths.video(part, feature.key(), f), LerobotPaths.video(root, feature.key(), file + f));
                }
            }
            writeTable(LerobotPaths.data(root, file + f), mine.stream().filter(row -> row.file == number).toList());
        }
        mine.forEach(row -> row.file += file);
        return file + files;
    }

    private void writeTable(Path table, List<EpisodeRow> together) throws IOException, SQLException {
        Files.createDirectories(table.getParent());
        try (ParquetTable parquet = new ParquetTable(LerobotExporter.columns(dataset))) {
            for (EpisodeRow row : together) {
                writeEpisode(row, parquet.rows());
                progress.advance(1);
            }
            parquet.write(LerobotPaths.partial(table));
        }
        Files.move(LerobotPaths.partial(table), table, StandardCopyOption.ATOMIC_MOVE);
    }

    private void writeEpisode(EpisodeRow row, DuckDBAppender out) throws SQLException {
        List<DatasetFeature> features = dataset.features();
        try (EpisodeDataset.Episode episode = dataset.episode(row.source)) {
            for (int step = 0; step < row.length; step++) {
                out.beginRow();
                for (int f = 0; f < features.size(); f++) {
                    if (!features.get(f).visual()) {
                        float[] values = new float[features.get(f).size()];
                        episode.vector(f, step, values, 0);
                        LerobotExporter.append(out, values, dataset.truth(f));
                        row.statistics.get(f).add(values);
                    }
                }
                LerobotExporter.endRow(out, row, episode, step, dataset);
            }
        }
    }
}
