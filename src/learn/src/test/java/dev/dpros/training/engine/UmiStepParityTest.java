package dev.dpros.training.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.AlphaSchedule;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.inference.torchscript.Arithmetic;
import dev.dpros.inference.torchscript.ScriptModule;
import dev.dpros.inference.torchscript.TrainingScript;
import dev.dpros.reference.Procedural;
import dev.dpros.reference.ReferenceCase;
import dev.dpros.training.engine.TrainingState.Part;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two optimisation steps of UMI's policy (compute_loss, with its perturbed noise) with torch's AdamW: pictures as they are. */
@Tag("long")
class UmiStepParityTest {
    private static final double TOLERANCE = 1e-4;

    @TempDir
    Path directory;

    @Test
    void shouldTakeTheStepsOfTheReference() {
        ReferenceCase reference = ReferenceCase.load("train_umi", directory);
        PolicyConfig config = reference.policy().config();
        ScriptModule script = TrainingScript.diffusion(reference.policy(), label -> true, false, Arithmetic.FLOAT32, true);
        TrainingState state = new TrainingState(script, true);
        OptimizerConfig optimizer = new OptimizerConfig(1e-3, 0.95, 0.999, 1e-8, WeightDecay.uniform(1e-6), 0, null);
        try (TrainingStep step = new TrainingStep(script, state, optimizer, 1)) {
            JsonNode steps = reference.json().get("steps");
            for (int k = 0; k < steps.size(); k++) {
                JsonNode expected = steps.get(k);
                List<TensorData> batch = batch(reference, config, k);
                assertEquals(expected.get("loss").asDouble(), step.accumulate(batch, 1), TOLERANCE, "loss of step " + k);
                Map<String, TensorData> gradients = state.read(Part.GRADIENTS);
                double tolerance = k == 0 ? TOLERANCE : 3 * TOLERANCE;
                expected.get("grad_norms").properties().forEach(norm -> assertEquals(norm.getValue().asDouble(),
                        TensorValues.norm(TensorValues.of(gradients.get(ours(norm.getKey())))), tolerance * Math.max(1, norm.getValue().asDouble()),
                        "gradient of " + norm.getKey()));
                step.step(batch, 1e-3, 0);
            }
        }
        Map<String, TensorData> weights = state.read(Part.WEIGHTS);
        reference.json().get("weights").properties().forEach(entry -> {
            float[] values = TensorValues.of(weights.get(ours(entry.getKey())));
            for (int i = 0; i < 8; i++) {
                assertEquals(entry.getValue().get("first8").get(i).asDouble(), values[i], TOLERANCE, entry.getKey() + "[" + i + "]");
            }
            double norm = entry.getValue().get("norm").asDouble();
            assertEquals(norm, TensorValues.norm(values), TOLERANCE * Math.max(1, norm), entry.getKey());
        });
    }

    private static String ours(String name) {
        return name.replace("obs_encoder.key_model_map.camera0_rgb.", "rgb_encoder.0.backbone.").replaceFirst("^model\\.", "unet.");
    }

    private static List<TensorData> batch(ReferenceCase reference, PolicyConfig config, int k) {
        String tag = reference.tag() + "/" + k + "/";
        int b = reference.json().get("batch").asInt();
        List<TensorData> batch = new ArrayList<>();
        for (FeatureSpec input : config.inputs()) {
            List<Long> shape = new ArrayList<>(List.of((long) b, (long) config.nObsSteps()));
            input.shape().forEach(d -> shape.add(d.longValue()));
            boolean visual = input.kind() == FeatureSpec.Kind.VISUAL;
            batch.add(TensorData.of(Procedural.uniform(tag + input.key(), b * config.nObsSteps() * input.size(), visual ? 0 : -1, 1),
                    shape.stream().mapToLong(d -> d).toArray()));
        }
        int t = config.horizon();
        int first = t - config.denoisedSteps();
        int a = config.action().size();
        float[] own = Procedural.uniform(tag + "action", b * config.denoisedSteps() * a, -1, 1);
        float[] actions = new float[b * t * a]; // what comes before the newest observation is not denoised
        float[] mask = new float[b * t];
        for (int i = 0; i < b; i++) {
            System.arraycopy(own, i * config.denoisedSteps() * a, actions, (i * t + first) * a, config.denoisedSteps() * a);
            java.util.Arrays.fill(mask, i * t, (i + 1) * t, 1);
        }
        batch.add(TensorData.of(actions, b, t, a));
        batch.add(TensorData.of(mask, b, t));
        int each = config.denoisedSteps() * a;
        float[] noise = Procedural.normal(tag + "noise", b * each);
        batch.add(TensorData.of(noise, b, config.denoisedSteps(), a));
        AlphaSchedule alphas = AlphaSchedule.of(config.scheduler());
        float[] timesteps = new float[b];
        float[] rates = new float[2 * b];
        for (int i = 0; i < b; i++) {
            int timestep = reference.json().get("steps").get(k).get("timesteps").get(i).asInt();
            timesteps[i] = timestep;
            rates[2 * i] = alphas.signalRate(timestep);
            rates[2 * i + 1] = alphas.noiseRate(timestep);
        }
        batch.add(TensorData.of(timesteps, b));
        batch.add(TensorData.of(rates, b, 2));
        float[] added = Procedural.normal(tag + "perturbation", b * each);
        for (int i = 0; i < added.length; i++) {
            added[i] = noise[i] + 0.1f * added[i];
        }
        batch.add(TensorData.of(added, b, config.denoisedSteps(), a));
        return batch;
    }
}
