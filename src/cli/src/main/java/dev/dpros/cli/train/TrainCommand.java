package dev.dpros.cli.train;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.dpros.checkpoint.BackboneWeights;
import dev.dpros.checkpoint.ExpectedTensors;
import dev.dpros.checkpoint.ForeignTraining;
import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.cli.options.ConsoleProgress;
import dev.dpros.cli.options.DatasetFormat;
import dev.dpros.cli.options.EpisodeChoice;
import dev.dpros.cli.options.OutputTarget;
import dev.dpros.cli.options.StampOptions;
import dev.dpros.cli.options.Verbosity;
import dev.dpros.config.Layer;
import dev.dpros.config.OptionLayer;
import dev.dpros.config.TrainConfig;
import dev.dpros.core.InputException;
import dev.dpros.core.NearestName;
import dev.dpros.core.TensorData;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.JournalDataset;
import dev.dpros.datasets.SelectedEpisodes;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.inference.torchscript.Arithmetic;
import dev.dpros.node.record.RosMessageReaders;
import dev.dpros.process.Archive;
import dev.dpros.process.Lifecycle;
import dev.dpros.training.ActionError;
import dev.dpros.training.CachedCoordinates;
import dev.dpros.training.DiffusionObjective;
import dev.dpros.training.InitialWeights;
import dev.dpros.training.LearningRate;
import dev.dpros.training.Objective;
import dev.dpros.training.PolicyTrainer;
import dev.dpros.training.data.BatchSource;
import dev.dpros.training.engine.OptimizerConfig;
import dev.dpros.training.engine.WeightDecay;
import dev.dpros.training.pusht.PoseObjective;
import dev.dpros.training.run.EpochReport;
import dev.dpros.training.run.TrainingData;
import dev.dpros.training.run.TrainingFiles;
import dev.dpros.training.run.TrainingRun;
import dev.dpros.training.run.TrainingSettings;
import dev.dpros.training.run.TrainingSummary;
import dev.dpros.transports.Transports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dpros train}: a policy from demonstrations. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Train a diffusion policy on demonstrations: replay buffers (*.zarr), LeRobotDatasets, HDF5 of robomimic or "
                + "ALOHA, or recordings. The output directory holds "
                + "the newest policy (last), the best ones (best), metrics.csv, and all that is needed to go on after an "
                + "interruption: the same command with --resume.",
        footer = {"", "Example: dpros train --config training/quick.yaml --output runs/quick",
            "Then:    dpros run --config robot.yaml --policy runs/quick/last"})
public final class TrainCommand implements Callable<Integer> {
    private static final int SAVE_MS = 1_700;
    private static final int INTERRUPTED = 130;

    @Option(names = "--config", paramLabel = "FILE", required = true, description = "training configuration (docs/training.md), or "
            + "diffusion_policy's YAML, LeRobot's train_config.json, or the folder of a run of theirs")
    private Path file;

    @Option(names = {"-o", "--output"}, converter = OutputTarget.OfFolder.class, paramLabel = "DIR", required = true,
            description = "directory of the training")
    private Path output;

    @Option(names = "--resume", description = "go on with the training in the output directory")
    private boolean resume;

    @Option(names = "--set", paramLabel = "KEY=VALUE",
            description = "override a key of the configuration, such as optimizer.lr=0.001; slashes where a name has dots: "
                    + "columns/observation.state/from=state")
    private Map<String, String> overrides = new LinkedHashMap<>();

    @Mixin
    private EpisodeChoice choice;

    @Mixin
    private StampOptions stamps;

    @Spec
    private CommandSpec spec;

    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile TrainingRun run;

