package dev.dpros.cli.top;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/** Draws a node's state as lines of text, no wider than asked for. Stateless. */
public final class TopScreen {
    private static final AttributedStyle PLAIN = AttributedStyle.DEFAULT;
    private static final AttributedStyle SOFT = PLAIN.foreground(AttributedStyle.BRIGHT | AttributedStyle.BLACK);
    private static final AttributedStyle HEAD = PLAIN.bold();
    private static final AttributedStyle BAD = PLAIN.foreground(AttributedStyle.RED).bold();
    private static final Map<String, AttributedStyle> STATES = Map.of(
            "nominal", PLAIN.foreground(AttributedStyle.GREEN).bold(),
            "degraded", PLAIN.foreground(AttributedStyle.YELLOW).bold(),
            "hold", PLAIN.foreground(AttributedStyle.YELLOW).bold(),
            "fault", BAD);
    /** A letter for each stage of the waterfall. */
    private static final Map<String, String> STAGES = stages();
    private static final int HISTORY = 4;
    private static final int CYCLES = 6;
    private static final int LEFT = 8;
    private static final int RIGHT = 12;

    private TopScreen() {}

    private static Map<String, String> stages() {
        Map<String, String> letters = new LinkedHashMap<>();
        letters.put("camera", "c");
        letters.put("prepare", "p");
        letters.put("wait", ".");
        letters.put("encode", "E");
        letters.put("denoise", "#");
        letters.put("publish", "!");
        return letters;
    }

    /**
     * The screen.
     *
     * @param state the page's {@code state} event
     * @param latency the page's {@code latency} event, or null
     * @param silentMs time since the state came
     * @param width columns
     */
    public static List<AttributedString> draw(JsonNode state, JsonNode latency, long silentMs, int width) {
        List<AttributedString> lines = new ArrayList<>();
        safety(lines, state, silentMs);
        facts(lines, state);
        sources(lines, state);
        latencies(lines, latency, state.path("limits"));
        cycles(lines, state.path("cycles"), width);
        counters(lines, state.path("counters"));
        return lines.stream().map(line -> line.columnSubSequence(0, width)).toList();
    }

    private static void safety(List<AttributedString> lines, JsonNode state, long silentMs) {
        JsonNode safety = state.path("safety");
        String name = silentMs > 1000 ? "no data" : safety.path("state").asText();
        AttributedStringBuilder head = new AttributedStringBuilder();
        head.styled(STATES.getOrDefault(name, BAD), name.toUpperCase(Locale.ROOT)).append("  ");
        head.append(silentMs > 1000 ? "last heard " + silentMs / 1000 + " s ago" : safety.path("reason").asText());
        head.styled(SOFT, safety.path("started").asBoolean() ? "" : "  (stopped)");
        lines.add(head.toAttributedString());
        lines.add(new AttributedString(state.path("title").asText(), SOFT));
        for (JsonNode waiting : safety.path("waiting")) {
            lines.add(new AttributedString("  " + waiting.asText(), BAD));
        }
        int shown = 0;
        for (JsonNode step : safety.path("history")) {
            if (shown++ < HISTORY) {
                double ago = (state.path("rosNs").asLong() - step.path("rosNs").asLong()) / 1e9;
                lines.add(new AttributedString(String.format(Locale.ROOT, "  %7.1f s ago  %s -> %s  %s", ago,
                        step.path("from").asText(), step.path("to").asText(), step.path("reason").asText())));
            }
        }
    }

    private static void facts(List<AttributedString> lines, JsonNode state) {
        AttributedStringBuilder line = new AttributedStringBuilder();
        for (JsonNode fact : state.path("facts")) {
            line.styled(SOFT, fact.path("name").asText() + " ").append(fact.path("value").asText()).append("   ");
        }
        lines.add(AttributedString.EMPTY);
        lines.add(line.toAttributedString());
        JsonNode recording = state.path("recording");
        if (recording.isObject()) {
            boolean lost = recording.path("dropped").asLong() > 0;
            lines.add(new AttributedString(String.format(Locale.ROOT, "recorder %s, episode %d, %.1f s, %.1f MB, %d dropped  %s",
                    recording.path("state").asText(), recording.path("episode").asInt(), recording.path("seconds").asDouble(),
                    recording.path("bytes").asLong() / 1e6, recording.path("dropped").asLong(),
                    recording.path("note").asText()), lost ? BAD : PLAIN));
        }
    }

