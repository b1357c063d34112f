package dev.dpros.cli.evaluate;

import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.cli.options.ConsoleProgress;
import dev.dpros.cli.options.Numbers;
import dev.dpros.cli.options.OutputTarget;
import dev.dpros.cli.options.SamplingOptions;
import dev.dpros.config.SamplerSection;
import dev.dpros.core.InputException;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.inference.InferenceOptions;
import dev.dpros.process.JsonFile;
import dev.dpros.process.Lifecycle;
import dev.dpros.study.DelayReport;
import dev.dpros.training.PushTEvaluation;
import dev.dpros.training.PushTEvaluation.Episode;
import dev.dpros.training.pusht.RolloutGifs;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dpros eval}: a policy's score in simulation, by the reference's protocol. */
@Command(
        name = "eval",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Score a policy in the PushT simulator by the reference's protocol: legacy resets, 10 Hz, Ta actions "
                + "per chunk, episode score = largest reward, success = coverage above 0.95. As fast as the machine allows. "
                + "With --strategy: driven by the control loop at 100 Hz on a simulated clock, while inference takes time.",
        footer = {"", "Examples: dpros eval --policy models/pusht_image --scheduler ddim --steps 16",
            "          dpros eval --policy models/pusht_image --strategy all --latency-ms 400"})
public final class EvalCommand implements Callable<Integer> {
    private static final int MOST_SEEDS = 100_000;
    private static final String TEST_SEEDS = "100000..100049";
    private static final String TRAIN_SEEDS = "0..5";
    private static final double NORMAL_95 = 1.959964;

    /** Simulated tasks. */
    enum Env { /** PushT. */ PUSHT }

    @Option(names = "--policy", paramLabel = "PATH", required = true, description = "LeRobot directory or diffusion_policy .ckpt")
    private Path policy;

    @Option(names = "--env", defaultValue = "pusht", paramLabel = "NAME", description = "task (default: ${DEFAULT-VALUE})")
    private Env env;

    @Option(names = "--seeds", paramLabel = "A..B",
            description = "first and last seed (default: " + TEST_SEEDS + ", the reference's test seeds)")
    private String seeds;

    @Option(names = "--train-seeds", paramLabel = "A..B", description = "seeds whose score is told apart (default: " + TRAIN_SEEDS
            + ", the reference's, where --seeds is not given)")
    private String trainSeeds;

    @Mixin
    private SamplingOptions sampling = new SamplingOptions();

    @Mixin
    private DelayOptions delay = new DelayOptions();

    @Option(names = "--action-steps", paramLabel = "N", description = "actions executed per chunk, Ta (default: the policy's)")
    private Integer actionSteps;

    @Option(names = "--max-steps", converter = Numbers.Count.class, paramLabel = "N", defaultValue = "300",
            description = "longest episode (default: ${DEFAULT-VALUE})")
    private int maxSteps;

    @Option(names = "--batch", converter = Numbers.Count.class, paramLabel = "N", defaultValue = "25",
            description = "environments per network evaluation (default: ${DEFAULT-VALUE})")
    private int batch;

    @Option(names = "--gifs", converter = OutputTarget.OfFolder.class, paramLabel = "DIR",
            description = "draw rollouts as seed_SEED.gif in this directory")
    private Path gifs;

    @Option(names = "--gif-count", converter = Numbers.Whole.class, paramLabel = "N", defaultValue = "4",
            description = "how many of them (default: ${DEFAULT-VALUE})")
    private int gifCount;