    @Override
    public Integer call() throws Exception {
        Archive.requireWhole("train");
        file = ForeignTraining.within(file);
        TrainingSettings settings = TrainingSettings.read(file, layer(overrides), this::open);
        TrainConfig.Result result = settings.result();
        TrainConfig config = result.config();
        PolicyConfig policy = PolicyReader.architecture(config.policy());
        String inForce = new YAMLMapper().writeValueAsString(result.inForce());
        TrainingFiles files = files(inForce);
        if (!settings.ignored().isEmpty()) {
            Verbosity.warn(spec, file + ": without effect: " + String.join(", ", settings.ignored()));
        }
        try (Lifecycle lifecycle = Lifecycle.onSignals()) {
            lifecycle.own(this::stopAndSave);
            List<PolicyDefinition> earlier = config.initial().stream().map(PolicyReader::read).toList();
            try (TrainingData data = new TrainingData(config, policy, earlier, output, this::source)) {
                if (!resume) {
                    files.begin(inForce); // now that the data are read: an empty training would be in the way of the next try
                }
                train(config, policy, earlier, data, files);
            } finally {
                ended.countDown();
            }
            return run.stopped() ? INTERRUPTED : 0;
        }
    }

    private void train(TrainConfig config, PolicyConfig policy, List<PolicyDefinition> earlier, TrainingData data, TrainingFiles files) {
        PolicyDefinition initial = new PolicyDefinition(policy, weights(config, policy, earlier), data.normalizers(), "initial");
        Predicate<String> learns = learns(config.frozen(), initial.weights().keySet());
        boolean cached = config.objective() != TrainConfig.Objective.POSE && CachedCoordinates.apply(initial, learns);
        ActionError actionError = config.objective() == TrainConfig.Objective.POSE ? null : new ActionError(data.recorded());
        if (cached) {
            data.cacheCoordinates(initial);
        }
        Objective objective = objective(config, policy, cached); // refuses a policy that it does not fit
        BatchSource batches = data.training();
        try (PolicyTrainer trainer = new PolicyTrainer(initial, objective, batches, options(config, policy, learns))) {
            if (resume) {
                files.restore(trainer.state());
                trainer.resume();
            }
            TrainingSummary.of(config, data, batches, trainer.state(), parameters(initial)).forEach(line -> Verbosity.tell(spec, line));
            run = new TrainingRun(config, trainer, data.heldOut(), actionError, files, report(config, data, batches));
            try (ConsoleProgress progress = new ConsoleProgress(spec)) {
                run.run(progress, spec.commandLine().getErr());
            }
        } finally {
            ended.countDown();
        }
        if (!run.stopped() && data.cache() != null && config.cache().folder() == null) {
            data.cache().delete(); // nobody resumes what is done
        }
    }

    private EpochReport report(TrainConfig config, TrainingData data, BatchSource batches) {
        int micro = config.loader().microBatches();
        return data.cache() == null ? null : new EpochReport(data.cache().counts(), Math.max(1, (batches.batchesPerEpoch() + micro - 1) / micro),
                System::nanoTime, line -> Verbosity.tell(spec, line));
    }

    /** Opens a data set; the first time says what of it is left out, later takes the same episodes again, on whichever thread. */
    private Supplier<EpisodeDataset> source(Path path) {
        AtomicReference<SelectedEpisodes> chosen = new AtomicReference<>();
        return () -> {
            EpisodeDataset opened = open(path);
            if (chosen.get() == null) {
                chosen.set(choice.of(opened, line -> Verbosity.warn(spec, line)));
                return chosen.get();
            }
            return chosen.get().on(opened);
        };
    }

    /** A signal ends the training after the step at hand; what may be lost otherwise is what came after the last saved state. */
    private void stopAndSave() throws InterruptedException {
        TrainingRun running = run;
        if (running != null) {
            running.stop();
        }
        ended.await(SAVE_MS, TimeUnit.MILLISECONDS);
    }

    /** {@code a.b=1}; values are YAML. */
    private static Layer layer(Map<String, String> pairs) {
        OptionLayer options = new OptionLayer();
        pairs.forEach((key, value) -> options.put("--set " + key, TrainConfig.value("--set " + key, value),
                key.split(key.contains("/") ? "/" : "\\.")));
        return options.layer();
    }

    private TrainingFiles files(String yaml) throws IOException {
        TrainingFiles files = new TrainingFiles(output);
        if (!resume) {
            if (files.started()) {
                throw InputException.of("--output", output.toString(), "a new directory", "a training",
                        "go on with --resume, or choose another");
            }
        } else if (!files.started()) {
            throw InputException.of("--resume", output.toString(), "a training that was saved", "none", "");
        } else if (!Files.readString(files.configuration()).equals(yaml) && !inForce(files.configuration()).equals(yaml)) {
            throw InputException.of("--resume", file.toString(), "the configuration of the training (" + files.configuration() + ")",
                    "another", "train anew into another directory");
        }
        return files;
    }

