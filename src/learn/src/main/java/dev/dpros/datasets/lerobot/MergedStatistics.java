package dev.dpros.datasets.lerobot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.core.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Statistics of pictures of two parts as those of the whole, as LeRobot's aggregate_stats has them: count, extremes, mean and deviation
 * exactly; of quantiles the lower for those up to the median and the upper beyond, since the whole's cannot be told from the parts'. Stateless.
 */
final class MergedStatistics {
    private MergedStatistics() {}

    /** What is known of a channel: its value of a statistic by name. */
    private record Part(JsonNode statistics, int channel, String where) {
        double value(String name) {
            JsonNode node = statistics.path(name).path(channel);
            while (node.isArray() && node.size() == 1) {
                node = node.get(0);
            }
            if (!node.isNumber()) {
                throw InputException.of(where, name, "a number for each channel", node.toString(), "the dataset is damaged");
            }
            return node.asDouble();
        }

        double count() {
            JsonNode count = statistics.path("count").path(0);
            if (!count.isNumber() || count.asLong() < 1) {
                throw InputException.of(where, "count", "a number of frames", count.toString(), "the dataset is damaged");
            }
            return count.asLong();
        }
    }

    /** Puts the whole's in place of the second part's. @param where of the first part, for messages */
    static void merge(JsonNode first, ObjectNode second, String where) {
        int channels = second.path("mean").size();
        List<Part[]> parts = new ArrayList<>();
        ObjectNode before = second.deepCopy();
        for (int channel = 0; channel < channels; channel++) {
            parts.add(new Part[] {new Part(first, channel, where), new Part(before, channel, where)});
        }
        for (String name : List.of("min", "q01", "q10", "q50")) {
            put(second, name, parts, both -> Math.min(both[0].value(name), both[1].value(name)));
        }
        for (String name : List.of("max", "q90", "q99")) {
            put(second, name, parts, both -> Math.max(both[0].value(name), both[1].value(name)));
        }
        put(second, "mean", parts, MergedStatistics::mean);
        put(second, "std", parts, MergedStatistics::std);
        Part[] any = parts.get(0);
        second.putArray("count").add((long) (any[0].count() + any[1].count()));
    }

    private static double mean(Part... both) {
        return (both[0].value("mean") * both[0].count() + both[1].value("mean") * both[1].count()) / (both[0].count() + both[1].count());
    }

    private static double std(Part... both) {
        double mean = mean(both);
        double squares = 0;
        for (Part part : both) {
            double off = part.value("mean") - mean;
            squares += (part.value("std") * part.value("std") + off * off) * part.count();
        }
        return Math.sqrt(squares / (both[0].count() + both[1].count()));
    }

    private static void put(ObjectNode out, String name, List<Part[]> channels, ToDoubleFunction<Part[]> of) {
        out.putArray(name).addAll(channels.stream().map(both ->
                (JsonNode) out.arrayNode().add(out.arrayNode().add(of.applyAsDouble(both)))).toList());
    }
}
