package dev.dpros.cli.train;

import dev.dpros.cli.options.ConsoleProgress;
import dev.dpros.cli.options.DatasetFormat;
import dev.dpros.cli.options.EpisodeChoice;
import dev.dpros.cli.options.StampOptions;
import dev.dpros.cli.options.Verbosity;
import dev.dpros.config.Layer;
import dev.dpros.config.OptionLayer;
import dev.dpros.config.TrainConfig;
import dev.dpros.core.InputException;
import dev.dpros.datasets.EpisodeDataset;
import dev.dpros.datasets.JournalDataset;
import dev.dpros.datasets.SelectedEpisodes;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.node.record.RosMessageReaders;
import dev.dpros.process.Lifecycle;
import dev.dpros.training.ActionError;
import dev.dpros.training.LearningRate;
import dev.dpros.training.PolicyTrainer;
import dev.dpros.training.data.Batch;
import dev.dpros.training.engine.OptimizerConfig;
import dev.dpros.training.engine.WeightDecay;
import dev.dpros.training.run.EpochReport;
import dev.dpros.training.run.TrainingData;
import dev.dpros.training.run.TrainingFiles;
import dev.dpros.training.run.TrainingRun;
import dev.dpros.training.run.TrainingSummary;
import dev.dpros.transports.Transports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;

/** A training in its directory, as the commands that train begin or resume, run, and end it. One thread; a signal ends it from another. */
final class TrainingSession {
    private static final int SAVE_MS = 1_700;
    private static final int INTERRUPTED = 130;

    private final CommandSpec spec;
    private final boolean resume;
    private final TrainingFiles files;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile TrainingRun run;

    /**
     * Makes nothing yet.
     *
     * @param options the command's
     * @param yaml the configuration in force
     * @param source where it is from, for messages
     * @param completed a stored configuration with the defaults of keys that came later
     * @throws InputException if the directory holds a training and is not to go on, or none, or another one, and is
     */
    TrainingSession(CommandSpec spec, TrainingOptions options, String yaml, String source, Function<Path, String> completed)
            throws IOException {
        this.spec = spec;
        resume = options.resumes();
        files = new TrainingFiles(options.output());
        if (!resume) {
            if (files.started()) {
                throw InputException.of("--output", options.output().toString(), "a new directory", "a training",
                        "go on with --resume, or choose another");
            }
        } else if (!files.started()) {
            throw InputException.of("--resume", options.output().toString(), "a training that was saved", "none", "");
        } else if (!Files.readString(files.configuration()).equals(yaml) && !completed.apply(files.configuration()).equals(yaml)) {
            throw InputException.of("--resume", source, "the configuration of the training (" + files.configuration() + ")",
                    "another", "train anew into another directory");
        }
    }

    /**
     * What is trained.
     *
     * @param trainer that has not begun
     * @param held held-out batches, as it takes them
     * @param actionError null to sample no actions
     * @param parameters of the whole network
     * @param teacher hash of the policy that is followed, or empty
     */
    record Training(PolicyTrainer trainer, List<Batch> held, ActionError actionError, long parameters, String teacher) {}

    /**
     * Runs it to its end, or until a signal.
     *
     * @param data reads the data, before anything is written
     * @param yaml the configuration in force
     * @param training makes what is trained of the data; keeps nothing of the first weights
     * @return exit code
     */
    int run(TrainConfig config, String yaml, Supplier<TrainingData> data, Function<TrainingData, Training> training) throws Exception {
        try (Lifecycle lifecycle = Lifecycle.onSignals()) {
            lifecycle.own(this::stopAndSave);
            try (TrainingData read = data.get()) {
                if (!resume) {
                    files.begin(yaml); // now that the data are read: an empty training would be in the way of the next try
                }
                train(config, read, training.apply(read));
                if (!run.stopped() && read.cache() != null && config.cache().folder() == null) {
                    read.cache().delete(); // nobody resumes what is done
                }
            } finally {
                ended.countDown();
            }
            return run.stopped() ? INTERRUPTED : 0;
        }
    }