    private static void sources(List<AttributedString> lines, JsonNode state) {
        heading(lines, String.format("%-34s %10s %10s %10s %9s %9s", "source", "age ms", "limit", "offset ms", "samples", "rejected"));
        for (JsonNode source : state.path("sources")) {
            JsonNode age = source.path("ageMs");
            String wrong = !age.isNumber() ? "never seen" : age.asDouble() > source.path("maxAgeMs").asDouble() ? "stale"
                    : source.path("frozen").asBoolean() ? "frozen" : source.path("blank").asBoolean() ? "blank"
                    : source.path("offset").asBoolean() ? "stamps" : "";
            JsonNode offset = source.path("offsetMs");
            lines.add(new AttributedString(String.format(Locale.ROOT, "%-34s %10s %10s %10s %9d %9d  %s",
                    source.path("name").asText(), age.isNumber() ? ms(age.asDouble()) : "-", ms(source.path("maxAgeMs").asDouble()),
                    offset.isNumber() ? String.format(Locale.ROOT, "%.1f", offset.asDouble()) : "-",
                    source.path("samples").asLong(), source.path("rejected").asLong(), wrong), wrong.isEmpty() ? PLAIN : BAD));
        }
    }

    private static void latencies(List<AttributedString> lines, JsonNode latency, JsonNode limits) {
        heading(lines, String.format("%-34s %10s %10s %9s %9s %9s", "latency of the last 10 s, ms", "p50", "p99", "p99.9", "max", "limit"));
        if (latency == null) {
            return;
        }
        for (JsonNode row : latency) {
            double limit = limit(limits, row);
            String name = row.path("stage").asText().replace('_', ' ');
            String source = row.path("source").asText();
            boolean late = limit > 0 && row.path("p99").asDouble() > limit;
            lines.add(new AttributedString(String.format(Locale.ROOT, "%-34s %10s %10s %9s %9s %9s",
                    source.isEmpty() ? name : name + " " + source, ms(row.path("p50").asDouble()), ms(row.path("p99").asDouble()),
                    ms(row.path("p999").asDouble()), ms(row.path("max").asDouble()), limit > 0 ? ms(limit) : ""), late ? BAD : PLAIN));
        }
    }

    private static double limit(JsonNode limits, JsonNode row) {
        for (JsonNode limit : limits) {
            String source = limit.path("source").asText();
            if (limit.path("stage").equals(row.path("stage")) && (source.isEmpty() || source.equals(row.path("source").asText()))) {
                return limit.path("ms").asDouble();
            }
        }
        return 0;
    }

    /** The newest cycles as bars from the stamp of the observation to the command; {@code |} is the deadline. */
    private static void cycles(List<AttributedString> lines, JsonNode cycles, int width) {
        StringBuilder legend = new StringBuilder();
        STAGES.forEach((stage, letter) -> legend.append(letter).append(' ').append(stage).append("  "));
        heading(lines, "last chunks, from frame to command:  " + legend + "| deadline");
        double longest = 1;
        for (JsonNode cycle : cycles) {
            longest = Math.max(longest, Math.max(cycle.path("totalMs").asDouble(), cycle.path("deadlineMs").asDouble()));
        }
        int columns = Math.max(10, width - LEFT - RIGHT);
        for (int i = Math.max(0, cycles.size() - CYCLES); i < cycles.size(); i++) {
            JsonNode cycle = cycles.get(i);
            boolean late = cycle.path("late").asBoolean();
            lines.add(new AttributedString(String.format(Locale.ROOT, "%7s %s %s ms%s", "#" + cycle.path("id").asLong(),
                    bar(cycle, columns / longest, columns), ms(cycle.path("totalMs").asDouble()), late ? " late" : ""),
                    late ? BAD : PLAIN));
        }
    }

    private static String bar(JsonNode cycle, double columnsPerMs, int columns) {
        char[] bar = " ".repeat(columns).toCharArray();
        for (JsonNode span : cycle.path("spans")) {
            char letter = STAGES.getOrDefault(span.path("stage").asText(), "?").charAt(0);
            int from = column(span.path("startMs").asDouble() * columnsPerMs, columns);
            int to = column(span.path("endMs").asDouble() * columnsPerMs, columns);
            for (int i = from; i <= to && (i < to || i == from); i++) {
                bar[i] = letter;
            }
        }
        if (cycle.path("deadlineMs").asDouble() > 0) {
            bar[column(cycle.path("deadlineMs").asDouble() * columnsPerMs, columns)] = '|';
        }
        return new String(bar);
    }

    private static int column(double at, int columns) {
        return (int) Math.max(0, Math.min(columns - 1, at));
    }

    private static void counters(List<AttributedString> lines, JsonNode counters) {
        lines.add(AttributedString.EMPTY);
        AttributedStringBuilder line = new AttributedStringBuilder();
        for (JsonNode counter : counters) {
            boolean bad = counter.path("bad").asBoolean();
            if (bad) {
                long value = counter.path("value").asLong();
                line.styled(SOFT, counter.path("name").asText() + " ").styled(value > 0 ? BAD : PLAIN, String.valueOf(value)).append("   ");
            }
        }
        lines.add(line.toAttributedString());
    }

    private static void heading(List<AttributedString> lines, String text) {
        lines.add(AttributedString.EMPTY);
        lines.add(new AttributedString(text, HEAD));
    }

    private static String ms(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
    }
}
