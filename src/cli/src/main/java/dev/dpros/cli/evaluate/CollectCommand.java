package dev.dpros.cli.evaluate;

import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.cli.options.ConsoleProgress;
import dev.dpros.cli.options.Numbers;
import dev.dpros.cli.options.OutputTarget;
import dev.dpros.cli.options.SamplingOptions;
import dev.dpros.cli.options.Unfitting;
import dev.dpros.config.SamplerSection;
import dev.dpros.core.InputException;
import dev.dpros.core.Progress;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.lerobot.LerobotExporter;
import dev.dpros.datasets.zarr.ZarrExporter;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.process.Archive;
import dev.dpros.process.Lifecycle;
import dev.dpros.training.ArmDemonstrations;
import dev.dpros.training.CollectedDataset;
import dev.dpros.training.PushTCollection;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dpros collect}: demonstrations made in a simulated world, by a policy with foresight or by a script. */
@Command(
        name = "collect",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Make demonstrations. PushT: a policy plays in the simulator; near the goal, of several sampled chunks the "
                + "one is executed that covers most of it when tried out. Keeps the episodes that succeed, as a replay buffer "
                + "of poses and actions (pictures follow from poses). arm7: a script brings the arm's finger tips above a block; two "
                + "cameras of 160x120, seven joints, 40 steps at 10 Hz an episode, as a LeRobotDataset v3.0 or a replay buffer (*.zarr).",
        footer = {"", "Examples: dpros collect --policy models/pusht_image --seeds 500..799 -o a.zarr",
            "          dpros collect --world arm7 --seeds 0..49 -o datasets/reach"})
public final class CollectCommand implements Callable<Integer> {
    /** Simulated worlds. */
    enum World { /** The T. */ PUSHT, /** The seven-joint arm. */ ARM7 }

    private static final List<String> OF_POLICY = List.of("--policy", "--samples", "--action-steps", "--max-steps", "--batch", "--scheduler", "--steps",
            "--spacing", "--threads", "--device", "--precision", "--noise-seed");

    @Option(names = "--world", defaultValue = "pusht", paramLabel = "NAME", description = "pusht or arm7 (default: ${DEFAULT-VALUE})")
    private World world;

    @Option(names = "--policy", paramLabel = "PATH", description = "PushT: LeRobot directory or diffusion_policy .ckpt that plays")
    private @Nullable Path policy;

    @Option(names = "--seeds", paramLabel = "A..B", required = true, description = "first and last seed")
    private String seeds;

    @Option(names = {"-o", "--output"}, converter = OutputTarget.OfFolder.class, paramLabel = "DIR", required = true,
            description = "what to write: a replay buffer, *.zarr; of arm7 by any other name a LeRobotDataset")
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
        if (world == World.ARM7) {
            return demonstrations(range);
        }
        if (policy == null) {
            throw InputException.of("--policy", "checkpoint", "one that plays PushT", "none", "for instance models/pusht_image");
        }
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

    /** The arm's, which nobody has to play. */
    private int demonstrations(List<Long> range) {
        Unfitting.refuse(spec, OF_POLICY, "one that --world arm7 has", "a script makes its demonstrations");
        Archive.requireWhole("collect --world arm7");
        try (EpisodeDataset dataset = new ArmDemonstrations(range); ConsoleProgress progress = new ConsoleProgress(spec)) {
            if (output.toString().endsWith(".zarr")) {
                ZarrExporter.export(dataset, output, progress);
            } else {
                LerobotExporter.export(dataset, output, progress);
            }
        }
        spec.commandLine().getOut().printf("%d episodes of the arm, kept in %s%n", range.size(), output);
        spec.commandLine().getOut().flush();
        return 0;
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
