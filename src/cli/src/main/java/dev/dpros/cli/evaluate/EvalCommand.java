package dev.dpros.cli.evaluate;

import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.cli.options.ConsoleProgress;
import dev.dpros.cli.options.Numbers;
import dev.dpros.cli.options.OutputTarget;
import dev.dpros.cli.options.SamplingOptions;
import dev.dpros.cli.options.ShardOption;
import dev.dpros.cli.options.Unfitting;
import dev.dpros.cli.options.Verbosity;
import dev.dpros.config.SamplerSection;
import dev.dpros.core.InputException;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.PolicyHash;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.process.JsonFile;
import dev.dpros.process.Lifecycle;
import dev.dpros.process.ProductVersion;
import dev.dpros.shard.Shard;
import dev.dpros.shard.ShardWork;
import dev.dpros.study.DelayConfig;
import dev.dpros.study.DelayReport;
import dev.dpros.study.DelayStudy;
import dev.dpros.training.EvaluationReport;
import dev.dpros.training.PushTEvaluation;
import dev.dpros.training.PushTEvaluation.Episode;
import dev.dpros.training.pusht.RolloutGifs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
            "          dpros eval --policy models/pusht_image --strategy all --latency-ms 400",
            "          dpros eval --policy models/pusht_image --json a.json --shard 2/4",
            "          dpros merge a.json"})
public final class EvalCommand implements Callable<Integer> {
    private static final int MOST_SEEDS = 100_000;
    private static final String TEST_SEEDS = "100000..100049";
    private static final String TRAIN_SEEDS = "0..5";
    private static final int BATCH = 25;
    private static final List<String> OF_STUDY = List.of("--latency-ms", "--warm-timestep", "--warm-steps", "--plot");
    private static final List<String> OF_PROTOCOL = List.of("--train-seeds", "--gifs", "--gif-count");

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

    @Option(names = "--batch", converter = Numbers.Count.class, paramLabel = "N", description = "environments per network evaluation "
            + "(default: " + BATCH + "; all with --strategy; 1 with --shard, so that the parts are bit for bit one run's with --batch 1)")
    private Integer batch;

