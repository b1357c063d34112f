package dev.dpros.training.run;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.checkpoint.ExpectedTensors;
import dev.dpros.config.OptionLayer;
import dev.dpros.config.TrainConfig;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.core.InputException;
import dev.dpros.core.Progress;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.inference.torchscript.Arithmetic;
import dev.dpros.reference.Procedural;
import dev.dpros.training.DiffusionObjective;
import dev.dpros.training.InitialWeights;
import dev.dpros.training.LearningRate;
import dev.dpros.training.MadeBatches;
import dev.dpros.training.PolicyTrainer;
import dev.dpros.training.data.Batch;
import dev.dpros.training.engine.OptimizerConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a training saves when it diverges, and what it goes on with. */
@Tag("long")
class TrainingRunTest {
    private static final int B = 4;
    private static final int T = 8;
    private static final String LAST = "unet.final_conv.1.weight";
    private static final String UP = "unet.up_modules.0.2.weight";
    private static final PolicyConfig CONFIG = new PolicyConfig(2, T, 4, List.of(FeatureSpec.of("observation.state", Kind.STATE, 2)),
            FeatureSpec.of("action", Kind.ACTION, 2), new UnetConfig(List.of(16, 32), 3, 8, 16, true), null,
            new SchedulerConfig(SchedulerConfig.Type.DDIM, 100, SchedulerConfig.BetaSchedule.SQUAREDCOS_CAP_V2, 1e-4, 0.02,
                    SchedulerConfig.PredictionType.SAMPLE, true, 1, SchedulerConfig.Variance.FIXED_SMALL, true, 0, 0, 10));

    @TempDir
    private Path folder;

    private static Batch batch(float size) {
        float[] ones = new float[B * T];
        Arrays.fill(ones, 1);
        return new Batch(B, Map.of("observation.state", TensorData.of(Procedural.uniform("s", B * 4, -1, 1), B, 2, 2)),
                TensorData.of(Procedural.uniform("a", B * T * 2, -size, size), B, T, 2), TensorData.of(ones, B, T));
    }

    private static Map<String, TensorData> weights() {
        return new HashMap<>(InitialWeights.of(ExpectedTensors.of(CONFIG), 1));
    }

    private static PolicyTrainer trainer(Map<String, TensorData> weights, double scale, Predicate<String> learns, int batches, float size) {
        PolicyDefinition initial = new PolicyDefinition(CONFIG, weights,
                Map.of("action", new Normalizer(new double[] {scale, 1}, new double[2])), "initial");
        return new PolicyTrainer(initial, new DiffusionObjective(CONFIG, new DiffusionObjective.Options(DiffusionObjective.Kind.DENOISING,
                false, false, Arithmetic.FLOAT32)), new MadeBatches(batches, n -> batch(size)), new PolicyTrainer.Options(
                OptimizerConfig.reference(1e-3), new LearningRate(1e-3, LearningRate.Shape.CONSTANT, 0, 10), learns, 1, 5, 1));
    }

    /** A tensor whose values are all the same. */
    private static void fill(Map<String, TensorData> weights, String name, float value) {
        float[] values = new float[(int) weights.get(name).count()];
        Arrays.fill(values, value);
        weights.put(name, TensorData.of(values, weights.get(name).shape().stream().mapToLong(s -> s).toArray()));
    }

    /** The loss of a step is that before it: a gradient that overflows has made the weights NaN by then, and they must not be saved. */
    @Test
    void shouldNotSaveWhatAGradientWithoutANumberMade() {
        Map<String, TensorData> weights = weights();
        fill(weights, LAST, 1e30f);
        fill(weights, "unet.final_conv.0.block.1.weight", 1e-30f);
        TrainingFiles files = new TrainingFiles(folder);
        TrainConfig config = TrainConfig.of(folder.resolve("policy.json"), Map.of("datasets", List.of("d"), "steps", 3, "checkpoint",
                Map.of("every_steps", 1)), new OptionLayer().layer()).config();
        try (PolicyTrainer trainer = trainer(weights, 1, name -> true, 4, 1e10f)) {
            TrainingRun run = new TrainingRun(config, trainer, List.of(), null, files, null);
            String message = assertThrows(InputException.class,
                    () -> run.run(Progress.NONE, new PrintWriter(new StringWriter()))).getMessage();
            assertTrue(message.contains("at step 1;"), message);
        }
        assertFalse(files.started());
        assertFalse(Files.exists(files.lastPolicy()));
    }

    /** Weights that are not learnt and normalizers are made anew when a training goes on: they must be those with which it began. */
    @Test
    void shouldGoOnOnlyWithWhatItBeganWith() {
        Predicate<String> learns = name -> !name.equals(LAST) && !name.equals(UP);
        Map<String, TensorData> other = weights();
        fill(other, LAST, 1);
        Map<String, TensorData> learnt = weights();
        fill(learnt, "unet.final_conv.1.bias", 1);
        try (PolicyTrainer first = trainer(weights(), 2, learns, 4, 1);
                PolicyTrainer again = trainer(learnt, 2, learns, 4, 1);
                PolicyTrainer otherFrozen = trainer(other, 2, learns, 4, 1);
                PolicyTrainer otherNormalizer = trainer(weights(), 2.5, learns, 4, 1);
                PolicyTrainer otherData = trainer(weights(), 2, learns, 5, 1)) {
            TrainingFiles files = new TrainingFiles(folder);
            files.origin(first.origin(), false);
            assertEquals(first.origin(), again.origin(), "what is learnt is saved by itself");
            assertDoesNotThrow(() -> files.origin(again.origin(), true));
            for (PolicyTrainer changed : List.of(otherFrozen, otherNormalizer, otherData)) {
                assertNotEquals(first.origin(), changed.origin());
                assertTrue(assertThrows(InputException.class, () -> files.origin(changed.origin(), true)).getMessage().contains("--resume"));
            }
            again.step();
            Map<String, TensorData> after = again.averaged().weights();
            for (String frozen : List.of(LAST, UP)) {
                assertEquals(learnt.get(frozen).bytes(), after.get(frozen).bytes(), frozen + " is frozen");
            }
            assertNotEquals(learnt.get("unet.mid_modules.0.conv1.block.0.weight").bytes(), after.get("unet.mid_modules.0.conv1.block.0.weight").bytes());
            new TrainingFiles(folder.resolve(".")).origin(otherData.origin(), false);
            assertDoesNotThrow(() -> files.origin(otherData.origin(), true), "a training anew");
        }
    }
}
