package dev.dpros.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.checkpoint.ExpectedTensors;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.EnergyConfig;
import dev.dpros.diffusion.FlowConfig;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.inference.InferenceOptions;
import dev.dpros.inference.NoiseSource;
import dev.dpros.inference.ObservationBatch;
import dev.dpros.inference.Sampling;
import dev.dpros.inference.torchscript.Arithmetic;
import dev.dpros.inference.torchscript.ScriptModule;
import dev.dpros.inference.torchscript.TrainingScript;
import dev.dpros.reference.Procedural;
import dev.dpros.training.data.Batch;
import dev.dpros.training.engine.OptimizerConfig;
import dev.dpros.training.engine.TrainingState;
import dev.dpros.training.engine.TrainingStep;
import dev.dpros.training.engine.WeightDecay;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Implicit behavioural cloning: its loss and steps against the reference's, and that energies fall where demonstrations are. */
@Tag("long")
class EnergyTrainerTest {
    private static final int B = 16;

    private static PolicyConfig config(int to, int horizon, int steps, int obs, int negatives, int width) {
        return new PolicyConfig(to, horizon, steps, List.of(FeatureSpec.of("obs", Kind.STATE, obs)), FeatureSpec.of("action", Kind.ACTION, 2),
                new EnergyConfig(width, width == 1024 ? 0 : 0.05, negatives, 256, true), null, EnergyConfig.search(5), EnergyConfig.TRAJECTORY);
    }

    @Test
    void shouldTakeTheStepsOfTheReference() throws IOException {
        JsonNode json;
        try (InputStream in = EnergyTrainerTest.class.getResourceAsStream("/reference/ibc_lowdim.json")) {
            json = new ObjectMapper().readTree(in);
        }
        int b = json.get("batch").asInt();
        int n = json.get("train_n_neg").asInt();
        PolicyConfig config = config(2, 4, 2, 5, n, 1024);
        Map<String, TensorData> weights = new HashMap<>();
        ExpectedTensors.of(config).forEach((name, shape) -> weights.put(name, Procedural.weight(name.substring("energy.".length()), shape)));
        ScriptModule script = TrainingScript.energy(new PolicyDefinition(config, weights, Map.of(), "ibc"), name -> true, Arithmetic.FLOAT32);
        TrainingState state = new TrainingState(script, false);
        OptimizerConfig optimizer = new OptimizerConfig(1e-3, 0.95, 0.999, 1e-8, WeightDecay.uniform(1e-6), 0, null);
        try (TrainingStep step = new TrainingStep(script, state, optimizer, 1)) {
            for (int k = 0; k < json.get("steps").size(); k++) {
                String tag = "ibc/" + k + "/";
                float[] noise = Procedural.normal(tag + "noise", b * 4);
                for (int i = 0; i < noise.length; i++) {
                    noise[i] *= 1e-4f;
                }
                float[] all = Procedural.uniform(tag + "obs", b * 4 * 5, -1, 1);
                float[] seen = new float[b * 10];
                for (int i = 0; i < b; i++) {
                    System.arraycopy(all, i * 20, seen, i * 10, 10);
                }
                TrainingStep.Result result = step.step(List.of(TensorData.of(seen, b, 2, 5),
                        TensorData.of(Procedural.uniform(tag + "action", b * 4 * 2, -1, 1), b, 4, 2), TensorData.of(noise, b, 4),
                        TensorData.of(Procedural.uniform(tag + "negatives", b * n * 4, -1, 1), b, n, 4)), 1e-3, 1);
                JsonNode expected = json.get("steps").get(k);
                assertEquals(expected.get("loss").asDouble(), result.loss(), 1e-4, "loss of step " + k);
                double squares = 0;
                for (JsonNode norm : expected.get("gradient_norms")) {
                    squares += norm.asDouble() * norm.asDouble();
                }
                // Adam's first updates have the size of the learning rate however small a gradient is, so rounding grows
                assertEquals(1, result.gradientNorm() / Math.sqrt(squares), k == 0 ? 1e-4 : 1e-3, "gradient of step " + k);
            }
        }
        Map<String, TensorData> after = state.read(TrainingState.Part.WEIGHTS);
        json.get("after").properties().forEach(entry -> {
            // what is added to every candidate alike has no gradient but rounding
            for (int i = 0; i < entry.getValue().size() && !entry.getKey().equals("dense4.bias"); i++) {
                assertEquals(entry.getValue().get(i).asDouble(), after.get("energy." + entry.getKey()).bytes().asFloatBuffer().get(i), 3e-4,
                        entry.getKey());
            }
        });
    }

