package dev.dpros.config;

import static dev.dpros.config.Bounds.inRange;

/**
 * Where one of the policy's observations comes from.
 *
 * @param topic topic name, resolved and remapped as ROS does
 * @param type message type; empty for whatever is published
 * @param field field path of a vector, such as {@code position[joint1,joint2]}; unused for images
 * @param stamp {@code header} or {@code received}
 * @param latencyMs how long before its stamp the sample was really taken
 * @param align how a value on the policy's grid is made: {@code nearest}, {@code previous}, {@code linear}
 * @param staleAfterMs age beyond which the watchdog counts it as stale
 * @param frozenAfterMs how long a camera may repeat the same picture bit by bit
 * @param blankBelow grey-level standard deviation below which a picture counts as blank
 * @param fit how an image of another size becomes the policy's: {@code stretch}, {@code crop}, {@code exact}
 */
public record SourceSection(
        String topic,
        String type,
        String field,
        String stamp,
        Double latencyMs,
        String align,
        Double staleAfterMs,
        Double frozenAfterMs,
        Double blankBelow,
        String fit) {

    /** Fills in defaults. @throws IllegalArgumentException naming the field, its value and the bound */
    public SourceSection {
        if (topic == null || topic.isBlank()) {
            throw new IllegalArgumentException("topic: expected a topic name, found nothing");
        }
        type = type == null ? "" : type;
        field = field == null ? "" : field;
        stamp = stamp == null ? "header" : stamp;
        latencyMs = latencyMs == null ? 0 : latencyMs;
        align = align == null ? "" : align;
        staleAfterMs = staleAfterMs == null ? 500 : staleAfterMs;
        frozenAfterMs = frozenAfterMs == null ? 1_000 : frozenAfterMs;
        blankBelow = blankBelow == null ? 1.0 : blankBelow;
        fit = fit == null ? "" : fit;
        inRange("latency_ms", latencyMs, 0, 10_000);
        inRange("stale_after_ms", staleAfterMs, 1, 60_000);
        inRange("frozen_after_ms", frozenAfterMs, 1, 600_000);
        inRange("blank_below", blankBelow, 0, 255);
    }
}
