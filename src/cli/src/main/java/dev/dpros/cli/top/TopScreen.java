package dev.dpros.cli.top;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/** Draws a node's state as lines of text, no wider than asked for: what is longer goes on in the next line. Stateless. */
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
    private static final int RIGHT = 17;
    private static final String GO_ON = "    ";

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
        facts(lines, state, width);
        sources(lines, state, width);
        latencies(lines, latency, state.path("limits"), width);
        cycles(lines, state.path("cycles"), width);
        counters(lines, state.path("counters"), width);
        List<AttributedString> fitted = new ArrayList<>();
        lines.forEach(line -> wrap(fitted, line, width));
        return fitted;
    }

    /** Adds a text as lines of at most {@code width} columns, broken at a space where there is one. */
    static void wrap(List<AttributedString> lines, AttributedString text, int width) {
        AttributedString rest = text;
        while (rest.columnLength() > width) {
            String head = rest.columnSubSequence(0, width + 1).toString();
            int space = head.lastIndexOf(' ');
            int end = space > GO_ON.length() ? space : rest.columnSubSequence(0, width).length();
            lines.add(rest.subSequence(0, end));
            int next = end;
            while (next < rest.length() && rest.charAt(next) == ' ') {
                next++;
            }
            rest = new AttributedStringBuilder().append(GO_ON).append(rest.subSequence(next, rest.length())).toAttributedString();
        }
        lines.add(rest);
    }

    /** Adds pieces side by side, as many to a line as fit. */
    private static void flow(List<AttributedString> lines, List<AttributedString> pieces, int width) {
        AttributedStringBuilder line = new AttributedStringBuilder();
        for (AttributedString piece : pieces) {
            if (line.length() > 0 && line.columnLength() + 3 + piece.columnLength() > width) {
                lines.add(line.toAttributedString());
                line = new AttributedStringBuilder();
            }
            line.append(line.length() == 0 ? "" : "   ").append(piece);
        }
        lines.add(line.toAttributedString());
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

    private static void facts(List<AttributedString> lines, JsonNode state, int width) {
        List<AttributedString> pieces = new ArrayList<>();
        for (JsonNode fact : state.path("facts")) {
            pieces.add(new AttributedStringBuilder().styled(SOFT, fact.path("name").asText() + " ")
                    .append(fact.path("value").asText()).toAttributedString());
        }
        lines.add(AttributedString.EMPTY);
        flow(lines, pieces, width);
        JsonNode recording = state.path("recording");
        if (recording.isObject()) {
            boolean lost = recording.path("dropped").asLong() > 0;
            lines.add(new AttributedString(String.format(Locale.ROOT, "recorder %s, episode %d, %.1f s, %.1f MB, %d dropped  %s",
                    recording.path("state").asText(), recording.path("episode").asInt(), recording.path("seconds").asDouble(),
                    recording.path("bytes").asLong() / 1e6, recording.path("dropped").asLong(),
                    recording.path("note").asText()), lost ? BAD : PLAIN));
        }
    }

    private static void sources(List<AttributedString> lines, JsonNode state, int width) {
        TopTable table = new TopTable("source", List.of(new TopTable.Column("age ms", 10, 9), new TopTable.Column("limit", 8, 4),
                new TopTable.Column("offset ms", 10, 2), new TopTable.Column("samples", 9, 1), new TopTable.Column("rejected", 9, 3)));
        for (JsonNode source : state.path("sources")) {
            JsonNode age = source.path("ageMs");
            String wrong = !age.isNumber() ? "never seen" : age.asDouble() > source.path("maxAgeMs").asDouble() ? "stale"
                    : source.path("frozen").asBoolean() ? "frozen" : source.path("blank").asBoolean() ? "blank"
                    : source.path("offset").asBoolean() ? "stamps" : "";
            JsonNode offset = source.path("offsetMs");
            String input = source.path("input").asText();
            table.add(source.path("name").asText() + (input.isEmpty() ? "" : " [" + input + "]"), List.of(
                    age.isNumber() ? ms(age.asDouble()) : "-", ms(source.path("maxAgeMs").asDouble()),
                    offset.isNumber() ? String.format(Locale.ROOT, "%.1f", offset.asDouble()) : "-",
                    source.path("samples").asText(), source.path("rejected").asText()), wrong, wrong.isEmpty() ? PLAIN : BAD);
        }
        lines.add(AttributedString.EMPTY);
        table.draw(lines, width, HEAD);
    }

    private static void latencies(List<AttributedString> lines, JsonNode latency, JsonNode limits, int width) {
        TopTable table = new TopTable("latency of the last 10 s, ms", List.of(new TopTable.Column("p50", 9, 5),
                new TopTable.Column("p99", 9, 9), new TopTable.Column("p99.9", 9, 1), new TopTable.Column("max", 9, 4),
                new TopTable.Column("limit", 9, 3)));
        for (JsonNode row : latency == null ? MissingNode.getInstance() : latency) {
            double limit = limit(limits, row);
            String name = row.path("stage").asText().replace('_', ' ');
            String source = row.path("source").asText();
            boolean late = limit > 0 && row.path("p99").asDouble() > limit;
            table.add(source.isEmpty() ? name : name + " " + source, List.of(ms(row.path("p50").asDouble()),
                    ms(row.path("p99").asDouble()), ms(row.path("p999").asDouble()), ms(row.path("max").asDouble()),
                    limit > 0 ? ms(limit) : ""), "", late ? BAD : PLAIN);
        }
        lines.add(AttributedString.EMPTY);
        table.draw(lines, width, HEAD);
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

    private static void counters(List<AttributedString> lines, JsonNode counters, int width) {
        List<AttributedString> pieces = new ArrayList<>();
        for (JsonNode counter : counters) {
            if (counter.path("bad").asBoolean()) {
                long value = counter.path("value").asLong();
                String note = counter.path("note").asText();
                pieces.add(new AttributedStringBuilder().styled(SOFT, counter.path("name").asText() + " ")
                        .styled(value > 0 ? BAD : PLAIN, value + (note.isEmpty() ? "" : " (" + note + ")")).toAttributedString());
            }
        }
        lines.add(AttributedString.EMPTY);
        flow(lines, pieces, width);
    }

    private static void heading(List<AttributedString> lines, String text) {
        lines.add(AttributedString.EMPTY);
        lines.add(new AttributedString(text, HEAD));
    }

    private static String ms(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
    }
}
