package dev.dpros.training.distill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.core.InputException;
import dev.dpros.diffusion.EnergyConfig;
import dev.dpros.diffusion.FlowConfig;
import dev.dpros.diffusion.NoiseScheduler;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.SchedulerConfig.BetaSchedule;
import dev.dpros.diffusion.SchedulerConfig.PredictionType;
import dev.dpros.diffusion.SchedulerConfig.Type;
import dev.dpros.diffusion.SchedulerConfig.Variance;
import dev.dpros.diffusion.UnetConfig;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DistillationTest {
    static SchedulerConfig denoising(int timesteps, PredictionType predicts) {
        return new SchedulerConfig(Type.DDPM, timesteps, BetaSchedule.SQUAREDCOS_CAP_V2, 1e-4, 0.02, predicts, true, 1, Variance.FIXED_SMALL,
                true, 0, 0, timesteps);
    }

    static PolicyConfig policy(SchedulerConfig scheduler) {
        return new PolicyConfig(2, 8, 4, List.of(FeatureSpec.of("observation.state", Kind.STATE, 2)),
                FeatureSpec.of("action", Kind.ACTION, 2), new UnetConfig(List.of(16, 32), 3, 8, 16, true), null, scheduler);
    }

    static Stream<SchedulerConfig> schedulers() {
        return Stream.concat(Stream.of(PredictionType.EPSILON, PredictionType.SAMPLE, PredictionType.V_PREDICTION).map(p -> denoising(100, p)),
                Stream.of(SchedulerConfig.flow(Type.RK4, 10, 100, FlowConfig.DEFAULT)));
    }

    /** Whatever the number of iterations of its search. */
    @Test
    void shouldRefuseEnergies() {
        PolicyConfig ibc = new PolicyConfig(2, 8, 4, List.of(FeatureSpec.of("obs", Kind.STATE, 2)), FeatureSpec.of("action", Kind.ACTION, 2),
                new EnergyConfig(16, 0, 4, 8, true), null, EnergyConfig.search(32), EnergyConfig.TRAJECTORY);

        assertTrue(assertThrows(InputException.class, () -> new Distillation(ibc, 1, 8)).getMessage().contains("IBC"));
    }

    /** A network that says what the lesson has makes the student's own scheduler lead where the teacher's part ends. */
    @ParameterizedTest
    @MethodSource("schedulers")
    void shouldLeadTheStudentWhereTheTeacherWent(SchedulerConfig scheduler) {
        for (int evaluations : new int[] {1, 2, 4}) {
            Distillation distillation = new Distillation(policy(scheduler), evaluations, 8);
            NoiseScheduler student = NoiseScheduler.of(distillation.student(), 1);
            assertEquals(evaluations, student.steps());
            for (int k = 0; k < evaluations; k++) {
                Distillation.Moment moment = distillation.moment(k);
                double to = 0.35 * moment.nextSignal() + 0.88 * moment.nextLevel();
                double from = 0.3 * moment.signal() + 0.9 * moment.level();
                double clean = moment.clean(from, to);
                double noise = moment.noise(from, clean);
                assertEquals(student.time(k), moment.time());
                assertTrue(Math.abs(clean) < 1, "clipped: " + clean);
                double[] next = led(student, k, output(scheduler.predictionType(), moment, clean, noise), from);
                assertEquals(to, next[0], 1e-5);
                double[] moved = led(student, k, output(scheduler.predictionType(), moment, clean, noise) + 1e-3, from);
                if (scheduler.flow() == null) {
                    assertEquals(1e-3 * moment.reach(scheduler.predictionType()), moved[0] - next[0], 1e-5);
                }
            }
        }
    }

    private static double output(PredictionType predicts, Distillation.Moment moment, double clean, double noise) {
        return switch (predicts) {
            case EPSILON -> noise;
            case SAMPLE -> clean;
            case V_PREDICTION -> moment.signal() * noise - moment.level() * clean;
            case VELOCITY -> clean - (1 - FlowConfig.DEFAULT.sigmaMin()) * noise;
        };
    }

    private static double[] led(NoiseScheduler student, int k, double output, double from) {
        double[] next = new double[1];
        student.begin();
        student.step(k, new double[] {output}, new double[] {from}, new double[1], next);
        return next;
    }

    /** The teacher is at the student's own timestep where one of its parts begins. */
    @ParameterizedTest
    @MethodSource("schedulers")
    void shouldMeetTheStudentWhereItIsEvaluated(SchedulerConfig scheduler) {
        Distillation distillation = new Distillation(policy(scheduler), 2, 8);
        NoiseScheduler teacher = distillation.follow(1);
        NoiseScheduler student = NoiseScheduler.of(distillation.student(), 1);
        assertEquals(8, teacher.steps());
        assertEquals(student.time(0), teacher.time(0));
        assertEquals(student.time(1), teacher.time(4), 1e-6);
        if (scheduler.flow() == null) {
            assertEquals(List.of(90, 40), List.of(student.timestep(0), student.timestep(1)));
        }
    }

    @Test
    void shouldRefuseWhatCannotBeDistilled() {
        PolicyConfig policy = policy(denoising(100, PredictionType.EPSILON));
        refused("--evaluations", policy, 0, 8);
        refused("--evaluations", policy, 9, 18);
        refused("--teacher-evaluations", policy, 2, 7);
        refused("--teacher-evaluations", policy, 4, 4);
        refused("num_train_timesteps", policy(denoising(10, PredictionType.EPSILON)), 1, 8);
    }

    private static void refused(String field, PolicyConfig policy, int evaluations, int teacherEvaluations) {
        String line = assertThrows(InputException.class, () -> new Distillation(policy, evaluations, teacherEvaluations)).getMessage();
        assertTrue(line.contains(field), line);
    }
}
