package dev.dpros.training.distill;

import dev.dpros.core.InputException;
import dev.dpros.diffusion.AlphaSchedule;
import dev.dpros.diffusion.NoiseScheduler;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.SchedulerConfig.BetaSchedule;
import dev.dpros.diffusion.SchedulerConfig.PredictionType;
import dev.dpros.diffusion.SchedulerConfig.Spacing;
import dev.dpros.diffusion.SchedulerConfig.Type;
import dev.dpros.diffusion.SchedulerConfig.Variance;
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
        if (teacher.scheduler().numTrainTimesteps() < 2 * teacherEvaluations) {
            throw InputException.of("policy", "num_train_timesteps", "at least " + 2 * teacherEvaluations + ", twice the teacher's evaluations",
                    String.valueOf(teacher.scheduler().numTrainTimesteps()), "is it a student, or a regression, already?");
        }
    }

    /**
     * What samples the student: the same flow in fewer steps, or DDIM on as many timesteps as it takes evaluations, where it predicts the
     * trajectory. LeRobot's own class samples it so, too.
     */
    public SchedulerConfig student() {
        SchedulerConfig t = teacher.scheduler();
        return t.flow() != null ? t.withSampling(Type.EULER, evaluations)
                : new SchedulerConfig(Type.DDIM, evaluations, BetaSchedule.SQUAREDCOS_CAP_V2, 1e-4, 0.02, PredictionType.SAMPLE, t.clipSample(),
                        t.clipSampleRange(), Variance.FIXED_SMALL, true, 0, 0, evaluations);
    }

    /** The tensors that the student learns: the denoising network's. What encodes observations stays the teacher's. */
    public static Predicate<String> learns() {
        return name -> name.startsWith("unet.") || name.startsWith("transformer.") || name.startsWith("noise_predictor.");
    }

    /** The teacher's way. @param elements of a batch of trajectories */
    NoiseScheduler follow(int elements) {
        SchedulerConfig t = teacher.scheduler();
        if (t.flow() != null) {
            return NoiseScheduler.of(t.withSampling(Type.EULER, teacherEvaluations), elements);
        }
        SchedulerConfig plain = new SchedulerConfig(Type.DDIM, t.numTrainTimesteps(), t.betaSchedule(), t.betaStart(), t.betaEnd(),
                t.predictionType(), t.clipSample(), t.clipSampleRange(), t.variance(), true, 0, 0, teacherEvaluations, Spacing.DIFFUSERS, null);
        return NoiseScheduler.of(plain, Timesteps.segments(plain, student(), teacherEvaluations / evaluations), elements);
    }

    /** What the student is told of the time at its k-th evaluation. */
    float time(int k) {
        return NoiseScheduler.of(student(), 1).time(k);
    }

    /**
     * What the student's network has to say at its k-th evaluation, as the clean trajectory of a loss without signal, so that its own scheduler leads from
     * a sample to another.
     *
     * @param from where the teacher's part begins
     * @param to where it ends
     * @param target filled
     */
    void target(int k, double[] from, double[] to, double[] target) {
        SchedulerConfig student = student();
        if (student.flow() != null) {
            double kept = 1 - student.flow().sigmaMin();
            for (int i = 0; i < target.length; i++) {
                target[i] = (to[i] - from[i]) * evaluations + kept * from[i];
            }
            return;
        }
        AlphaSchedule alphas = AlphaSchedule.of(student);
        int timestep = evaluations - 1 - k;
        double ratio = timestep == 0 ? 0 : (double) alphas.noiseRate(timestep - 1) / alphas.noiseRate(timestep);
        double signal = timestep == 0 ? 1 : alphas.signalRate(timestep - 1);
        double clip = student.clipSample() ? student.clipSampleRange() : Double.POSITIVE_INFINITY;
        for (int i = 0; i < target.length; i++) {
            double clean = (to[i] - ratio * from[i]) / (signal - ratio * alphas.signalRate(timestep));
            target[i] = Math.max(-clip, Math.min(clip, clean));
        }
    }
}
