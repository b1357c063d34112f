package dev.dpros.study;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dpros.core.InputException;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.process.JsonFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Runs the configurations of a latency study and reports them: a table as it goes, a plot and JSON. */
public final class DelayReport {
    private final Path name;
    private final DiffusionPolicy policy;
    private final PolicyDefinition definition;
    private final PrintWriter out;
    private final List<DelayResult> results = new ArrayList<>();

    public DelayReport(Path name, DiffusionPolicy policy, PolicyDefinition definition, PrintWriter out) {
        this.name = name;
        this.policy = policy;
        this.definition = definition;
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

    /**
     * Runs them one after the other.
     *
     * @param plot SVG file, or null
     * @param json file, or null
     * @throws InputException if a configuration does not fit the policy or a file cannot be written
     */
    public void run(List<DelayConfig> configs, List<Long> seeds, Path plot, Path json) {
        SchedulerConfig scheduler = policy.scheduler();
        out.printf("%s, %s %d steps, %d seeds%n", name, scheduler.type(), scheduler.inferenceSteps(), seeds.size());
        out.printf("%-20s %8s %18s %8s %8s %8s %12s %12s %12s%n", "strategy", "late ms", "score (95 %)", "success", "s",
                "evals", "join max", "join mean", "executed max");
        results.forEach(this::print);
        for (DelayConfig config : configs) {
            DelayResult result = run(config, seeds);
            results.add(result);
            print(result);
        }
        if (plot != null) {
            LatencyPlot.write(plot, results);
        }
        if (json != null) {
            JsonFile.write(json, tree(seeds.size()));
        }
    }

    private void print(DelayResult result) {
        out.printf(Locale.ROOT, "%-20s %8.0f   %.4f +- %.4f %8.2f %8.1f %8.2f %12.0f %12.1f %12.0f%n", result.strategy(),
                result.latencyMs(), result.score(), result.halfInterval(), result.success(), result.seconds(),
                result.evaluations(), result.joinVelocityJump(), result.meanJoinVelocityJump(), result.largestVelocityChange());
        out.flush();
    }

    private DelayResult run(DelayConfig config, List<Long> seeds) {
        try {
            return new DelayStudy(policy, definition).run(config, seeds, done -> { });
        } catch (IllegalArgumentException e) {
            throw new InputException("eval: " + e.getMessage(), e);
        }
    }

    private Map<String, Object> tree(int seeds) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("policy", name.toString());
        tree.put("scheduler", policy.scheduler().type().name().toLowerCase(Locale.ROOT));
        tree.put("denoising_steps", policy.scheduler().inferenceSteps());
        tree.put("seeds", seeds);
        tree.put("results", results);
        return tree;
    }
}
