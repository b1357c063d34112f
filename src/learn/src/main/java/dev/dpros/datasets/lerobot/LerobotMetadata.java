package dev.dpros.datasets.lerobot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.core.FeatureSpec;
import dev.dpros.datasets.DatasetFeature;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.FeatureStatistics;
import dev.dpros.datasets.PartialDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The files under meta/ of a LeRobotDataset v3.0. One thread. */
final class LerobotMetadata {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Of the list of episodes. */
    private static final int ROWS_TOGETHER = 50;
    private static final Pattern NOT_FINITE = Pattern.compile("NaN|-?Infinity");
    private static final List<String> INDICES = List.of("frame_index", "episode_index", "index", "task_index");

    private final EpisodeDataset dataset;
    private final List<EpisodeRow> rows;
    private final List<String> tasks;
    private final LerobotBase base;

    LerobotMetadata(EpisodeDataset dataset, List<EpisodeRow> rows, List<String> tasks) {
        this(dataset, rows, tasks, LerobotBase.NOTHING);
    }

    /** @param tasks of the whole, those of the base first */
    LerobotMetadata(EpisodeDataset dataset, List<EpisodeRow> rows, List<String> tasks, LerobotBase base) {
        this.dataset = dataset;
        this.rows = rows;
        this.tasks = tasks;
        this.base = base;
    }

