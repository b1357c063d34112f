package dev.dpros.datasets.lerobot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.dpros.core.InputException;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.FeatureStatistics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What is there already when episodes are written: nothing, or a data set to append to. Immutable.
 *
 * @param root where it lies; null for nothing
 * @param info its meta/info.json
 * @param rows its episodes, with the statistics of their vectors; pictures are not decoded again
 * @param tasks its tasks, by index
 * @param nextFile number of the first file of data and videos that is free
 * @param nextList number of the first list of episodes that is free
 */
record LerobotBase(Path root, JsonNode info, List<EpisodeRow> rows, List<String> tasks, int nextFile, int nextList) {
    /** Nothing is there. */
    static final LerobotBase NOTHING = new LerobotBase(null, MissingNode.getInstance(), List.of(), List.of(), 0, 0);
    private static final Pattern FILE = Pattern.compile(".*/chunk-(\\d{3,5})/file-(\\d{3})\\.(parquet|mp4)");
    /** What has to be as in the set that is appended to. */
    private static final List<String> DESCRIPTION = List.of("/dtype", "/shape", "/names", "/info/video.codec", "/info/video.pix_fmt",
            "/info/video.depth_min", "/info/video.depth_max", "/info/video.shift", "/info/video.use_log");

    LerobotBase {
        rows = List.copyOf(rows);
        tasks = List.copyOf(tasks);
    }

    /**
     * What lies there, checked: that it contradicts itself nowhere, and that what comes fits it.
     *
     * @param added what comes
     * @throws InputException in one line, if it is no data set of this form, or something of it differs
     */
    static LerobotBase of(Path root, EpisodeDataset added) throws IOException {
        if (!LerobotDataset.is(root)) {
            throw InputException.of(root.toString(), "output", "a LeRobotDataset v3.0 to append to", "no meta/info.json", "");
        }
        JsonNode info = new ObjectMapper().readTree(root.resolve("meta/info.json").toFile());
        require(root, "codebase_version", "v3.0", info.path("codebase_version").asText());
        if (ResumeLog.isIn(root)) {
            throw InputException.of(root.toString(), "data set", "a whole one", "a part of one", "dpros merge makes a whole of the parts");
        }
        try (LerobotDataset old = LerobotDataset.open(root)) {
            require(root, "fps", String.valueOf(old.fps()), String.valueOf(added.fps()));
            require(root, "robot_type", name(old.robot()), name(added.robot()));
            JsonNode expected = new LerobotMetadata(added, List.of(), List.of()).info();
            for (String key : List.of("chunks_size", "data_path", "video_path")) {
                require(root, key, info.path(key).asText(), expected.path(key).asText());
            }
            requireSameColumns(root, info.path("features"), expected.path("features"));
            List<String> tasks = old.tasks();
            requireSameTables(root, old, added, tasks);
            List<String> contradictions = old.contradictions();
            if (!contradictions.isEmpty()) {
                throw new InputException(contradictions.get(0) + "; nothing is appended to a data set that contradicts itself");
            }
            return new LerobotBase(root, info, rows(old, added, tasks), tasks, Math.max(next(root.resolve("data")), next(root.resolve("videos"))),
                    next(root.resolve("meta/episodes")));
        }
    }

    private static String name(String robot) {
        return robot.isEmpty() ? "none" : robot;
    }

    private static void require(Path root, String what, String expected, String found) {
        if (!expected.equals(found)) {
            throw InputException.of(root + "/meta/info.json", what, expected + ", that of the data set", found, "make a data set of its own");
        }
    }

    private static void requireSameColumns(Path root, JsonNode old, JsonNode added) {
        Set<String> keys = new TreeSet<>();
        old.fieldNames().forEachRemaining(keys::add);
        added.fieldNames().forEachRemaining(keys::add);
        for (String key : keys) {
            require(root, "'" + key + "'", old.has(key) ? "a column" : "no column", added.has(key) ? "a column" : "no column");
            for (String part : DESCRIPTION) {
                require(root, "'" + key + "', " + part.substring(part.lastIndexOf('/') + 1), text(old.path(key).at(part)), text(added.path(key).at(part)));
            }
        }
    }

    private static String text(JsonNode node) {
        return node.isMissingNode() || node.isNull() ? "none" : node.isTextual() ? node.asText() : node.toString();
    }

    private static void requireSameTables(Path root, LerobotDataset old, EpisodeDataset added, List<String> tasks) {
        EpisodeRow any = new EpisodeRow("", 0, 0, 1, 0, 0, added.features());
        for (FeatureStatistics statistics : any.statistics) {
            if (statistics.visual()) {
                statistics.add(new byte[6]); // two pixels of colours, three of depth
            } else {
                statistics.add(new float[statistics.dims()]);
            }
        }
        List<String> list = new LerobotMetadata(added, List.of(any), tasks.isEmpty() ? List.of("") : tasks).listColumns(any);
        requireSame(root + "/meta/episodes", list, old.listColumns());
        requireSame(root + "/data", LerobotExporter.columns(added).stream().map(ParquetTable.Column::described).toList(), old.dataColumns());
    }

    private static void requireSame(String where, List<String> expected, List<String> found) {
        List<String> missing = new ArrayList<>(expected);
        missing.removeAll(found);
        List<String> more = new ArrayList<>(found);
        more.removeAll(expected);
        if (!expected.equals(found)) {
            throw InputException.of(where, "columns", missing.isEmpty() ? "those that dpros writes, in its order" : String.join(", ", missing),
                    more.isEmpty() ? "none of that, or another order" : String.join(", ", more),
                    "only what dpros wrote can be appended to; export it anew first");
        }
    }

    private static List<EpisodeRow> rows(LerobotDataset old, EpisodeDataset added, List<String> tasks) {
        List<EpisodeRow> rows = new ArrayList<>();
        long start = 0;
        List<String> keys = old.features().stream().map(DatasetFeature::key).toList();
        for (int i = 0; i < old.episodes(); i++) {
            try (EpisodeDataset.Episode episode = old.episode(i)) {
                int task = tasks.indexOf(episode.task());
                if (task < 0) {
                    throw InputException.of(old.name() + "/meta/tasks.parquet", "tasks", "that of episode " + i, "none", "the dataset is damaged");
                }
                EpisodeRow row = new EpisodeRow(episode.id(), i, i, episode.length(), start, task, added.features());
                for (int f = 0; f < added.features().size(); f++) {
                    DatasetFeature feature = added.features().get(f);
                    for (int step = 0; !feature.visual() && step < row.length; step++) {
                        float[] values = new float[feature.size()];
                        episode.vector(keys.indexOf(feature.key()), step, values, 0);
                        row.statistics.get(f).add(values);
                    }
                }
                rows.add(row);
                start += row.length;
            }
        }
        return rows;
    }

    /** The number after the largest of a folder's files. */
    private static int next(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return 0;
        }
        try (Stream<Path> files = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
            return files.map(file -> FILE.matcher(file.toString())).filter(Matcher::matches)
                    .mapToInt(name -> Integer.parseInt(name.group(1)) * LerobotPaths.CHUNK_FILES + Integer.parseInt(name.group(2)) + 1).max().orElse(0);
        } catch (UncheckedIOException e) { // links in a circle
            throw e.getCause();
        }
    }

    /** How many steps there are. */
    long frames() {
        return rows.stream().mapToLong(row -> row.length).sum();
    }
}