    @Mixin
    private ShardOption shard = new ShardOption();

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
        if (delay.chosen()) {
            Unfitting.refuse(spec, OF_PROTOCOL, "one that --strategy and --with have", "leave it out, or evaluate without them");
        } else {
            Unfitting.refuse(spec, OF_STUDY, "one that an evaluation without --strategy and --with has", "add --strategy NAME");
        }
        List<Long> range = range("--seeds", seeds == null ? TEST_SEEDS : seeds);
        List<Long> train = trainRange(range);
        SamplerSection section = sampling.asSection();
        Shard part = shard.chosen(line -> Verbosity.tell(spec, line)).orElse(null);
        if (part == null) {
            score(PolicyReader.read(policy), section, new Seeds(range, train), null);
            return 0;
        }
        ShardOption.require(part, json, "--json", range.size());
        delay.requireNothingEarlier();
        PolicyDefinition definition = PolicyReader.read(policy);
        ShardWork work = ShardWork.begin(json, part, delay.chosen() ? EvaluationMerge.STUDY : EvaluationMerge.EVAL,
                work(definition, section, range, train)).orElse(null);
        if (work == null) {
            spec.commandLine().getOut().println(json + ": shard " + part + " is done already");
            return 0;
        }
        score(definition, section, new Seeds(part.of(range), part.of(train)), work);
        return 0;
    }

    /** Seeds that count, and those that are told apart. */
    private record Seeds(List<Long> test, List<Long> train) {}

    /** All that the parts of one work have in common. */
    private Map<String, Object> work(PolicyDefinition definition, SamplerSection section, List<Long> range, List<Long> train) {
        Map<String, Object> work = new LinkedHashMap<>();
        work.put("version", ProductVersion.number());
        work.put("policy_sha256", PolicyHash.of(definition));
        work.put("policy", definition.config().toString());
        work.put("sampler", section);
        work.put("action_steps", steps(definition));
        work.put("max_steps", maxSteps);
        work.put("batch", atOnce(true));
        work.put("seeds", EvaluationMerge.text(range));
        work.put("train_seeds", EvaluationMerge.text(train));
        work.put("delays", delay.configs(steps(definition), section.seed()));
        return work;
    }

    private int steps(PolicyDefinition definition) {
        return actionSteps == null ? definition.config().nActionSteps() : actionSteps;
    }

    /** Episodes to an evaluation of the network. Parts: one, since what others run beside an episode changes its last digits. */
    private int atOnce(boolean partly) {
        return batch != null ? batch : partly ? 1 : delay.chosen() ? Integer.MAX_VALUE : BATCH;
    }

    /** @param work the part that this is, or null */
    private void score(PolicyDefinition definition, SamplerSection section, Seeds chosen, ShardWork work) {
        try (Lifecycle lifecycle = Lifecycle.onSignals();
                DiffusionPolicy loaded = DiffusionPolicy.load(definition, section.toOptions())) {
            if (delay.chosen()) {
                study(loaded, definition, section, chosen.test(), work);
            } else {
                byProtocol(loaded, steps(definition), section, chosen, work);
            }
        }
    }

    private void study(DiffusionPolicy loaded, PolicyDefinition definition, SamplerSection section, List<Long> chosen, ShardWork work) {
        DelayReport.Header header = new DelayReport.Header(policy.toString(), loaded.scheduler().type(),
                loaded.scheduler().inferenceSteps(), chosen.size());
        DelayReport report = new DelayReport(header, spec.commandLine().getOut());
        report.earlier(delay.with());
        List<DelayConfig> configs = delay.configs(steps(definition), section.seed());
        report.begin();
        DelayStudy study = new DelayStudy(loaded, definition, atOnce(work != null));
        List<EvaluationMerge.Delayed> found = new ArrayList<>();
        for (DelayConfig config : configs) {
            EvaluationMerge.Delayed delayed;
            try {
                delayed = new EvaluationMerge.Delayed(config.strategy().code(), config.latencyNs() / 1e6,
                        study.run(config, chosen, done -> { }));
            } catch (IllegalArgumentException e) {
                throw new InputException("eval: " + e.getMessage(), e);
            }
            found.add(delayed);
            report.add(delayed.result());
        }
        if (work == null) {
            report.write(delay.plot(), json);
        } else {
            finished(work.finish(new EvaluationMerge.Study(header, found)));
        }
    }

    private void byProtocol(DiffusionPolicy loaded, int steps, SamplerSection section, Seeds chosen, ShardWork work) {
        PushTEvaluation evaluation = evaluation(loaded, steps, atOnce(work != null), section.seed());
        long startNs = System.nanoTime();
        List<Episode> all = run(evaluation, Stream.concat(chosen.test().stream(), chosen.train().stream()).toList());
        double seconds = (System.nanoTime() - startNs) / 1e9;
        int tests = chosen.test().size();
        EvaluationReport report = new EvaluationReport(new EvaluationReport.About(policy.toString(), loaded.scheduler().type(),
                loaded.scheduler().inferenceSteps(), steps), all.subList(0, tests), all.subList(tests, all.size()), seconds);
        report.lines().forEach(spec.commandLine().getOut()::println);
        spec.commandLine().getOut().flush();
        if (work != null) {
            finished(work.finish(report));
        } else if (json != null) {
            JsonFile.write(json, report.tree());
        }
    }

    private void finished(Path file) {
        spec.commandLine().getOut().println("written: " + file + "; when all parts are there: dpros merge " + json);
    }

    private PushTEvaluation evaluation(DiffusionPolicy loaded, int steps, int atOnce, long noiseSeed) {
        try {
            return new PushTEvaluation(loaded, steps, atOnce, maxSteps, noiseSeed);
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
}