    /** Writes them; of a base, what stays as it is has to be there already. No file that is there is written into: others may share it. */
    void write(Path root) throws IOException {
        Path meta = root.resolve("meta");
        Path episodes = LerobotPaths.list(root, base.nextList());
        Path table = meta.resolve("tasks.parquet");
        Files.createDirectories(episodes.getParent());
        PartialDirectory.write(meta.resolve("info.json"), pretty(base.root() == null ? info() : grown()));
        PartialDirectory.write(meta.resolve("stats.json"), pretty(base.root() == null ? statistics() : mergedStatistics()));
        writeTasks(LerobotPaths.partial(table));
        Files.move(LerobotPaths.partial(table), table, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        writeEpisodes(episodes);
    }

    /** The base's description with the whole's counts. */
    private ObjectNode grown() {
        ObjectNode info = base.info().deepCopy();
        int episodes = base.rows().size() + rows.size();
        info.put("total_episodes", episodes);
        info.put("total_frames", base.frames() + rows.stream().mapToLong(row -> row.length).sum());
        info.put("total_tasks", tasks.size());
        info.putObject("splits").put("train", "0:" + episodes);
        return info;
    }

    /** Those of vectors from all values; of pictures from the base's statistics and the new pictures. */
    private ObjectNode mergedStatistics() throws IOException {
        Path file = base.root().resolve("meta/stats.json");
        JsonNode before = JSON.readTree(file.toFile());
        ObjectNode merged = (ObjectNode) JSON.readTree(JSON.writeValueAsBytes(statistics()));
        for (DatasetFeature feature : dataset.features()) {
            if (feature.visual()) {
                MergedStatistics.merge(before.path(feature.key()), (ObjectNode) merged.get(feature.key()), file + ": '" + feature.key() + "'");
            }
        }
        return merged;
    }

    private static byte[] pretty(ObjectNode node) throws IOException {
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(node);
    }

    /** What meta/info.json says of a data set of these episodes alone. */
    ObjectNode info() {
        ObjectNode info = JSON.createObjectNode().put("codebase_version", "v3.0");
        info.put("robot_type", dataset.robot().isEmpty() ? null : dataset.robot());
        info.put("total_episodes", rows.size());
        info.put("total_frames", rows.stream().mapToLong(row -> row.length).sum());
        info.put("total_tasks", tasks.size());
        info.put("chunks_size", LerobotPaths.CHUNK_FILES);
        info.put("data_files_size_in_mb", 100);
        info.put("video_files_size_in_mb", 200);
        putNumber(info, "fps", dataset.fps());
        info.putObject("splits").put("train", "0:" + rows.size());
        info.put("data_path", "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet");
        boolean video = dataset.features().stream().anyMatch(DatasetFeature::visual);
        info.put("video_path",
                video ? "videos/{video_key}/chunk-{chunk_index:03d}/file-{file_index:03d}.mp4" : null);
        ObjectNode features = info.putObject("features");
        for (int f = 0; f < dataset.features().size(); f++) {
            DatasetFeature feature = dataset.features().get(f);
            describe(feature, dataset.truth(f) ? "bool" : "float32", features.putObject(feature.key()));
        }
        for (int text = 0; text < dataset.texts().size(); text++) {
            ObjectNode of = features.putObject(dataset.texts().get(text)).put("dtype", dataset.textForm(text).dtype());
            dataset.textForm(text).shape().forEach(of.putArray("shape")::add);
            of.putNull("names");
        }
        scalar(features.putObject("timestamp"), "float32");
        INDICES.forEach(name -> scalar(features.putObject(name), "int64"));
        return info;
    }

    private void describe(DatasetFeature feature, String numbers, ObjectNode node) {
        node.put("dtype", feature.visual() ? "video" : numbers);
        ArrayNode shape = node.putArray("shape");
        if (!feature.visual()) {
            shape.add(feature.size());
            if (feature.names().isEmpty()) {
                node.putNull("names");
            } else {
                node.set("names", JSON.valueToTree(feature.names()));
            }
            return;
        }
        int channels = feature.shape().get(0);
        shape.add(feature.height()).add(feature.width()).add(channels);
        node.putArray("names").add("height").add("width").add("channels");
        ObjectNode video = node.putObject("info").put("video.height", feature.height())
                .put("video.width", feature.width()).put("video.codec", feature.depth() == null ? VideoEncoder.CODEC : DepthVideo.CODEC)
                .put("video.pix_fmt", feature.depth() == null ? VideoEncoder.PIXELS : DepthVideo.PIXELS);
        if (feature.depth() == null) {
            video.put("video.is_depth_map", false);
        } else {
            DepthVideo.describe(feature.depth(), video);
        }
        putNumber(video, "video.fps", dataset.fps());
        video.put("video.channels", channels).put("has_audio", false);
    }

    private static void scalar(ObjectNode node, String type) {
        node.put("dtype", type).putArray("shape").add(1);
        node.putNull("names");
    }

    private static void putNumber(ObjectNode node, String name, double value) {
        if (value == Math.rint(value)) {
            node.put(name, (long) value);
        } else {
            node.put(name, value);
        }
    }

    private ObjectNode statistics() {
        Map<String, FeatureStatistics> totals = new LinkedHashMap<>();
        for (EpisodeRow row : Stream.concat(base.rows().stream(), rows.stream()).toList()) {
            all(row).forEach((key, part) -> totals.merge(key, part, (a, b) -> {
                a.add(b);
                return a;
            }));
        }
        ObjectNode node = JSON.createObjectNode();
        totals.forEach((key, total) -> {
            ObjectNode values = node.putObject(key);
            columns(total).forEach((name, text) -> values.putRawValue(name,
                    new com.fasterxml.jackson.databind.util.RawValue(NOT_FINITE.matcher(text).replaceAll("null"))));
        });
        return node;
    }

    /** Statistics of all columns of an episode, the default ones included; copies, so that they can be summed up. */
    private Map<String, FeatureStatistics> all(EpisodeRow row) {
        Map<String, FeatureStatistics> all = new LinkedHashMap<>();
        for (int f = 0; f < dataset.features().size(); f++) {
            FeatureStatistics copy = new FeatureStatistics(dataset.features().get(f));
            copy.add(row.statistics.get(f));
            all.put(dataset.features().get(f).key(), copy);
        }
        List<String> names = new ArrayList<>(List.of("timestamp"));
        names.addAll(INDICES);
        names.forEach(name -> all.put(name, new FeatureStatistics(
                new DatasetFeature(name, FeatureSpec.Kind.STATE, List.of(1), List.of()))));
        for (int step = 0; step < row.length; step++) {
            all.get("timestamp").add(new float[] {(float) (step / dataset.fps())});
            all.get("frame_index").add(new float[] {step});
            all.get("episode_index").add(new float[] {row.index});
            all.get("index").add(new float[] {row.start + step});
            all.get("task_index").add(new float[] {row.task});
        }
        return all;
    }

    /** min, max, mean, std, count and the quantiles, as lists: {@code [v, ...]} or {@code [[[v]], ...]} for images. */
    private static Map<String, String> columns(FeatureStatistics statistics) {
        Map<String, List<Double>> values = new LinkedHashMap<>();
        for (int d = 0; d < statistics.dims(); d++) {
            FeatureStatistics.Summary summary = statistics.summary(d);
            add(values, "min", summary.min());
            add(values, "max", summary.max());
            add(values, "mean", summary.mean());
            add(values, "std", summary.std());
            for (int q = 0; q < FeatureStatistics.QUANTILES.size(); q++) {
                add(values, String.format("q%02d", Math.round(FeatureStatistics.QUANTILES.get(q) * 100)),
                        summary.quantiles()[q]);
            }
        }
        Map<String, String> columns = new LinkedHashMap<>();
        values.forEach((name, list) -> columns.put(name, list.stream()
                .map(v -> statistics.visual() ? "[[" + v + "]]" : v.toString())
                .collect(Collectors.joining(", ", "[", "]"))));
        columns.put("count", "[" + statistics.steps() + "]");
        return columns;
    }

    private static void add(Map<String, List<Double>> values, String name, double value) {
        values.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
    }

    /** A pandas table whose index is the task text, as LeRobot looks tasks up. */
    private void writeTasks(Path file) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < tasks.size(); i++) {
            values.add("(" + i + "::BIGINT, " + ParquetTable.literal(tasks.get(i)) + ")");
        }
        String pandas = "{\"index_columns\": [\"__index_level_0__\"], \"column_indexes\": [], \"columns\": ["
                + "{\"name\": \"task_index\", \"field_name\": \"task_index\", \"pandas_type\": \"int64\","
                + " \"numpy_type\": \"int64\", \"metadata\": null},"
                + "{\"name\": null, \"field_name\": \"__index_level_0__\", \"pandas_type\": \"unicode\","
                + " \"numpy_type\": \"object\", \"metadata\": null}]}";
        ParquetTable.write("SELECT * FROM (VALUES " + String.join(", ", values)
                + ") AS t(task_index, __index_level_0__)", ", KV_METADATA {pandas: " + ParquetTable.literal(pandas) + "}",
                file);
    }

    private void writeEpisodes(Path file) {
        try (ParquetTable.Rows table = new ParquetTable.Rows(file, select(rows.get(0)))) {
            for (int from = 0; from < rows.size(); from += ROWS_TOGETHER) {
                table.add(rows.subList(from, Math.min(rows.size(), from + ROWS_TOGETHER)).stream()
                        .map(row -> String.join(", ", columns(row).values())).toList());
            }
            table.write();
        }
    }

    /** Names of the columns of the list of episodes, in order. @param row any, with a step of statistics */
    List<String> listColumns(EpisodeRow row) {
        return List.copyOf(columns(row).keySet());
    }

    private String select(EpisodeRow row) {
        return columns(row).entrySet().stream().map(c -> c.getValue() + " AS " + ParquetTable.quoted(c.getKey()))
                .collect(Collectors.joining(", ", "SELECT ", ""));
    }

    /** Columns and their values in SQL. */
    private Map<String, String> columns(EpisodeRow row) {
        Map<String, String> columns = new LinkedHashMap<>();
        columns.put("episode_index", row.index + "::BIGINT");
        columns.put("tasks", "[" + ParquetTable.literal(tasks.get(row.task)) + "]::VARCHAR[]");
        columns.put("success", (row.success == null ? "NULL" : row.success.toString()) + "::BOOLEAN");
        columns.put("length", row.length + "::BIGINT");
        columns.put("dataset_from_index", row.start + "::BIGINT");
        columns.put("dataset_to_index", row.start + row.length + "::BIGINT");
        String chunk = row.file / LerobotPaths.CHUNK_FILES + "::BIGINT";
        String number = row.file % LerobotPaths.CHUNK_FILES + "::BIGINT";
        columns.put("data/chunk_index", chunk);
        columns.put("data/file_index", number);
        for (DatasetFeature feature : dataset.features()) {
            if (feature.visual()) {
                String prefix = "videos/" + feature.key() + "/";
                columns.put(prefix + "chunk_index", chunk);
                columns.put(prefix + "file_index", number);
                columns.put(prefix + "from_timestamp", row.fromFrame / dataset.fps() + "::DOUBLE");
                columns.put(prefix + "to_timestamp", (row.fromFrame + row.length) / dataset.fps() + "::DOUBLE");
            }
        }
        all(row).forEach((key, statistics) -> columns(statistics).forEach((name, value) -> {
            String type = name.equals("count") ? "::BIGINT[]" : statistics.visual() ? "::DOUBLE[][][]" : "::DOUBLE[]";
            columns.put("stats/" + key + "/" + name, "'" + value + "'" + type);
        }));
        columns.put("meta/episodes/chunk_index", base.nextList() / LerobotPaths.CHUNK_FILES + "::BIGINT");
        columns.put("meta/episodes/file_index", base.nextList() % LerobotPaths.CHUNK_FILES + "::BIGINT");
        return columns;
    }
}
