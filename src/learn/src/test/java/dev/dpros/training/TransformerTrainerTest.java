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
import dev.dpros.diffusion.TransformerConfig;
import dev.dpros.inference.torchscript.Arithmetic;
import dev.dpros.reference.Procedural;
import dev.dpros.training.DiffusionObjective.Options;
import dev.dpros.training.data.Batch;
import dev.dpros.training.engine.OptimizerConfig;
import dev.dpros.training.engine.TrainingState.Part;
import dev.dpros.training.engine.WeightDecay;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a transformer leaves out at random while it learns, and how it begins. */
class TransformerTrainerTest {
    private static PolicyConfig config(double dropout) {
        SchedulerConfig scheduler = new SchedulerConfig(SchedulerConfig.Type.DDIM, 100, SchedulerConfig.BetaSchedule.SQUAREDCOS_CAP_V2, 1e-4,
                0.02, SchedulerConfig.PredictionType.EPSILON, true, 1, SchedulerConfig.Variance.FIXED_SMALL, true, 0, 0, 10);
        return new PolicyConfig(2, 8, 4, List.of(FeatureSpec.of("obs", Kind.STATE, 3)), FeatureSpec.of("action", Kind.ACTION, 2),
                new TransformerConfig(2, 2, 16, 0, true, true, 8, 2, dropout, dropout), null, scheduler);
    }

    private static PolicyTrainer trainer(double dropout, long seed) {
        PolicyConfig config = config(dropout);
        PolicyDefinition initial = new PolicyDefinition(config, InitialWeights.of(ExpectedTensors.of(config), 1), Map.of(), "initial");
        OptimizerConfig optimizer = new OptimizerConfig(1e-3, 0.9, 0.95, 1e-8, WeightDecay.transformer(0.1, 0), 0, null);
        return new PolicyTrainer(initial, new DiffusionObjective(config, new Options(DiffusionObjective.Kind.DENOISING, false, false,
                Arithmetic.FLOAT32)), new MadeBatches(1, position -> batch()), new PolicyTrainer.Options(optimizer,
                new LearningRate(1e-3, LearningRate.Shape.CONSTANT, 0, 100), name -> true, 1, seed, 1));
    }

    /** The same four windows again and again. */
    private static Batch batch() {
        float[] ones = new float[4 * 8];
        Arrays.fill(ones, 1);
        return new Batch(4, Map.of("obs", TensorData.of(Procedural.uniform("obs", 4 * 2 * 3, -1, 1), 4, 2, 3)),
                TensorData.of(Procedural.uniform("action", 4 * 8 * 2, -1, 1), 4, 8, 2), TensorData.of(ones, 4, 8));
    }

    private static float[] values(TensorData tensor) {
        float[] values = new float[(int) tensor.count()];
        tensor.bytes().asFloatBuffer().get(values);
        return values;
    }

    @Test
    void shouldLeaveOutTheSameAfterResuming() {
        try (PolicyTrainer whole = trainer(0.3, 7); PolicyTrainer first = trainer(0.3, 7); PolicyTrainer second = trainer(0.3, 7)) {
            for (int i = 0; i < 4; i++) {
                whole.step();
            }
            first.step();
            first.step();
            for (Part part : List.of(Part.WEIGHTS, Part.MOMENT1, Part.MOMENT2, Part.AVERAGE)) {
                second.state().write(part, first.state().read(part), "test");
            }
            second.state().setSteps(2);
            second.resume();
            second.step();
            second.step();
            whole.state().read(Part.WEIGHTS).forEach((name, tensor) ->
                    assertArrayEquals(values(tensor), values(second.state().read(Part.WEIGHTS).get(name)), name));
        }
    }

    @Test
    void shouldLeaveOutInTrainingAlone() {
        try (PolicyTrainer plain = trainer(0, 7); PolicyTrainer dropping = trainer(0.5, 7)) {
            Batch batch = batch();
            assertEquals(plain.validate(List.of(batch)), dropping.validate(List.of(batch)));
            assertNotEquals(plain.step(), dropping.step());
        }
    }

    @Test
    void shouldBeginAsTheReferenceDoes() {
        Map<String, TensorData> weights = InitialWeights.of(ExpectedTensors.of(config(0)), 3);

        assertEquals(0.02, deviation(values(weights.get("transformer.decoder.layers.0.linear1.weight"))), 0.002);
        assertEquals(0.02, deviation(values(weights.get("transformer.pos_emb"))), 0.005);
        for (float value : values(weights.get("transformer.decoder.layers.1.self_attn.in_proj_bias"))) {
            assertEquals(0, value);
        }
        for (float value : values(weights.get("transformer.ln_f.weight"))) {
            assertEquals(1, value);
        }
    }

    private static double deviation(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum / values.length);
    }

    @Test
    void shouldLetTheMatricesAloneDecay() {
        WeightDecay decay = WeightDecay.transformer(0.1, 1e-6);
        for (String name : List.of("transformer.head.weight", "transformer.decoder.layers.3.multihead_attn.in_proj_weight",
                "transformer.encoder.0.weight", "transformer.cond_obs_emb.weight")) {
            assertEquals(0.1, decay.of(name), name);
        }
        for (String name : List.of("transformer.head.bias", "transformer.decoder.layers.3.self_attn.in_proj_bias", "transformer.ln_f.weight",
                "transformer.decoder.layers.10.norm2.weight", "transformer.pos_emb", "transformer.cond_pos_emb")) {
            assertEquals(0, decay.of(name), name);
        }
        assertEquals(1e-6, decay.of("rgb_encoder.0.backbone.0.weight"));
        assertTrue(decay.of("rgb_encoder.0.out.bias") > 0);
    }
}
