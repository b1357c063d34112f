package dev.dpros.training.distill;

import dev.dpros.core.InputException;
import dev.dpros.diffusion.AlphaSchedule;
import dev.dpros.diffusion.NoiseScheduler;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.SchedulerConfig.PredictionType;
import dev.dpros.diffusion.Timesteps;
import dev.dpros.diffusion.TrajectoryConfig.Conditioning;
import java.util.function.Predicate;

/**
 * How a student follows its teacher (progressive distillation, Salimans and Ho 2022, in one stage): the teacher goes from noise to a trajectory
 * without drawing more noise; the student's k-th evaluation is to lead from where the teacher's k-th part begins to where it ends. Immutable.
 *
 * @param teacher the policy that is followed
 * @param evaluations of the student a chunk
 * @param teacherEvaluations of the teacher a chunk, a multiple of them
 */
public record Distillation(PolicyConfig teacher, int evaluations, int teacherEvaluations) {
    private static final int MOST = 8;
    private static final int MOST_OF_TEACHER = 64;

    /** @throws InputException if a number is out of bounds, or if the policy is none that can be followed */
    public Distillation {
        if (evaluations < 1 || evaluations > MOST) {
            throw InputException.of("--evaluations", "number", "1 to " + MOST, String.valueOf(evaluations), "");
        }
        if (teacherEvaluations <= evaluations || teacherEvaluations > MOST_OF_TEACHER || teacherEvaluations % evaluations != 0) {
            throw InputException.of("--teacher-evaluations", "number", "a multiple of --evaluations = " + evaluations + " above it, at most "
                    + MOST_OF_TEACHER, String.valueOf(teacherEvaluations), "");
        }
        if (teacher.conditionedBy(Conditioning.INPAINTING)) {
            throw InputException.of("policy", "trajectory.conditioning", "global or local", "inpainting", "such a policy is not distilled");
        }
        if (teacher.energy() != null) {
            throw InputException.of("policy", "network", "one that denoises", "IBC's energies", "such a policy is not distilled");
        }
        if (teacher.scheduler().numTrainTimesteps() < 2 * teacherEvaluations) {
            throw InputException.of("policy", "num_train_timesteps", "at least " + 2 * teacherEvaluations + ", twice the teacher's evaluations",
                    String.valueOf(teacher.scheduler().numTrainTimesteps()), "is it a student, or a regression, already?");
        }
    }

    /**
     * What samples the student: the same flow in fewer steps; or DDIM on fewer timesteps, the first of them at 90 %, where the teacher's own
     * network is a good beginning.
     */
    public SchedulerConfig student() {
        SchedulerConfig t = teacher.scheduler();
        return t.flow() != null ? t.withSampling(SchedulerConfig.Type.EULER, evaluations)
                : ddim(evaluations, Timesteps.first(t) - (evaluations - 1) * (t.numTrainTimesteps() / evaluations));
    }

    /** Deterministic DDIM for the teacher's network. */
    private SchedulerConfig ddim(int steps, int offset) {
        SchedulerConfig t = teacher.scheduler();
        return new SchedulerConfig(SchedulerConfig.Type.DDIM, t.numTrainTimesteps(), t.betaSchedule(), t.betaStart(), t.betaEnd(), t.predictionType(),
                t.clipSample(), t.clipSampleRange(), t.variance(), true, offset, 0, steps);
    }

    /** The tensors that the student learns: the denoising network's. What encodes observations stays the teacher's. */
    public static Predicate<String> learns() {
        return name -> name.startsWith("unet.") || name.startsWith("transformer.") || name.startsWith("noise_predictor.");
    }

    /** The teacher's way. @param elements of a batch of trajectories */
    NoiseScheduler follow(int elements) {
        SchedulerConfig t = teacher.scheduler();
        if (t.flow() != null) {
            return NoiseScheduler.of(t.withSampling(SchedulerConfig.Type.EULER, teacherEvaluations), elements);
        }
        return NoiseScheduler.of(ddim(teacherEvaluations, 0), Timesteps.segments(t, Timesteps.of(student()),
                teacherEvaluations / evaluations), elements);
    }

    /**
     * A lesson of one value: a clean trajectory and noise of which the student's sample is made at its k-th evaluation, so that a network that predicts
     * them makes its scheduler lead to where the teacher's part ends.
     *
     * @param time of which the student's network is told
     * @param signal the factor of the clean trajectory in the sample
     * @param level the factor of the noise
     * @param nextSignal the same in the sample that follows
     * @param nextLevel the same of the noise
     */
    record Moment(float time, double signal, double level, double nextSignal, double nextLevel) {
        /** The clean trajectory. @param from the student's sample @param to where it is to lead */
        double clean(double from, double to) {
            double ratio = nextLevel / level;
            return (to - ratio * from) / (nextSignal - ratio * signal);
        }

        /** The noise that belongs to it. */
        double noise(double from, double clean) {
            return (from - signal * clean) / level;
        }

        /** How far the sample that follows moves with what a network says of this type. */
        double reach(PredictionType predicts) {
            return switch (predicts) {
                case EPSILON -> nextLevel - nextSignal * level / signal;
                case SAMPLE -> nextSignal - nextLevel * signal / level;
                case V_PREDICTION -> nextLevel * signal - nextSignal * level;
                case VELOCITY -> 1;
            };
        }
    }

    /** The student's k-th evaluation. */
    Moment moment(int k) {
        SchedulerConfig student = student();
        NoiseScheduler scheduler = NoiseScheduler.of(student, 1);
        boolean last = k == evaluations - 1;
        if (student.flow() != null) {
            double time = scheduler.time(k);
            double next = last ? 1 : scheduler.time(k + 1);
            return new Moment((float) time, time, student.flow().noiseRate(time), next, student.flow().noiseRate(next));
        }
        AlphaSchedule alphas = AlphaSchedule.of(student);
        int now = scheduler.timestep(k);
        int next = last ? 0 : scheduler.timestep(k + 1);
        return new Moment(scheduler.time(k), alphas.signalRate(now), alphas.noiseRate(now), last ? 1 : alphas.signalRate(next),
                last ? 0 : alphas.noiseRate(next));
    }
}
