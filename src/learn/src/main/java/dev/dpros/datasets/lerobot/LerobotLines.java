package dev.dpros.datasets.lerobot;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.core.InputException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** The lines of JSON in which LeRobotDatasets v2.0 and v2.1 list their episodes, tasks and statistics. Stateless. */
final class LerobotLines {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final long MOST_BYTES = 1L << 30;
    private static final int MOST_LINES = 10_000_000;
    private static final int USUAL_CHUNK = 1000;
    private static final String STATISTICS = "meta/episodes_stats.jsonl";

    private LerobotLines() {}

    /** What to do with a line. */
    private interface Line {
        /** @param where file and line, for messages */
        void read(JsonNode line, String where);
    }

    private static void each(Path file, Line line) {
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            if (Files.size(file) > MOST_BYTES) {
                throw InputException.of(file.toString(), "size", "at most 1 GiB", Files.size(file) + " bytes", "");
            }
            int number = 0;
            for (String text = lines.readLine(); text != null; text = lines.readLine()) {
                String where = file + ": line " + ++number;
                if (number > MOST_LINES) {
                    throw InputException.of(file.toString(), "lines", "at most " + MOST_LINES, "more", "");
                }
                if (!text.isBlank()) {
                    line.read(parse(text, where), where);
                }
            }
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private static JsonNode parse(String text, String where) {
        try {
            JsonNode line = JSON.readTree(text);
            if (line.isObject()) {
                return line;
            }
        } catch (JsonProcessingException e) {
            throw new InputException(where + ": expected a JSON object, found " + e.getOriginalMessage().lines().findFirst().orElse("")
                    + "; the dataset is damaged", e);
        }
        throw InputException.of(where, "line", "a JSON object", "something else", "the dataset is damaged");
    }

    private static int whole(JsonNode line, String key, int least, String where) {
        JsonNode value = line.path(key);
        if (!value.canConvertToInt() || !value.isIntegralNumber() || value.asInt() < least) {
            throw InputException.of(where, key, "a whole number of at least " + least, value.isMissingNode() ? "none" : value.toString(),
                    "the dataset is damaged");
        }
        return value.asInt();
    }

    /**
     * The episodes, in order of their indices. Where they begin among all steps follows from the lengths.
     *
     * @throws InputException if a line is damaged or an episode is listed twice
     */
    static List<EpisodeEntry> episodes(Path root, JsonNode info) {
        int chunk = info.has("chunks_size") ? whole(info, "chunks_size", 1, root + "/meta/info.json") : USUAL_CHUNK;
        Path file = root.resolve(LerobotVersion.V2.episodes());
        Map<Integer, JsonNode> found = new TreeMap<>();
        each(file, (line, where) -> {
            whole(line, "length", 1, where);
            if (found.put(whole(line, "episode_index", 0, where), line) != null) {
                throw InputException.of(where, "episode_index", "an episode that is not listed before", line.path("episode_index").toString(),
                        "the dataset is damaged");
            }
        });
        List<EpisodeEntry> entries = new ArrayList<>();
        long from = 0;
        for (Map.Entry<Integer, JsonNode> episode : found.entrySet()) {
            JsonNode line = episode.getValue();
            int length = line.path("length").asInt();
            List<String> tasks = new ArrayList<>();
            line.path("tasks").forEach(task -> tasks.add(task.asText()));
            Boolean success = line.path("success").isBoolean() ? line.path("success").asBoolean() : null;
            int index = episode.getKey();
            entries.add(new EpisodeEntry(index, length, from, from + length, index / chunk, index, tasks, success));
            from += length;
        }
        return entries;
    }

    /** Text by index; empty if there is no such file. @throws InputException if a line is damaged */
    static Map<Integer, String> tasks(Path file) {
        Map<Integer, String> tasks = new LinkedHashMap<>();
        if (Files.exists(file)) {
            each(file, (line, where) -> tasks.put(whole(line, "task_index", 0, where), line.path("task").asText()));
        }
        return tasks;
    }

    /** What is wrong with the episodes' statistics, which v2.1 has, or an empty text. */
    static String statistics(Path root, JsonNode info, List<EpisodeEntry> episodes) {
        Path file = root.resolve(STATISTICS);
        if (!Files.exists(file)) {
            return info.path("codebase_version").asText().equals("v2.0") ? "" : file + ": expected the episodes' statistics, found none";
        }
        TreeSet<Integer> missing = new TreeSet<>();
        episodes.forEach(episode -> missing.add(episode.index()));
        try {
            each(file, (line, where) -> missing.remove(whole(line, "episode_index", 0, where)));
        } catch (InputException e) {
            return e.getMessage();
        }
        return missing.isEmpty() ? "" : file + ": expected a line for each episode, found none for " + missing.first()
                + (missing.size() == 1 ? "" : " and " + (missing.size() - 1) + " more");
    }
}
