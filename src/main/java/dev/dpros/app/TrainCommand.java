package dev.dpros.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.dpros.app.train.TrainingCurves;
import dev.dpros.app.train.TrainingData;
import dev.dpros.app.train.TrainingFiles;
import dev.dpros.checkpoint.ExpectedTensors;
import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.config.TrainConfig;
import dev.dpros.core.InputException;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.inference.InferenceOptions;
import dev.dpros.inference.torchscript.Arithmetic;
import dev.dpros.recording.dataset.EpisodeDataset;
import dev.dpros.recording.dataset.JournalDataset;
import dev.dpros.recording.zarr.ZarrDataset;
import dev.dpros.training.DiffusionTrainer;
import dev.dpros.training.InitialWeights;
import dev.dpros.training.LearningRate;
import dev.dpros.training.PushTEvaluation;
import dev.dpros.training.data.Batch;
import dev.dpros.training.engine.OptimizerConfig;
import dev.dpros.training.log.CsvLog;
import dev.dpros.training.log.TrainingLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dpros train}: a policy from demonstrations. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Train a diffusion policy on demonstrations: replay buffers (*.zarr) or recordings. The output directory holds "
                + "the newest policy (last), the best ones (best), metrics.csv, and all that is needed to go on after an "
                + "interruption: the same command with --resume.",
        footer = {"", "Example: dpros train --config models/recipes/pusht_keypoints.yaml --output runs/keypoints",
            "Then:    dpros eval --policy runs/keypoints/last"})
final class TrainCommand implements Callable<Integer> {
    private static final int LOG_EVERY = 20;
    private static final int SAVE_MS = 1_700;
    private static final int INTERRUPTED = 130;

    @Option(names = "--config", paramLabel = "FILE", required = true, description = "training configuration (docs/training.md)")
    private Path file;

    @Option(names = {"-o", "--output"}, paramLabel = "DIR", required = true, description = "directory of the training")
    private Path output;

