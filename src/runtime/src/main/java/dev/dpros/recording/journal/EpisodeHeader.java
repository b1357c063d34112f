package dev.dpros.recording.journal;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * First record of a journal. Immutable.
 *
 * @param index number of the episode within its recording directory
 * @param uuid identifies the episode for ever, also after merging
 * @param task task text, may be empty
 * @param createdRosNs stamp time of the start, ns since the epoch
 * @param software who wrote it, such as {@code dpros 0.1.0}
 * @param robot type of robot, may be empty
 * @param layout how to align the sources to a grid, as {@code dev.dpros.datasets.DatasetLayout} in JSON; may
 *     be null
 */
public record EpisodeHeader(
        int index, String uuid, String task, long createdRosNs, String software, String robot, JsonNode layout) {}