    private void train(TrainConfig config, TrainingData data, Training made) throws IOException {
        try (PolicyTrainer trainer = made.trainer) {
            files.origin((trainer.origin() + " " + made.teacher).strip(), resume);
            System.gc(); // the values that the network began with lie outside the heap, which nothing else would collect soon
            if (resume) {
                files.restore(trainer.state());
                trainer.resume();
            }
            TrainingSummary.of(config, data, trainer, made.parameters).forEach(line -> Verbosity.tell(spec, line));
            run = new TrainingRun(config, trainer, made.held, made.actionError, files, report(config, data, trainer));
            try (ConsoleProgress progress = new ConsoleProgress(spec)) {
                run.run(progress, spec.commandLine().getErr());
            }
        } finally {
            ended.countDown();
        }
    }

    private EpochReport report(TrainConfig config, TrainingData data, PolicyTrainer trainer) {
        int micro = config.loader().microBatches();
        return data.cache() == null ? null : new EpochReport(data.cache().counts(), Math.max(1, (trainer.batchesPerEpoch() + micro - 1) / micro),
                System::nanoTime, line -> Verbosity.tell(spec, line));
    }

    /** Opens a data set; the first time says what of it is left out, later takes the same episodes again, on whichever thread. */
    Supplier<EpisodeDataset> source(Supplier<EpisodeDataset> open, EpisodeChoice choice) {
        AtomicReference<SelectedEpisodes> chosen = new AtomicReference<>();
        return () -> {
            EpisodeDataset opened = open.get();
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
    static Layer layer(Map<String, String> pairs) {
        OptionLayer options = new OptionLayer();
        pairs.forEach((key, value) -> options.put("--set " + key, TrainConfig.value("--set " + key, value),
                key.split(key.contains("/") ? "/" : "\\.")));
        return options.layer();
    }

    /** Opens a data set of any kind. @param remedy what to do if there is none @throws InputException if there is none */
    static EpisodeDataset open(Path path, String remedy, StampOptions stamps) {
        if (!Files.exists(path)) {
            throw InputException.of("datasets", path.toString(), "a replay buffer (*.zarr), a LeRobotDataset, an HDF5 file or a recording directory",
                    "nothing", remedy);
        }
        return DatasetFormat.open(path, null, recording -> JournalDataset.open(recording, null, new RosMessageReaders(Transports::recorded), stamps.bounds()));
    }

    /** With AdamW a transformer's matrices alone decay, as its reference has it; of a UNet everything does, and with Adam. */
    private static WeightDecay decay(TrainConfig config, PolicyConfig policy) {
        TrainConfig.Optimizer o = config.optimizer();
        if (o.type() == TrainConfig.OptimizerType.ADAM) {
            return WeightDecay.inGradient(o.weightDecay());
        }
        double encoder = o.encoderWeightDecay() == null ? o.weightDecay() : o.encoderWeightDecay();
        return policy.transformer() != null ? WeightDecay.transformer(o.weightDecay(), encoder)
                : WeightDecay.parts(o.weightDecay(), encoder);
    }

    /** A trainer's options. @param learns which tensors are trained @throws InputException if a value is out of bounds */
    static PolicyTrainer.Options options(TrainConfig config, PolicyConfig policy, Predicate<String> learns) {
        TrainConfig.Optimizer o = config.optimizer();
        try {
            OptimizerConfig.EmaConfig ema = o.emaPower() == 0 ? null : new OptimizerConfig.EmaConfig(o.ema().updateAfterStep(),
                    o.ema().invGamma(), o.emaPower(), o.ema().minValue(), o.ema().maxValue());
            return new PolicyTrainer.Options(
                    new OptimizerConfig(o.lr(), o.betas().get(0), o.betas().get(1), o.eps(), decay(config, policy), o.clipNorm(), ema,
                            o.encoderLrFactor()),
                    new LearningRate(o.lr(), LearningRate.Shape.valueOf(o.schedule().name()), o.warmUpSteps(), config.steps()),
                    learns, config.loader().microBatches(), config.seed(), config.threads());
        } catch (IllegalArgumentException e) {
            throw new InputException(e.getMessage(), e);
        }
    }
}
