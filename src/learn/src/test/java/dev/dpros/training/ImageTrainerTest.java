package dev.dpros.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.checkpoint.ExpectedTensors;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.diffusion.VisionConfig;
import dev.dpros.inference.torchscript.Arithmetic;
import dev.dpros.reference.Procedural;
import dev.dpros.training.DiffusionObjective.Options;
import dev.dpros.training.data.Batch;
import dev.dpros.training.engine.OptimizerConfig;
import dev.dpros.training.engine.TrainingState.Part;
import dev.dpros.training.engine.WeightDecay;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A training from pictures with LeRobot's defaults of 2026: BatchNorm, resized, then cropped at random; and what counts of a loss. */
@Tag("long")
class ImageTrainerTest {
    private static final String MEAN = "rgb_encoder.backbone.1.running_mean";
    private static final int B = 4;
    private static final int T = 8;

    private static SchedulerConfig ddim() {
        return new SchedulerConfig(SchedulerConfig.Type.DDIM, 100, SchedulerConfig.BetaSchedule.SQUAREDCOS_CAP_V2, 1e-4, 0.02,
                SchedulerConfig.PredictionType.EPSILON, true, 1, SchedulerConfig.Variance.FIXED_SMALL, true, 0, 0, 10);
    }

    private static PolicyConfig config() {
        VisionConfig vision = new VisionConfig(VisionConfig.Backbone.RESNET18, VisionConfig.Norm.BATCH, List.of(36, 40), List.of(32, 32), false,
                VisionConfig.Pool.SPATIAL_SOFTMAX, 4, 8, true, false, List.of());
        return new PolicyConfig(2, T, 4, List.of(FeatureSpec.of("observation.state", Kind.STATE, 2),
                FeatureSpec.of("observation.image", Kind.VISUAL, 3, 48, 56)), FeatureSpec.of("action", Kind.ACTION, 2),
                new UnetConfig(List.of(16, 32), 3, 8, 16, true), vision, ddim());
    }

    private static PolicyTrainer trainer() {
        PolicyConfig config = config();
        PolicyDefinition initial = new PolicyDefinition(config, InitialWeights.of(ExpectedTensors.of(config), 1), Map.of(), "initial");
        OptimizerConfig optimizer = new OptimizerConfig(1e-3, 0.95, 0.999, 1e-8, WeightDecay.uniform(1e-6), 10,
                OptimizerConfig.EmaConfig.REFERENCE);
        return new PolicyTrainer(initial, new DiffusionObjective(config, new Options(DiffusionObjective.Kind.DENOISING, true, false,
                Arithmetic.FLOAT32)), new MadeBatches(1, position -> batch()), new PolicyTrainer.Options(optimizer,
                new LearningRate(1e-3, LearningRate.Shape.CONSTANT, 0, 100), name -> true, 1, 5, 1));
    }

    private static Batch batch() {
        float[] mask = new float[B * T];
        Arrays.fill(mask, 0, B * T - 3, 1);
        Map<String, TensorData> inputs = new LinkedHashMap<>();
        inputs.put("observation.state", TensorData.of(Procedural.uniform("s", B * 2 * 2, -1, 1), B, 2, 2));
        inputs.put("observation.image", TensorData.of(Procedural.uniform("i", B * 2 * 3 * 48 * 56, 0, 1), B, 2, 3, 48, 56));
        return new Batch(B, inputs, TensorData.of(Procedural.uniform("a", B * T * 2, -1, 1), B, T, 2), TensorData.of(mask, B, T));
    }

    private static float[] values(TensorData tensor) {
        float[] values = new float[(int) tensor.count()];
        tensor.bytes().asFloatBuffer().get(values);
        return values;
    }

    @Test
    void shouldGatherStatisticsInTrainingAloneAndGoOnTheSameAfterResuming() {
        try (PolicyTrainer whole = trainer(); PolicyTrainer resumed = trainer()) {
            assertArrayEquals(new float[64], values(whole.averaged().weights().get(MEAN)));
            float loss = whole.step();
            float[] after = values(whole.averaged().weights().get(MEAN));
            assertTrue(after[0] != 0 && after[63] != 0);
            whole.validate(List.of(batch()));
            assertArrayEquals(after, values(whole.state().readStatistics().get(MEAN)));
            for (Part part : List.of(Part.WEIGHTS, Part.MOMENT1, Part.MOMENT2, Part.AVERAGE)) {
                resumed.state().write(part, whole.state().read(part), "test");
            }
            resumed.state().writeStatistics(whole.state().readStatistics(), "test");
            resumed.state().setSteps(1);
            resumed.resume();
            assertNotEquals(loss, whole.step(), "the crop is another one");
            resumed.step();
            Map<String, TensorData> again = resumed.averaged().weights();
            whole.averaged().weights().forEach((name, tensor) -> assertArrayEquals(values(tensor), values(again.get(name)), name));
        }
    }

    /** The mask's mean is 1: the mean of what it lets through is over what counts. */
    @Test
    void shouldTakeTheMeanOverWhatCounts() {
        DiffusionObjective objective = new DiffusionObjective(config(), new Options(DiffusionObjective.Kind.DENOISING, true, false,
                Arithmetic.FLOAT32));
        float[] mask = values(objective.inputs(batch(), new SplittableRandom(1)).get(3));

        assertEquals(B * T / (float) (B * T - 3), mask[0], 1e-6);
        assertEquals(0, mask[B * T - 1]);
        float sum = 0;
        for (float value : mask) {
            sum += value;
        }
        assertEquals(B * T, sum, 1e-4);
    }
}