    /** Windows whose actions are their newest state. */
    private static Batch batch(long position) {
        float[] state = Procedural.uniform("energy" + position % 64, B * 2 * 2, -0.9, 0.9);
        float[] actions = new float[B * 2 * 2];
        for (int i = 0; i < actions.length; i++) {
            actions[i] = state[i / 4 * 4 + 2 + i % 2];
        }
        float[] ones = new float[B * 2];
        Arrays.fill(ones, 1);
        return new Batch(B, Map.of("obs", TensorData.of(state, B, 2, 2)), TensorData.of(actions, B, 2, 2), TensorData.of(ones, B, 2));
    }

    @Test
    void shouldLowerTheEnergyOfWhatWasDemonstrated() {
        PolicyConfig config = config(2, 2, 1, 2, 32, 64);
        PolicyDefinition initial = new PolicyDefinition(config, InitialWeights.of(ExpectedTensors.of(config), 1), Map.of(), "initial");
        OptimizerConfig optimizer = new OptimizerConfig(3e-3, 0.95, 0.999, 1e-8, WeightDecay.uniform(1e-6), 0, null);
        try (PolicyTrainer trainer = new PolicyTrainer(initial, new EnergyObjective(config, Arithmetic.FLOAT32),
                new MadeBatches(64, EnergyTrainerTest::batch), new PolicyTrainer.Options(optimizer,
                new LearningRate(3e-3, LearningRate.Shape.CONSTANT, 0, 1000), name -> true, 1, 5, 1))) {
            List<Batch> held = List.of(batch(40), batch(41));
            double untrained = trainer.validate(held);
            assertEquals(Math.log(33), untrained, 0.3, "an untrained network cannot tell");
            for (int i = 0; i < 300; i++) {
                trainer.step();
            }
            double trained = trainer.validate(held);
            assertTrue(trained < 0.5 * untrained, trained + " after " + untrained);
            try (DiffusionPolicy before = DiffusionPolicy.load(initial, InferenceOptions.DEFAULT);
                    DiffusionPolicy after = DiffusionPolicy.load(trainer.averaged(), InferenceOptions.DEFAULT)) {
                float[] seen = {0.1f, 0.2f, 0.5f, -0.4f};
                float[] shown = {0.5f, -0.4f, -0.5f, 0.4f};
                float[] own = after.evaluate(seen, shown, 0);
                assertTrue(own[0] > own[1] + 2, "what was shown has the lower energy: " + Arrays.toString(own));
                assertTrue(own[0] - own[1] > before.evaluate(seen, shown, 0)[0] - before.evaluate(seen, shown, 0)[1]);
                double[] found = after.predictAction(new ObservationBatch(1, List.of(seen)),
                        Sampling.of(LongStream.range(0, 16).mapToObj(NoiseSource::seeded).toList())).actions();
                double error = 0;
                for (int i = 0; i < found.length; i++) {
                    error += Math.abs(found[i] - shown[i % 2]) / found.length;
                }
                assertTrue(error < 0.2, "mean error " + error);
            }
        }
    }

    @Test
    void shouldRefuseAnotherNetwork() {
        PolicyConfig unet = new PolicyConfig(2, 8, 4, List.of(FeatureSpec.of("obs", Kind.STATE, 2)), FeatureSpec.of("action", Kind.ACTION, 2),
                new UnetConfig(List.of(16), 3, 8, 16, true), null, SchedulerConfig.flow(SchedulerConfig.Type.EULER, 10, 100, FlowConfig.DEFAULT));
        assertTrue(assertThrows(InputException.class, () -> new EnergyObjective(unet, Arithmetic.FLOAT32)).getMessage().contains("ibc"));
    }
}