    @Option(names = "--json", converter = OutputTarget.OfFile.class, paramLabel = "FILE", description = "write the scores to this file")
    private Path json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        List<Long> range = range("--seeds", seeds == null ? TEST_SEEDS : seeds);
        List<Long> train = trainRange(range);
        SamplerSection section = sampling.asSection();
        InferenceOptions options = section.toOptions();
        PolicyDefinition definition = PolicyReader.read(policy);
        try (Lifecycle lifecycle = Lifecycle.onSignals();
                DiffusionPolicy loaded = DiffusionPolicy.load(definition, options)) {
            int steps = actionSteps == null ? loaded.config().nActionSteps() : actionSteps;
            if (delay.chosen()) {
                DelayReport report = new DelayReport(policy, loaded, definition, spec.commandLine().getOut());
                report.earlier(delay.with());
                report.run(delay.configs(steps, section.seed()), range, delay.plot(), json);
                return 0;
            }
            PushTEvaluation evaluation = evaluation(loaded, steps, section.seed());
            long startNs = System.nanoTime();
            List<Episode> episodes = run(evaluation, Stream.concat(range.stream(), train.stream()).toList());
            double seconds = (System.nanoTime() - startNs) / 1e9;
            report(loaded, steps, episodes.subList(0, range.size()), episodes.subList(range.size(), episodes.size()), seconds);
            return 0;
        }
    }

    private PushTEvaluation evaluation(DiffusionPolicy loaded, int steps, long noiseSeed) {
        try {
            return new PushTEvaluation(loaded, steps, batch, maxSteps, noiseSeed);
        } catch (IllegalArgumentException e) {
            throw new InputException(e.getMessage(), e);
        }
    }

    private List<Episode> run(PushTEvaluation evaluation, List<Long> range) {
        try (ConsoleProgress progress = new ConsoleProgress(spec);
                RolloutGifs drawn = new RolloutGifs(gifs == null ? Set.of() : range.stream().limit(gifCount).collect(Collectors.toSet()),
                        seed -> gifs.resolve("seed_" + seed + ".gif"))) {
            progress.begin("episodes", range.size());
            return evaluation.run(range, progress::reach, drawn);
        }
    }

    private List<Long> trainRange(List<Long> test) {
        if (trainSeeds == null && seeds != null) {
            return List.of();
        }
        List<Long> train = range("--train-seeds", trainSeeds == null ? TRAIN_SEEDS : trainSeeds);
        if (train.stream().anyMatch(test::contains)) {
            throw InputException.of("--train-seeds", "range", "seeds that --seeds does not have", "'" + trainSeeds + "'", "");
        }
        return train;
    }

    static List<Long> range(String option, String text) {
        String[] ends = text.split("\\.\\.", -1);
        try {
            long first = Long.parseLong(ends[0].strip());
            long last = ends.length == 1 ? first : Long.parseLong(ends[1].strip());
            if (ends.length <= 2 && first >= 0 && last >= first && last < 1L << 32 && last - first < MOST_SEEDS) {
                return LongStream.rangeClosed(first, last).boxed().toList();
            }
        } catch (NumberFormatException e) {
            // reported below, as any other malformed range
        }
        throw InputException.of(option, "range", "FIRST..LAST (0 to 4294967295, at most " + MOST_SEEDS + " seeds)",
                "'" + text + "'", "for instance 100000..100049");
    }

    private void report(DiffusionPolicy loaded, int steps, List<Episode> episodes, List<Episode> train, double seconds) {
        double mean = mean(episodes);
        double variance = episodes.stream().mapToDouble(e -> Math.pow(e.maxReward() - mean, 2)).sum()
                / Math.max(1, episodes.size() - 1);
        double half = NORMAL_95 * Math.sqrt(variance / episodes.size());
        double success = episodes.stream().filter(Episode::success).count() / (double) episodes.size();
        PrintWriter out = spec.commandLine().getOut();
        out.printf("%s, %s %d steps, Ta %d, %d seeds: mean max reward %.4f +- %.4f (95 %%), success %.2f, %.0f s%n",
                policy, loaded.scheduler().type(), loaded.scheduler().inferenceSteps(), steps, episodes.size(), mean, half,
                success, seconds);
        if (!train.isEmpty()) {
            out.printf("train seeds, %d: mean max reward %.4f%n", train.size(), mean(train));
        }
        out.flush();
        if (json != null) {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("policy", policy.toString());
            tree.put("scheduler", loaded.scheduler().type().name().toLowerCase(Locale.ROOT));
            tree.put("denoising_steps", loaded.scheduler().inferenceSteps());
            tree.put("action_steps", steps);
            tree.put("mean_max_reward", mean);
            tree.put("interval_95", List.of(mean - half, mean + half));
            tree.put("success_rate", success);
            tree.put("seconds", seconds);
            tree.put("episodes", episodes);
            if (!train.isEmpty()) {
                tree.put("train_mean_max_reward", mean(train));
                tree.put("train_episodes", train);
            }
            JsonFile.write(json, tree);
        }
    }

    private static double mean(List<Episode> episodes) {
        return episodes.stream().mapToDouble(Episode::maxReward).average().orElse(0);
    }
}
