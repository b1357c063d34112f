package dev.dpros.app.train;

import dev.dpros.config.TrainConfig;
import dev.dpros.core.InputException;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.inference.InferenceOptions;
import dev.dpros.training.PolicyTrainer;
import dev.dpros.training.PushTEvaluation;
import dev.dpros.training.data.Batch;
import dev.dpros.training.log.CsvLog;
import dev.dpros.training.log.TrainingLog;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** The steps of a training, with what is logged, evaluated and saved between them. One thread; {@link #stop} from any. */
public final class TrainingRun {
    private static final int LOG_EVERY = 20;
    private static final int ROLLOUTS_AT_ONCE = 25;

    private final TrainConfig config;
    private final PolicyTrainer trainer;
    private final List<Batch> held;
    private final TrainingFiles files;
    private volatile boolean stopping;

    /** A run that goes on where the trainer is. @param held held-out batches; may be none */
    public TrainingRun(TrainConfig config, PolicyTrainer trainer, List<Batch> held, TrainingFiles files) {
        this.config = config;
        this.trainer = trainer;
        this.held = held;
        this.files = files;
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
    public void run(PrintWriter messages) {
        try (TrainingLog log = new CsvLog(files.metrics(), trainer.state().steps())) {
            steps(log);
            log.flush();
            files.save(trainer.state(), trainer.averaged());
        }
        TrainingCurves.write(files.metrics(), files.curves());
        messages.printf(Locale.ROOT, "dpros: %s after %d of %d steps: %s%n", stopping ? "stopped" : "trained",
                trainer.state().steps(), config.steps(), files.lastPolicy());
        messages.flush();
    }

    private void steps(TrainingLog log) {
        double loss = 0;
        int counted = 0;
        try (ProgressBar bar = new ProgressBarBuilder().setTaskName("train").setInitialMax(config.steps())
                .startsFrom(trainer.state().steps(), Duration.ZERO).setStyle(ProgressBarStyle.ASCII)
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
                after(step, log);
            }
        }
    }

    private void after(long step, TrainingLog log) {
        boolean end = step == config.steps();
        if (!held.isEmpty() && (end || step % config.validation().everySteps() == 0)) {
            log.scalar("val_loss", step, trainer.validate(held));
        }
        if (config.evaluation().env() == TrainConfig.Env.PUSHT && (end || step % config.evaluation().everySteps() == 0)) {
            evaluate(step, trainer.averaged(), log);
        }
        if (!end && step % config.checkpoint().everySteps() == 0) {
            log.flush();
            files.save(trainer.state(), trainer.averaged());
        }
    }

    private void evaluate(long step, PolicyDefinition averaged, TrainingLog log) {
        TrainConfig.Evaluation evaluation = config.evaluation();
        try (DiffusionPolicy policy = DiffusionPolicy.load(averaged, InferenceOptions.DEFAULT)) {
            policy.useSampler(SchedulerConfig.Type.DDIM, evaluation.denoisingSteps());
            List<Long> seeds = LongStream.range(evaluation.firstSeed(), evaluation.firstSeed() + evaluation.episodes()).boxed().toList();
            List<PushTEvaluation.Episode> episodes = new PushTEvaluation(policy, averaged.config().nActionSteps(),
                    ROLLOUTS_AT_ONCE, PushTEvaluation.REFERENCE_STEPS, 0).run(seeds, done -> { });
            double score = episodes.stream().mapToDouble(PushTEvaluation.Episode::maxReward).average().orElse(0);
            episodes.forEach(e -> log.scalar("test/sim_max_reward_" + e.seed(), step, e.maxReward()));
            log.scalar("test/mean_score", step, score);
            if (config.checkpoint().keepBest() > 0) {
                files.keepBest(averaged, score, config.checkpoint().keepBest());
            }
        }
    }
}
