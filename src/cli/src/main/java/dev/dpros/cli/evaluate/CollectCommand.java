package dev.dpros.cli.evaluate;

import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.cli.options.ConsoleProgress;
import dev.dpros.cli.options.Numbers;
import dev.dpros.cli.options.OutputTarget;
import dev.dpros.cli.options.SamplingOptions;
import dev.dpros.config.SamplerSection;
import dev.dpros.core.InputException;
import dev.dpros.core.Progress;
import dev.dpros.datasets.zarr.ZarrExporter;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.process.Lifecycle;
import dev.dpros.training.CollectedDataset;
import dev.dpros.training.PushTCollection;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dpros collect}: demonstrations made by a policy with foresight. */
@Command(
        name = "collect",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Make PushT demonstrations: a policy plays in the simulator; near the goal, of several sampled chunks the "
                + "one is executed that covers most of it when tried out. Keeps the episodes that succeed, as a replay buffer "
                + "of poses and actions (pictures follow from poses).",
        footer = {"", "Example: dpros collect --policy models/pusht_image --seeds 500..799 -o a.zarr"})
public final class CollectCommand implements Callable<Integer> {
    @Option(names = "--policy", paramLabel = "PATH", required = true, description = "LeRobot directory or diffusion_policy .ckpt")
    private Path policy;

    @Option(names = "--seeds", paramLabel = "A..B", required = true, description = "first and last seed")
    private String seeds;

    @Option(names = {"-o", "--output"}, converter = OutputTarget.OfFolder.class, paramLabel = "DIR", required = true,
            description = "replay buffer to write, *.zarr")
    private Path output;

    @Option(names = "--samples", converter = Numbers.Count.class, paramLabel = "K", defaultValue = "8",
            description = "chunks to choose from (default: ${DEFAULT-VALUE})")
    private int samples;

    @Mixin
    private SamplingOptions sampling = new SamplingOptions();

    @Option(names = "--action-steps", paramLabel = "N", description = "actions executed per chunk, Ta (default: the policy's)")
    private Integer actionSteps;

    @Option(names = "--max-steps", converter = Numbers.Count.class, paramLabel = "N", defaultValue = "300",
            description = "longest episode (default: ${DEFAULT-VALUE})")
    private int maxSteps;

    @Option(names = "--batch", converter = Numbers.Count.class, paramLabel = "N", defaultValue = "8",
            description = "episodes played at a time (default: ${DEFAULT-VALUE})")
    private int batch;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (Files.exists(output)) {
            throw InputException.of("--output", output.toString(), "a path that does not exist yet", "something there", "");
        }
        List<Long> range = EvalCommand.range("--seeds", seeds);
        SamplerSection section = sampling.asSection();
        try (Lifecycle lifecycle = Lifecycle.onSignals();
                DiffusionPolicy loaded = DiffusionPolicy.load(PolicyReader.read(policy), section.toOptions())) {
            int steps = actionSteps == null ? loaded.config().nActionSteps() : actionSteps;
            List<PushTCollection.Episode> episodes = play(loaded, steps, section.seed(), range);
            List<PushTCollection.Episode> kept = episodes.stream().filter(PushTCollection.Episode::success).toList();
            if (kept.isEmpty()) {
                throw InputException.of("--policy", policy.toString(), "at least one episode that succeeds", "none", "");
            }
            ZarrExporter.export(new CollectedDataset(kept), output, Progress.NONE);
            report(episodes, kept);
            return 0;
        }
    }

    private List<PushTCollection.Episode> play(DiffusionPolicy loaded, int steps, long noiseSeed, List<Long> range) {
        PushTCollection collection;
        try {
            collection = new PushTCollection(loaded,
                    new PushTCollection.Options(samples, steps, batch, maxSteps, noiseSeed));
        } catch (IllegalArgumentException e) {
            throw new InputException(e.getMessage(), e);
        }
        try (ConsoleProgress progress = new ConsoleProgress(spec)) {
            progress.begin("episodes", range.size());
            return collection.run(range, progress::reach);
        }
    }

    private void report(List<PushTCollection.Episode> episodes, List<PushTCollection.Episode> kept) {
        PrintWriter out = spec.commandLine().getOut();
        out.printf("%s: %d of %d episodes succeeded, mean max reward %.4f, %.0f steps on average, kept in %s%n", policy,
                kept.size(), episodes.size(), episodes.stream().mapToDouble(PushTCollection.Episode::maxReward).average().orElse(0),
                kept.stream().mapToInt(e -> e.actions().size()).average().orElse(0), output);
        out.flush();
    }
}
