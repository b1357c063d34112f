package dev.dpros.training.run;

import dev.dpros.config.TrainConfig;
import dev.dpros.core.InputException;
import dev.dpros.core.Progress;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.inference.InferenceOptions;
import dev.dpros.training.ActionError;
import dev.dpros.training.PolicyTrainer;
import dev.dpros.training.PushTEvaluation;
import dev.dpros.training.PushTEvaluation.Episode;
import dev.dpros.training.data.Batch;
import dev.dpros.training.log.CsvLog;
import dev.dpros.training.log.TensorBoardLog;
import dev.dpros.training.log.TrainingLog;
import dev.dpros.training.pusht.RolloutGifs;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** The steps of a training, with what is logged, evaluated and saved between them. One thread; {@link #stop} from any. */
public final class TrainingRun {
    private static final int LOG_EVERY = 20;
    private static final int ROLLOUTS_AT_ONCE = 25;

    private final TrainConfig config;
    private final PolicyTrainer trainer;
    private final List<Batch> held;
    private final ActionError actionError;
    private final TrainingFiles files;
    private final EpochReport report;
    private volatile boolean stopping;

    /**
     * A run that goes on where the trainer is.
     *
     * @param held held-out batches; may be none
     * @param actionError of some demonstrations; null to sample no actions
     * @param report of a cache of pictures; null without one
     */
    public TrainingRun(TrainConfig config, PolicyTrainer trainer, List<Batch> held, ActionError actionError, TrainingFiles files,
            EpochReport report) {
        this.config = config;
        this.trainer = trainer;
        this.held = held;
        this.actionError = actionError;
        this.files = files;
        this.report = report;
    }

    /** Ends it after the step at hand. */
    public void stop() {
        stopping = true;
    }

    /** Whether {@link #stop} was called. */
    public boolean stopped() {
        return stopping;
    }

    /** Trains to the end, or until stopped; saves. @throws InputException if the loss is no number any more */
    public void run(Progress progress, PrintWriter messages) {
        long done = trainer.state().steps();
        try (TrainingLog log = new CsvLog(files.metrics(), done)
                .and(new TensorBoardLog(files.directory(), done, () -> System.currentTimeMillis() / 1e3))) {
            steps(log, progress);
            log.flush();
            files.save(trainer.state(), trainer.averaged());
        }
        TrainingCurves.write(files.metrics(), files.curves());
        messages.printf(Locale.ROOT, "dpros: %s after %d of %d steps: %s%n", stopping ? "stopped" : "trained",
                trainer.state().steps(), config.steps(), files.lastPolicy());
        messages.flush();
    }

    private void steps(TrainingLog log, Progress progress) {
        double loss = 0;
        int counted = 0;
        progress.begin("train", config.steps(), trainer.state().steps());
        if (report != null) {
            report.begin(trainer.state().steps());
        }
        while (trainer.state().steps() < config.steps() && !stopping) {
            double rate = trainer.learningRate();
            float now = trainer.step();
            long step = trainer.state().steps();
            if (!Float.isFinite(now)) {
                throw new InputException("train: the loss or its gradient is " + now + " at step " + step + "; lower optimizer.lr or set "
                        + "optimizer.clip_norm (the last saved state is whole)");
            }
            loss += now;
            counted++;
            progress.advance(1);
            if (report != null) {
                report.step(step);
            }
            if (step % LOG_EVERY == 0 || step == config.steps() || stopping) {
                log.scalar("train_loss", step, loss / counted);
                log.scalar("lr", step, rate);
                progress.note(String.format(Locale.ROOT, "loss %.4f, lr %.1e", loss / counted, rate)
                        + (report == null ? "" : ", " + report.word()));
                loss = 0;
                counted = 0;
            }
            after(step, log);
        }
        progress.end();
    }

    private void after(long step, TrainingLog log) {
        boolean end = step == config.steps();
        if (!held.isEmpty() && (end || step % config.validation().everySteps() == 0)) {
            log.scalar("val_loss", step, trainer.validate(held));
        }
        long sampleEvery = config.validation().sampleEverySteps();
        boolean sample = actionError != null && sampleEvery > 0 && (end || step % sampleEvery == 0);
        boolean evaluate = config.evaluation().env() == TrainConfig.Env.PUSHT
                && (end || step % config.evaluation().everySteps() == 0);
        if (sample || evaluate) {
            sampled(step, trainer.averaged(), sample, evaluate, log);
        }
        if (!end && config.checkpoint().everySteps() > 0 && step % config.checkpoint().everySteps() == 0) {
            log.flush();
            files.save(trainer.state(), trainer.averaged());
        }
    }

    private void sampled(long step, PolicyDefinition averaged, boolean sample, boolean evaluate, TrainingLog log) {
        try (DiffusionPolicy policy = DiffusionPolicy.load(averaged, InferenceOptions.DEFAULT)) {
            SchedulerConfig trained = averaged.config().scheduler();
            policy.useSampler(trained.type().flow() ? trained.type() : SchedulerConfig.Type.DDIM,
                    Math.min(config.evaluation().denoisingSteps(), trained.numTrainTimesteps()));
            if (sample) {
                log.scalar("train_action_mse_error", step,
                        actionError.of(policy, averaged.normalizers().get(averaged.config().action().key())));
            }
            if (evaluate) {
                evaluate(step, averaged, policy, log);
            }
        }
    }

    private void evaluate(long step, PolicyDefinition averaged, DiffusionPolicy policy, TrainingLog log) {
        TrainConfig.Evaluation evaluation = config.evaluation();
        List<Long> test = LongStream.range(evaluation.firstSeed(), evaluation.firstSeed() + evaluation.episodes()).boxed().toList();
        List<Long> seeds = Stream.concat(test.stream(), LongStream.range(0, evaluation.trainEpisodes()).boxed()).toList();
        Set<Long> drawn = Set.copyOf(test.subList(0, Math.min(evaluation.gifs(), test.size())));
        List<Episode> episodes;
        try (RolloutGifs gifs = new RolloutGifs(drawn, seed -> files.rollout(step, seed))) {
            episodes = new PushTEvaluation(policy, averaged.config().nActionSteps(), ROLLOUTS_AT_ONCE,
                    PushTEvaluation.REFERENCE_STEPS, 0).run(seeds, done -> { }, gifs);
        }
        double score = score("test", episodes.subList(0, test.size()), step, log);
        score("train", episodes.subList(test.size(), episodes.size()), step, log);
        if (config.checkpoint().keepBest() > 0) {
            files.keepBest(averaged, score, config.checkpoint().keepBest());
        }
    }

    private static double score(String set, List<Episode> episodes, long step, TrainingLog log) {
        episodes.forEach(e -> log.scalar(set + "/sim_max_reward_" + e.seed(), step, e.maxReward()));
        double score = episodes.stream().mapToDouble(Episode::maxReward).average().orElse(0);
        if (!episodes.isEmpty()) {
            log.scalar(set + "/mean_score", step, score);
        }
        return score;
    }
}