    @Option(names = "--resume", description = "go on with the training in the output directory")
    private boolean resume;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "override a key of the configuration, such as optimizer.lr=0.001; slashes where a name has dots: "
                    + "columns/observation.state/from=state")
    private Map<String, String> overrides = new LinkedHashMap<>();

    @Spec
    private CommandSpec spec;

    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean stopping;

    @Override
    public Integer call() throws Exception {
        TrainConfig.Result result = TrainConfig.read(file, tree(overrides));
        TrainConfig config = result.config();
        PolicyConfig policy = PolicyReader.architecture(config.policy());
        TrainingFiles files = files(result.inForce());
        try (Lifecycle lifecycle = Lifecycle.onSignals()) {
            lifecycle.own(this::stopAndSave);
            TrainingData data = new TrainingData(config, policy, TrainCommand::open);
            PolicyDefinition initial = new PolicyDefinition(policy, InitialWeights.of(ExpectedTensors.of(policy), config.seed()),
                    data.normalizers(), "initial");
            try (DiffusionTrainer trainer = new DiffusionTrainer(initial, data.training(), options(config))) {
                if (resume) {
                    files.restore(trainer.state());
                    trainer.resume();
                }
                try (TrainingLog log = new CsvLog(files.metrics(), trainer.state().steps())) {
                    train(config, trainer, data.heldOut(), files, log);
                } finally {
                    ended.countDown();
                }
            }
            return stopping ? INTERRUPTED : 0;
        }
    }

    /** A signal ends the training after the step at hand; what may be lost otherwise is what came after the last saved state. */
    private void stopAndSave() throws InterruptedException {
        stopping = true;
        ended.await(SAVE_MS, TimeUnit.MILLISECONDS);
    }

    /** {@code a.b=1} as a tree; values are YAML. */
    private static Map<String, Object> tree(Map<String, String> pairs) {
        Map<String, Object> root = new LinkedHashMap<>();
        pairs.forEach((key, value) -> {
            Map<String, Object> at = root;
            String[] parts = key.split(key.contains("/") ? "/" : "\\.");
            for (int i = 0; i < parts.length - 1; i++) {
                @SuppressWarnings("unchecked")
                Map<String, Object> inner = (Map<String, Object>) at.computeIfAbsent(parts[i], k -> new LinkedHashMap<String, Object>());
                at = inner;
            }
            try {
                at.put(parts[parts.length - 1], new YAMLMapper().readValue(value, Object.class));
            } catch (JsonProcessingException e) {
                throw InputException.of("--set", key, "a YAML value", value, "");
            }
        });
        return root;
    }

    private TrainingFiles files(Map<String, Object> inForce) throws IOException {
        TrainingFiles files = new TrainingFiles(output);
        String yaml = new YAMLMapper().writeValueAsString(inForce);
        if (!resume) {
            if (files.started()) {
                throw InputException.of("--output", output.toString(), "a new directory", "a training",
                        "go on with --resume, or choose another");
            }
            Files.writeString(files.configuration(), yaml);
        } else if (!files.started()) {
            throw InputException.of("--resume", output.toString(), "a training that was saved", "none", "");
        } else if (!Files.readString(files.configuration()).equals(yaml)) {
            throw InputException.of("--resume", file.toString(), "the configuration of the training (" + files.configuration() + ")",
                    "another", "train anew into another directory");
        }
        return files;
    }

    private static EpisodeDataset open(Path path) {
        if (!Files.exists(path)) {
            throw InputException.of("datasets", path.toString(), "a replay buffer (*.zarr) or a recording directory", "nothing", "");
        }
        return Files.exists(path.resolve("meta/episode_ends/.zarray")) ? ZarrDataset.open(path, 10)
                : JournalDataset.open(path, null, new RosMessageReaders());
    }

    private static DiffusionTrainer.Options options(TrainConfig config) {
        TrainConfig.Optimizer o = config.optimizer();
        OptimizerConfig.EmaConfig ema = o.emaPower() == 0 ? null : new OptimizerConfig.EmaConfig(0, 1, o.emaPower(), 0, 0.9999);
        try {
            return new DiffusionTrainer.Options(
                    new OptimizerConfig(o.lr(), o.betas().get(0), o.betas().get(1), o.eps(), o.weightDecay(), o.clipNorm(), ema),
                    new LearningRate(o.lr(), LearningRate.Shape.valueOf(o.schedule().name()), o.warmUpSteps(), config.steps()),
                    config.loader().microBatches(), config.loader().maskPadding(), config.seed(),
                    Arithmetic.valueOf(config.precision().name()), config.threads());
        } catch (IllegalArgumentException e) {
            throw new InputException(e.getMessage(), e);
        }
    }

    private void train(TrainConfig config, DiffusionTrainer trainer, List<Batch> held, TrainingFiles files, TrainingLog log) {
        double loss = 0;
        int counted = 0;
        try (ProgressBar bar = new ProgressBarBuilder().setTaskName("train").setInitialMax(config.steps())
                .startsFrom(trainer.state().steps(), java.time.Duration.ZERO).setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(500).build()) {
            while (trainer.state().steps() < config.steps() && !stopping) {
                double rate = trainer.learningRate();
                float now = trainer.step();
                long step = trainer.state().steps();
                if (!Float.isFinite(now)) {
                    throw new InputException("train: the loss is " + now + " at step " + step + "; lower optimizer.lr or set "
                            + "optimizer.clip_norm (the last saved state is whole)");
                }
                loss += now;
                counted++;
                bar.stepTo(step);
                if (step % LOG_EVERY == 0) {
                    log.scalar("train_loss", step, loss / counted);
                    log.scalar("lr", step, rate);
                    bar.setExtraMessage(String.format(Locale.ROOT, " loss %.4f", loss / counted));
                    loss = 0;
                    counted = 0;
                }
                after(step, config, trainer, held, files, log);
            }
        }
        log.flush();
        files.save(trainer.state(), trainer.averaged());
        TrainingCurves.write(files.metrics(), files.curves());
        spec.commandLine().getErr().printf(Locale.ROOT, "dpros: %s after %d of %d steps: %s%n", stopping ? "stopped" : "trained",
                trainer.state().steps(), config.steps(), files.lastPolicy());
    }

    private static void after(long step, TrainConfig config, DiffusionTrainer trainer, List<Batch> held, TrainingFiles files,
            TrainingLog log) {
        boolean end = step == config.steps();
        if (!held.isEmpty() && (end || step % config.validation().everySteps() == 0)) {
            log.scalar("val_loss", step, trainer.validate(held));
        }
        if (config.evaluation().env() == TrainConfig.Env.PUSHT && (end || step % config.evaluation().everySteps() == 0)) {
            evaluate(step, config, trainer.averaged(), files, log);
        }
        if (!end && step % config.checkpoint().everySteps() == 0) {
            log.flush();
            files.save(trainer.state(), trainer.averaged());
        }
    }

    private static void evaluate(long step, TrainConfig config, PolicyDefinition averaged, TrainingFiles files, TrainingLog log) {
        TrainConfig.Evaluation evaluation = config.evaluation();
        try (DiffusionPolicy policy = DiffusionPolicy.load(averaged, InferenceOptions.DEFAULT)) {
            policy.useSampler(SchedulerConfig.Type.DDIM, evaluation.denoisingSteps());
            List<Long> seeds = LongStream.range(evaluation.firstSeed(), evaluation.firstSeed() + evaluation.episodes()).boxed().toList();
            List<PushTEvaluation.Episode> episodes = new PushTEvaluation(policy, averaged.config().nActionSteps(), 25,
                    PushTEvaluation.REFERENCE_STEPS, 0).run(seeds, done -> { });
            double score = episodes.stream().mapToDouble(PushTEvaluation.Episode::maxReward).average().orElse(0);
            episodes.forEach(e -> log.scalar("test/sim_max_reward_" + e.seed(), step, e.maxReward()));
            log.scalar("test/mean_score", step, score);
            if (config.checkpoint().keepBest() > 0) {
                files.keepBest(averaged, score, config.checkpoint().keepBest());
            }
        }
    }
}
