package dev.dpros.cli.evaluate;

import dev.dpros.cli.options.OutputTarget;
import dev.dpros.core.InputException;
import dev.dpros.core.NearestName;
import dev.dpros.diffusion.PrefixWeights;
import dev.dpros.inference.GuideConfig;
import dev.dpros.study.DelayConfig;
import dev.dpros.study.DelayStrategy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Option;

/** The options by which {@code dpros eval} drives the robot through the control loop while inference takes time. */
final class DelayOptions {
    private static final String ALL = "all";

    @Option(names = "--strategy", paramLabel = "NAME", split = ",",
            description = "drive through the control loop, chunks joined so: replace, blend, temporal_ensemble, "
                    + "real_time_chunking, warm_start; or naively: synchronous (the robot waits for each chunk), unstamped "
                    + "(chunks begin when they come); or all")
    private List<String> strategies = List.of();

    @Option(names = "--latency-ms", paramLabel = "MS", split = ",",
            description = "how long each inference takes on the simulated clock (default: 0)")
    private List<Integer> latencies = List.of(0);

    @Option(names = "--warm-timestep", paramLabel = "K0", defaultValue = "60",
            description = "how much a warm start noises the chunk before (default: ${DEFAULT-VALUE})")
    private int warmTimestep;

    @Option(names = "--warm-steps", paramLabel = "N", defaultValue = "3",
            description = "denoising steps of a warm start (default: ${DEFAULT-VALUE})")
    private int warmSteps;

    @Option(names = "--plot", converter = OutputTarget.OfFile.class, paramLabel = "FILE",
            description = "draw score against latency into this SVG file")
    private Path plot;

    @Option(names = "--with", paramLabel = "FILE", split = ",",
            description = "what earlier runs wrote with --json, to report and draw as well")
    private List<Path> with = List.of();

    /** Whether the robot is to be driven through the control loop. */
    boolean chosen() {
        return !strategies.isEmpty() || !with.isEmpty();
    }

    /** Files of earlier runs. */
    List<Path> with() {
        return with;
    }

    /** Where the plot goes, or null. */
    Path plot() {
        return plot;
    }

    /** Refuses what a part of a study cannot show. @throws InputException if a plot or earlier results were asked for */
    void requireNothingEarlier() {
        if (plot != null || !with.isEmpty()) {
            throw InputException.of(plot != null ? "--plot" : "--with", "results", "those of a whole study", "a part (--shard)",
                    "merge the parts first, then eval --with FILE --plot FILE");
        }
    }

    /**
     * One configuration per strategy and latency.
     *
     * @throws InputException if a value is unknown or out of bounds
     */
    List<DelayConfig> configs(int actionSteps, long noiseSeed) {
        List<DelayConfig> configs = new ArrayList<>();
        try {
            GuideConfig guide = new GuideConfig(GuideConfig.Conditioning.NONE, PrefixWeights.Fall.EXPONENTIAL, warmTimestep,
                    warmSteps, 0, null, noiseSeed);
            for (DelayStrategy strategy : parsed()) {
                for (int latencyMs : latencies) {
                    configs.add(new DelayConfig(strategy, latencyMs * 1_000_000L, actionSteps, guide));
                }
            }
        } catch (IllegalArgumentException e) {
            throw new InputException("eval: " + e.getMessage(), e);
        }
        return configs;
    }

    private List<DelayStrategy> parsed() {
        List<String> names = Arrays.stream(DelayStrategy.values()).map(DelayStrategy::code).toList();
        if (strategies.contains(ALL)) {
            return List.of(DelayStrategy.values());
        }
        List<DelayStrategy> parsed = new ArrayList<>();
        for (String name : strategies) {
            if (!names.contains(name)) {
                throw new InputException("--strategy: expected all or of " + names + ", found '" + name + "'"
                        + NearestName.hint(name, names));
            }
            parsed.add(DelayStrategy.values()[names.indexOf(name)]);
        }
        return parsed;
    }
}
