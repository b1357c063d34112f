package dev.dpros.training.distill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.checkpoint.ExpectedTensors;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.inference.torchscript.Arithmetic;
import dev.dpros.reference.Procedural;
import dev.dpros.training.DiffusionObjective;
import dev.dpros.training.InitialWeights;
import dev.dpros.training.LearningRate;
import dev.dpros.training.MadeBatches;
import dev.dpros.training.PolicyTrainer;
import dev.dpros.training.data.Batch;
import dev.dpros.training.engine.OptimizerConfig;
import dev.dpros.training.engine.TrainingState.Part;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A student of a small teacher whose weights are random. */
@Tag("long")
class TaughtBatchesTest {
    private static final int B = 4;

    private static PolicyTrainer trainer() {
        PolicyConfig config = DistillationTest.policy(DistillationTest.denoising(100, SchedulerConfig.PredictionType.EPSILON));
        PolicyDefinition policy = new PolicyDefinition(config, InitialWeights.of(ExpectedTensors.of(config), 1), Map.of(), "teacher");
        Distillation distillation = new Distillation(config, 2, 4);
        PolicyConfig student = config.with(distillation.student());
        return new PolicyTrainer(new PolicyDefinition(student, policy.weights(), Map.of(), "student"), new DistillationObjective(student,
                new DiffusionObjective.Options(DiffusionObjective.Kind.DENOISING, false, false, Arithmetic.FLOAT32)),
                new TaughtBatches(new MadeBatches(16, TaughtBatchesTest::batch), new Teacher(policy, distillation, false, Arithmetic.FLOAT32, 1), 5),
                new PolicyTrainer.Options(OptimizerConfig.reference(3e-3), new LearningRate(3e-3, LearningRate.Shape.CONSTANT, 0, 1000),
                        Distillation.learns(), 1, 5, 1));
    }

    private static Batch batch(long position) {
        return new Batch(B, Map.of("observation.state", TensorData.of(Procedural.uniform("state" + position, B * 2 * 2, -1, 1), B, 2, 2)),
                TensorData.of(new float[B * 8 * 2], B, 8, 2), TensorData.of(new float[B * 8], B, 8));
    }

    @Test
    void shouldLearnWhatTheTeacherDoes() {
        try (PolicyTrainer trainer = trainer()) {
            float first = trainer.step();
            float last = first;
            for (int i = 0; i < 200; i++) {
                last = trainer.step();
            }
            assertTrue(last < 0.5 * first, first + " to " + last);
        }
    }

    /** Past the first lessons that are no longer used: a lesson is part of batches up to 112 steps later. */
    @Test
    void shouldGoOnAsIfItHadNeverStopped() {
        try (PolicyTrainer whole = trainer(); PolicyTrainer resumed = trainer()) {
            for (int i = 0; i < 130; i++) {
                whole.step();
            }
            for (Part part : new Part[] {Part.WEIGHTS, Part.MOMENT1, Part.MOMENT2, Part.AVERAGE}) {
                resumed.state().write(part, whole.state().read(part), "test");
            }
            resumed.state().setSteps(whole.state().steps());
            resumed.resume();
            for (int i = 0; i < 4; i++) {
                assertEquals(whole.step(), resumed.step());
            }
        }
    }
}
