package dev.dpros.study;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dpros.core.InputException;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.process.JsonFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reports a latency study: a table as it goes, a plot and JSON. One thread. */
public final class DelayReport {
    private final Header header;
    private final PrintWriter out;
    private final List<DelayResult> results = new ArrayList<>();

    /**
     * What all results have in common.
     *
     * @param policy where it was read from
     * @param scheduler noise scheduler
     * @param denoisingSteps of it
     * @param seeds how many
     */
    public record Header(String policy, SchedulerConfig.Type scheduler, int denoisingSteps, int seeds) {}

    public DelayReport(Header header, PrintWriter out) {
        this.header = header;
        this.out = out;
    }

    /** Adds the results that earlier runs wrote. @throws InputException if a file does not hold any */
    public void earlier(List<Path> files) {
        for (Path file : files) {
            try {
                for (JsonNode result : JsonFile.read(file).path("results")) {
                    results.add(JsonFile.as(result, DelayResult.class));
                }
            } catch (IllegalArgumentException e) {
                throw new InputException(file + ": results: " + String.valueOf(e.getMessage()).lines().findFirst().orElse(""), e);
            }
        }
    }

    /** The table's head, and the earlier results. */
    public void begin() {
        out.printf("%s, %s %d steps, %d seeds%n", header.policy(), header.scheduler(), header.denoisingSteps(), header.seeds());
        out.printf("%-20s %8s %18s %8s %8s %8s %12s %12s %12s%n", "strategy", "late ms", "score (95 %)", "success", "s",
                "evals", "join max", "join mean", "executed max");
        results.forEach(this::print);
    }

    /** Adds a result and its line. */
    public void add(DelayResult result) {
        results.add(result);
        print(result);
    }

    /**
     * Writes what was asked for.
     *
     * @param plot SVG file, or null
     * @param json file, or null
     * @throws InputException if a file cannot be written
     */
    public void write(Path plot, Path json) {
        if (plot != null) {
            LatencyPlot.write(plot, results);
        }
        if (json != null) {
            JsonFile.write(json, tree());
        }
    }

    private void print(DelayResult result) {
        out.printf(Locale.ROOT, "%-20s %8.0f   %.4f +- %.4f %8.2f %8.1f %8.2f %12.0f %12.1f %12.0f%n", result.strategy(),
                result.latencyMs(), result.score(), result.halfInterval(), result.success(), result.seconds(),
                result.evaluations(), result.joinVelocityJump(), result.meanJoinVelocityJump(), result.largestVelocityChange());
        out.flush();
    }

    private Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("policy", header.policy());
        tree.put("scheduler", header.scheduler().name().toLowerCase(Locale.ROOT));
        tree.put("denoising_steps", header.denoisingSteps());
        tree.put("seeds", header.seeds());
        tree.put("results", results);
        return tree;
    }
}