    /** What was in force, with the defaults of keys that came later. */
    private static String inForce(Path configuration) throws IOException {
        return new YAMLMapper().writeValueAsString(TrainConfig.read(configuration, new OptionLayer().layer()).inForce());
    }

    private EpisodeDataset open(Path path) {
        if (!Files.exists(path)) {
            throw InputException.of("datasets", path.toString(), "a replay buffer (*.zarr), a LeRobotDataset, an HDF5 file or a recording directory", "nothing",
                    "give it with --set datasets=[PATH]");
        }
        return DatasetFormat.open(path, null, recording -> JournalDataset.open(recording, null, new RosMessageReaders(Transports::recorded), stamps.bounds()));
    }

    /** Drawn, then what earlier policies have, then what was published of the backbone; a training that goes on has its own. */
    private Map<String, TensorData> weights(TrainConfig config, PolicyConfig policy, List<PolicyDefinition> earlier) {
        Map<String, TensorData> weights = InitialWeights.of(ExpectedTensors.of(policy), config.seed(), earlier);
        if (config.backboneWeights() != null && !resume) {
            weights.putAll(BackboneWeights.read(config.backboneWeights(), policy));
        }
        return weights;
    }

    private static long parameters(PolicyDefinition policy) {
        return policy.weights().values().stream().mapToLong(tensor -> tensor.shape().stream().reduce(1L, Math::multiplyExact)).sum();
    }

    /** Which tensors are trained. @throws InputException if a prefix names none */
    private static Predicate<String> learns(List<String> frozen, Set<String> names) {
        for (String prefix : frozen) {
            if (names.stream().noneMatch(name -> name.startsWith(prefix))) {
                throw new InputException("frozen: '" + prefix + "': no tensor's name begins so" + NearestName.hint(prefix,
                        names.stream().map(name -> name.substring(0, name.lastIndexOf('.'))).distinct().sorted().toList()));
            }
        }
        return name -> frozen.stream().noneMatch(name::startsWith);
    }

    private static Objective objective(TrainConfig config, PolicyConfig policy, boolean cached) {
        if (config.objective() == TrainConfig.Objective.POSE) {
            return new PoseObjective(policy);
        }
        DiffusionObjective.Kind kind = config.objective() == TrainConfig.Objective.REGRESSION ? DiffusionObjective.Kind.REGRESSION
                : DiffusionObjective.Kind.DENOISING;
        return new DiffusionObjective(policy, new DiffusionObjective.Options(kind, config.loader().maskPadding(), cached,
                Arithmetic.valueOf(config.precision().name())));
    }

    /** A transformer's matrices alone decay, as its reference has it; of a UNet everything does. */
    private static WeightDecay decay(TrainConfig config, PolicyConfig policy) {
        TrainConfig.Optimizer o = config.optimizer();
        double encoder = o.encoderWeightDecay() == null ? o.weightDecay() : o.encoderWeightDecay();
        return policy.transformer() != null ? WeightDecay.transformer(o.weightDecay(), encoder)
                : WeightDecay.parts(o.weightDecay(), encoder);
    }

    private static PolicyTrainer.Options options(TrainConfig config, PolicyConfig policy, Predicate<String> learns) {
        TrainConfig.Optimizer o = config.optimizer();
        try {
            OptimizerConfig.EmaConfig ema = o.emaPower() == 0 ? null : new OptimizerConfig.EmaConfig(o.ema().updateAfterStep(),
                    o.ema().invGamma(), o.emaPower(), o.ema().minValue(), o.ema().maxValue());
            return new PolicyTrainer.Options(
                    new OptimizerConfig(o.lr(), o.betas().get(0), o.betas().get(1), o.eps(), decay(config, policy), o.clipNorm(), ema),
                    new LearningRate(o.lr(), LearningRate.Shape.valueOf(o.schedule().name()), o.warmUpSteps(), config.steps()),
                    learns, config.loader().microBatches(), config.seed(), config.threads());
        } catch (IllegalArgumentException e) {
            throw new InputException(e.getMessage(), e);
        }
    }
}
