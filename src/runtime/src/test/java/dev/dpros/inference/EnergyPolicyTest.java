package dev.dpros.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dpros.checkpoint.ExpectedTensors;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.EnergyConfig;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.inference.torchscript.ConvVariant;
import dev.dpros.reference.Procedural;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Implicit behavioural cloning: its energies against the reference's, and the search where the lowest energy is known. */
class EnergyPolicyTest {
    private static final int STEPS = 5;

    @ParameterizedTest
    @EnumSource(value = ConvVariant.class, names = {"CONV1D", "ROWS", "PACKED"})
    void shouldGiveTheReferencesEnergies(ConvVariant variant) {
        ReferenceFile file = ReferenceFile.read("reference/ibc_lowdim");
        JsonNode json = file.json();
        int seen = json.get("n_obs_steps").asInt() * json.get("obs_dim").asInt();
        int acted = json.get("n_action_steps").asInt() * json.get("action_dim").asInt();
        int negatives = json.get("train_n_neg").asInt();
        PolicyConfig config = new PolicyConfig(json.get("n_obs_steps").asInt(), json.get("horizon").asInt(), json.get("n_action_steps").asInt(),
                List.of(FeatureSpec.of("obs", Kind.STATE, json.get("obs_dim").asInt())), FeatureSpec.of("action", Kind.ACTION,
                json.get("action_dim").asInt()), new EnergyConfig(1024, 0, negatives, negatives, false), null, EnergyConfig.search(STEPS),
                EnergyConfig.TRAJECTORY);
        Map<String, TensorData> weights = new HashMap<>();
        ExpectedTensors.of(config).forEach((name, shape) -> weights.put(name, Procedural.weight(name.substring("energy.".length()), shape)));
        float[] observed = Procedural.uniform(file.tag() + "/0/obs", json.get("batch").asInt() * json.get("horizon").asInt()
                * json.get("obs_dim").asInt(), -1, 1);
        float[] candidates = Procedural.uniform(file.tag() + "/0/negatives", json.get("batch").asInt() * negatives * acted, -1, 1);
        float[] expected = ReferenceFile.flatten(json.get("steps").get(0).get("logits"));
        try (DiffusionPolicy policy = DiffusionPolicy.load(new PolicyDefinition(config, weights, Map.of(), "ibc"),
                InferenceOptions.DEFAULT.withConvVariant(variant))) {
            for (int b = 0; b < json.get("batch").asInt(); b++) {
                float[] window = java.util.Arrays.copyOfRange(observed, b * observed.length / 3, b * observed.length / 3 + seen);
                float[] own = java.util.Arrays.copyOfRange(candidates, b * negatives * acted, (b + 1) * negatives * acted);
                assertArrayEquals(java.util.Arrays.copyOfRange(expected, b * negatives, (b + 1) * negatives), policy.evaluate(window, own, 0), 1e-4f);
            }
        }
    }

    /** Negative energy: -slope (|a0 - o0| + |a1 - o1|), so that the actions of lowest energy are the observation. */
    private static PolicyDefinition known(boolean best, float slope) {
        PolicyConfig config = new PolicyConfig(1, 1, 1, List.of(FeatureSpec.of("observation.state", Kind.STATE, 2)),
                FeatureSpec.of("action", Kind.ACTION, 2), new EnergyConfig(4, 0.1, 8, 512, best), null, EnergyConfig.search(STEPS),
                EnergyConfig.TRAJECTORY);
        Map<String, TensorData> weights = new HashMap<>();
        ExpectedTensors.of(config).forEach((name, shape) -> weights.put(name,
                TensorData.of(new float[shape.stream().mapToInt(Long::intValue).reduce(1, (a, b) -> a * b)],
                        shape.stream().mapToLong(s -> s).toArray())));
        weights.put("energy.dense0.weight", TensorData.of(new float[] {-1, 0, 1, 0, 1, 0, -1, 0, 0, -1, 0, 1, 0, 1, 0, -1}, 4, 4));
        for (int i = 1; i < 4; i++) {
            weights.put("energy.dense" + i + ".weight", TensorData.of(new float[] {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1}, 4, 4));
        }
        weights.put("energy.dense4.weight", TensorData.of(new float[] {-slope, -slope, -slope, -slope}, 1, 4));
        return new PolicyDefinition(config, weights, Map.of(), "known");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldFindTheLowestEnergy(boolean best) {
        List<float[]> states = List.of(new float[] {0.3f, -0.6f, -0.9f, 0.9f, 0, 0.05f});
        try (DiffusionPolicy policy = DiffusionPolicy.load(known(best, 200), InferenceOptions.DEFAULT)) {
            policy.warmUp();
            List<NoiseSource> noise = List.of(NoiseSource.seeded(1), NoiseSource.seeded(2), NoiseSource.seeded(3));
            Prediction found = policy.predictAction(new ObservationBatch(3, states), Sampling.of(noise));

            assertEquals(best ? STEPS + 1 : STEPS, found.denoisingSteps());
            assertEquals(6, found.actions().length);
            for (int i = 0; i < 6; i++) {
                assertEquals(states.get(0)[i], found.actions()[i], 0.04, "value " + i);
            }
            Prediction alone = policy.predictAction(new ObservationBatch(1, List.of(new float[] {-0.9f, 0.9f})), Sampling.of(List.of(NoiseSource.seeded(2))));
            assertEquals(found.actions()[2], alone.actions()[0], 1e-6, "each row draws for itself");
            assertEquals(found.actions()[3], alone.actions()[1], 1e-6);
        }
    }

    /** exp(-|a| / scale) within -1 to 1: the mean distance of what is drawn is that of its density, widened by the search's last move. */
    @Test
    void shouldDrawByProbability() {
        try (DiffusionPolicy policy = DiffusionPolicy.load(known(false, 5), InferenceOptions.DEFAULT)) {
            List<NoiseSource> noise = java.util.stream.LongStream.range(0, 64).mapToObj(NoiseSource::seeded).toList();
            double[] drawn = policy.predictAction(new ObservationBatch(1, List.of(new float[] {0, 0})), Sampling.of(noise)).actions();
            double mean = java.util.Arrays.stream(drawn).map(Math::abs).average().orElseThrow();
            // five times weighed by exp(-5 |a|): density exp(-25 |a|), mean 0.04, and 0.06 of moves
            assertTrue(mean > 0.015 && mean < 0.12, "mean distance " + mean);
        }
    }

    @Test
    void shouldEndEarlyWithTheBestOfThatTimeAndNeverMakeUpAnAction() {
        try (DiffusionPolicy policy = DiffusionPolicy.load(known(false, 200), InferenceOptions.DEFAULT)) {
            int[] seen = new int[1];
            Prediction cut = policy.predictAction(new ObservationBatch(1, List.of(new float[] {0.5f, 0.5f})),
                    Sampling.of(NoiseSource.seeded(7), (index, count, timestep, best) -> {
                        seen[0]++;
                        assertEquals(STEPS, count);
                        return index < 1;
                    }));
            assertEquals(2, seen[0]);
            assertEquals(2, cut.denoisingSteps());
            assertEquals(0.5, cut.actions()[0], 0.15);
            assertEquals(0.5, cut.actions()[1], 0.15);
        }
        PolicyDefinition broken = known(true, Float.NaN);
        try (DiffusionPolicy policy = DiffusionPolicy.load(broken, InferenceOptions.DEFAULT)) {
            assertFalse(policy.predictAction(new ObservationBatch(1, List.of(new float[] {0, 0})), Sampling.of(List.of(NoiseSource.seeded(7)))).finite());
        }
    }
}
