package dev.dpros.training.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import dev.dpros.inference.torchscript.ScriptModule;
import dev.dpros.reference.Procedural;
import dev.dpros.training.DiffusionObjective;
import dev.dpros.training.InitialWeights;
import dev.dpros.training.data.Batch;
import dev.dpros.training.engine.TrainingState.Part;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The first step of Adam and AdamW, by their formulas, and of an encoder that learns more slowly than the rest. */
@Tag("long")
class OptimizerTest {
    private static final double RATE = 1e-2;
    private static final double DECAY = 0.1;
    private static final double EPS = 1e-8;
    private static Step adamw;

    /** Each tensor before and after a step, and its gradient. */
    private record Step(Map<String, float[]> before, Map<String, float[]> gradient, Map<String, float[]> after) {}

    private static Step step(WeightDecay decay, double encoderRate) {
        return step(decay, encoderRate, Arithmetic.FLOAT32);
    }

    private static Step step(WeightDecay decay, double encoderRate, Arithmetic arithmetic) {
        VisionConfig vision = new VisionConfig(VisionConfig.Backbone.CONV, VisionConfig.Norm.GROUP, null, null, false,
                VisionConfig.Pool.SPATIAL_SOFTMAX, 4, 6, false, false, List.of(new VisionConfig.ConvLayer(3, 2, 1, 8, 4)));
        SchedulerConfig scheduler = new SchedulerConfig(SchedulerConfig.Type.DDIM, 100, SchedulerConfig.BetaSchedule.SQUAREDCOS_CAP_V2, 1e-4,
                0.02, SchedulerConfig.PredictionType.EPSILON, true, 1, SchedulerConfig.Variance.FIXED_SMALL, true, 0, 0, 10);
        PolicyConfig config = new PolicyConfig(2, 8, 4, List.of(FeatureSpec.of("observation.state", Kind.STATE, 2),
                FeatureSpec.of("observation.image", Kind.VISUAL, 3, 16, 16)), FeatureSpec.of("action", Kind.ACTION, 2),
                new UnetConfig(List.of(16, 32), 3, 8, 16, true), vision, scheduler);
        PolicyDefinition initial = new PolicyDefinition(config, InitialWeights.of(ExpectedTensors.of(config), 1), Map.of(), "initial");
        DiffusionObjective objective = new DiffusionObjective(config, new DiffusionObjective.Options(DiffusionObjective.Kind.DENOISING, false,
                false, arithmetic));
        Map<String, TensorData> inputs = new LinkedHashMap<>();
        inputs.put("observation.state", TensorData.of(Procedural.uniform("s", 8, -1, 1), 2, 2, 2));
        inputs.put("observation.image", TensorData.of(Procedural.uniform("i", 4 * 3 * 256, 0, 1), 2, 2, 3, 16, 16));
        float[] ones = new float[16];
        Arrays.fill(ones, 1);
        List<TensorData> batch = objective.inputs(new Batch(2, inputs, TensorData.of(Procedural.uniform("a", 32, -1, 1), 2, 8, 2),
                TensorData.of(ones, 2, 8)), new SplittableRandom(1));
        ScriptModule script = objective.script(initial, name -> true);
        TrainingState state = new TrainingState(script, true);
        OptimizerConfig optimizer = new OptimizerConfig(RATE, 0.9, 0.99, EPS, decay, 0, null, encoderRate);
        try (TrainingStep step = new TrainingStep(script, state, optimizer, 1)) {
            Map<String, float[]> before = values(state.read(Part.WEIGHTS));
            step.accumulate(batch, 1);
            Map<String, float[]> gradient = values(state.read(Part.GRADIENTS));
            step.step(batch, RATE, 0);
            return new Step(before, gradient, values(state.read(Part.WEIGHTS)));
        }
    }

    private static Map<String, float[]> values(Map<String, TensorData> tensors) {
        Map<String, float[]> values = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            float[] copy = new float[(int) tensor.count()];
            tensor.bytes().asFloatBuffer().get(copy);
            values.put(name, copy);
        });
        return values;
    }

    @BeforeAll
    static void takeAStepOfAdamW() {
        adamw = step(WeightDecay.uniform(DECAY), 1);
    }

    /** Adam's first step: of the size of the learning rate, whatever the gradient's. */
    private static double update(double gradient) {
        return RATE * gradient / (Math.abs(gradient) + EPS);
    }

    @Test
    void shouldDecayBesideTheGradientOrWithinIt() {
        Step adam = step(WeightDecay.inGradient(DECAY), 1);
        int turned = 0;
        for (String name : adam.before.keySet()) {
            for (int i = 0; i < adam.before.get(name).length; i++) {
                double w = adam.before.get(name)[i];
                double g = adam.gradient.get(name)[i];
                double whole = g + DECAY * w;
                turned += g * whole < 0 ? 1 : 0;
                // of a gradient that is little but rounding the sign is not certain
                if (Math.abs(whole) > 1e-5) {
                    assertEquals(w - update(whole), adam.after.get(name)[i], 2e-5, name + " with Adam");
                }
                if (Math.abs(g) > 1e-5) {
                    assertEquals(w * (1 - RATE * DECAY) - update(g), adamw.after.get(name)[i], 2e-5, name + " with AdamW");
                }
            }
        }
        assertTrue(turned > 10, "the two differ");
    }

    @Test
    void shouldLetAnEncoderLearnMoreSlowly() {
        Step slow = step(WeightDecay.uniform(DECAY), 0.25);
        slow.before.forEach((name, before) -> {
            double share = name.startsWith("rgb_encoder.") ? 0.25 : 1;
            for (int i = 0; i < before.length; i++) {
                assertEquals(before[i] + share * (adamw.after.get(name)[i] - before[i]), slow.after.get(name)[i], 1e-6, name);
            }
        });
        assertTrue(slow.before.containsKey("rgb_encoder.keypoints.weight"), slow.before.keySet()::toString);
        assertTrue(WeightDecay.ofEncoder("observation_encoder.vision_encoder.model.vision_model.pre_layrnorm.weight"));
        assertEquals(2, WeightDecay.parts(1, 0.5).of("unet.final_conv.1.weight") / WeightDecay.parts(1, 0.5)
                .of("observation_encoder.vision_encoders.1.model.vision_model.pre_layrnorm.weight"));
    }

    /**
     * Of products, and of what lies between the encoder's convolutions, bfloat16 keeps 8 bits. The encoder's gradient is what is left of sums over
     * pixels that nearly cancel: with its random weights no keypoint is anywhere yet.
     */
    @Test
    void shouldHaveNearlyTheSameGradientInBfloat16() {
        Step rounded = step(WeightDecay.uniform(DECAY), 1, Arithmetic.BFLOAT16);
        for (String part : List.of("rgb_encoder.", "unet.")) {
            double square = 0;
            double difference = 0;
            for (String name : adamw.gradient.keySet()) {
                float[] exact = adamw.gradient.get(name);
                for (int i = 0; name.startsWith(part) && i < exact.length; i++) {
                    square += exact[i] * (double) exact[i];
                    difference += Math.pow(exact[i] - rounded.gradient.get(name)[i], 2);
                }
            }
            double error = Math.sqrt(difference / square);
            assertTrue(error > 1e-4 && error < (part.equals("unet.") ? 0.2 : 0.7), part + ": " + error);
        }
    }
}
