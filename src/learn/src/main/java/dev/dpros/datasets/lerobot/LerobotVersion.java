package dev.dpros.datasets.lerobot;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dpros.core.InputException;
import java.nio.file.Path;

/** The layouts that are read. */
enum LerobotVersion {
    /** v2.0 and v2.1: a table and a film for each episode; lines of JSON say what there is. */
    V2("meta/episodes.jsonl", "meta/tasks.jsonl", "data/chunk-{episode_chunk:03d}/episode_{episode_index:06d}.parquet",
            "videos/chunk-{episode_chunk:03d}/{video_key}/episode_{episode_index:06d}.mp4"),
    /** v3.0: many episodes to a file; tables say what there is. */
    V3("meta/episodes", "meta/tasks.parquet", "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet",
            "videos/{video_key}/chunk-{chunk_index:03d}/file-{file_index:03d}.mp4");

    private final String episodes;
    private final String tasks;
    private final String data;
    private final String video;

    LerobotVersion(String episodes, String tasks, String data, String video) {
        this.episodes = episodes;
        this.tasks = tasks;
        this.data = data;
        this.video = video;
    }

    /** That of a data set. @throws InputException if it is another */
    static LerobotVersion of(Path root, JsonNode info) {
        String version = info.path("codebase_version").asText();
        if (version.equals("v2.0") || version.equals("v2.1")) {
            return V2;
        }
        if (version.startsWith("v3")) {
            return V3;
        }
        throw InputException.of(root + "/meta/info.json", "codebase_version", "v2.0, v2.1 or v3.0", version.isEmpty() ? "none" : version,
                "convert it with LeRobot's own converter");
    }

    /** Where the episodes are listed. */
    String episodes() {
        return episodes;
    }

    /** Where the tasks are listed. */
    String tasks() {
        return tasks;
    }

    /** The usual {@code data_path}. */
    String data() {
        return data;
    }

    /** The usual {@code video_path}. */
    String video() {
        return video;
    }
}
