package dev.dpros.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.Precision;
import dev.dpros.diffusion.PrefixWeights;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.inference.torchscript.ConvVariant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DiffusionPolicyTest {
    private final PolicyDefinition tiny = TestPolicies.tiny();

    @Test
    void shouldTieAsAListenerWouldThatBlends() {
        try (DiffusionPolicy policy = DiffusionPolicy.load(TestPolicies.tiny(), InferenceOptions.DEFAULT)) {
            ObservationBatch seen = TestPolicies.observations(policy.config(), "a");
            double[] weights = new double[policy.config().horizon()];
            PrefixWeights.fill(PrefixWeights.Fall.EXPONENTIAL, 3, 9, weights);
            double[] target = new double[weights.length * 3];
            Arrays.setAll(target, i -> Math.sin(i));
            Prediction blended = policy.predictAction(seen, Sampling.of(NoiseSource.seeded(3), (index, count, timestep, clean) -> {
                PrefixWeights.blend(clean, 3, target, weights);
                return index < 5;
            }));
            Prediction tied = policy.predictAction(seen, new Sampling(List.of(NoiseSource.seeded(3)), null, new Tie(target, weights),
                    Sampling.NO_DEADLINE, (index, count, timestep, clean) -> index < 5));
            assertEquals(blended, tied);
            assertEquals((float) target[0], tied.trajectory()[0]);
        }
    }

    @Test
    void shouldGiveTheSameActionsForTheSameSeed() {
        try (DiffusionPolicy policy = DiffusionPolicy.load(tiny, InferenceOptions.DEFAULT)) {
            ObservationBatch seen = TestPolicies.observations(tiny.config(), "a");
            Prediction first = policy.predictAction(seen, Sampling.of(NoiseSource.seeded(3), StepListener.NONE));
            Prediction again = policy.predictAction(seen, Sampling.of(NoiseSource.seeded(3), StepListener.NONE));
            Prediction other = policy.predictAction(seen, Sampling.of(NoiseSource.seeded(4), StepListener.NONE));
            assertEquals(first, again);
            assertNotEquals(first, other);
            assertEquals(8, first.denoisingSteps());
        }
    }

    @ParameterizedTest
    @EnumSource(value = ConvVariant.class, names = {"CONV1D", "ROWS", "PACKED"})
    void shouldGiveEachEnvironmentOfABatchWhatItWouldGetAlone(ConvVariant variant) {
        try (DiffusionPolicy policy = DiffusionPolicy.load(tiny, InferenceOptions.DEFAULT.withConvVariant(variant))) {
            List<Prediction> alone = new ArrayList<>();
            List<NoiseSource> noise = new ArrayList<>();
            float[] states = new float[3 * 8];
            for (int b = 0; b < 3; b++) {
                ObservationBatch seen = TestPolicies.observations(tiny.config(), "env" + b);
                System.arraycopy(seen.values().get(0), 0, states, b * 8, 8);
                alone.add(policy.predictAction(seen, Sampling.of(NoiseSource.seeded(b), StepListener.NONE)));
                noise.add(NoiseSource.seeded(b));
            }
            Prediction together = policy.predictAction(new ObservationBatch(3, List.of(states)), Sampling.of(noise));
            for (int b = 0; b < 3; b++) {
                assertArrayEquals(alone.get(b).actions(), together.actions(b, together.actionSteps()), 1e-4);
            }
        }
    }

    @Test
    void shouldSampleSeveralChunksForEachEnvironmentAsItWouldOneByOne() {
        try (DiffusionPolicy policy = DiffusionPolicy.load(tiny, InferenceOptions.DEFAULT)) {
            ObservationBatch first = TestPolicies.observations(tiny.config(), "env0");
            ObservationBatch second = TestPolicies.observations(tiny.config(), "env1");
            float[] states = new float[2 * 8];
            System.arraycopy(first.values().get(0), 0, states, 0, 8);
            System.arraycopy(second.values().get(0), 0, states, 8, 8);
            List<NoiseSource> noise = new ArrayList<>();
            for (int k = 0; k < 6; k++) {
                noise.add(NoiseSource.seeded(k));
            }
            Prediction fan = policy.predictAction(new ObservationBatch(2, List.of(states)), Sampling.of(noise));
            assertEquals(6, fan.batch());
            for (int row = 0; row < 6; row++) {
                Prediction alone = policy.predictAction(row < 3 ? first : second,
                        Sampling.of(NoiseSource.seeded(row), StepListener.NONE));
                assertArrayEquals(alone.actions(), fan.actions(row, fan.actionSteps()), 1e-4);
            }
            assertThrows(IllegalArgumentException.class, () -> policy.predictAction(
                    new ObservationBatch(2, List.of(states)), Sampling.of(noise.subList(0, 3))));
        }
    }

    @Test
    void shouldReturnTheCleanEstimateWhenTheListenerEndsTheLoop() {
        try (DiffusionPolicy policy = DiffusionPolicy.load(tiny, InferenceOptions.DEFAULT)) {
            double[] seen = new double[48];
            Prediction found = policy.predictAction(TestPolicies.observations(tiny.config(), "a"),
                    Sampling.of(NoiseSource.seeded(1), (index, count, timestep, clean) -> {
                        assertEquals(8, count);
                        assertEquals((7 - index) * 12, timestep);
                        System.arraycopy(clean, 0, seen, 0, clean.length);
                        return index < 2;
                    }));
            assertEquals(3, found.denoisingSteps());
            for (int i = 0; i < seen.length; i++) {
                assertEquals((float) seen[i], found.trajectory()[i]);
            }
        }
    }

    @Test
    void shouldFollowAListenerThatReplacesTheCleanEstimate() {
        try (DiffusionPolicy policy = DiffusionPolicy.load(tiny, InferenceOptions.DEFAULT)) {
            Prediction found = policy.predictAction(TestPolicies.observations(tiny.config(), "a"),
                    Sampling.of(NoiseSource.seeded(1), (index, count, timestep, clean) -> {
                        java.util.Arrays.fill(clean, 0.25);
                        return true;
                    }));
            for (float value : found.trajectory()) {
                assertEquals(0.25f, value, 1e-6f, "the last step's sample is its clean estimate");
            }
        }
    }

    @Test
    void shouldVisitOnlyTheGivenTimestepsInAWarmStart() {
        try (DiffusionPolicy policy = DiffusionPolicy.load(tiny, InferenceOptions.DEFAULT)) {
            List<Integer> visited = new ArrayList<>();
            StepListener spy = (index, count, timestep, clean) -> visited.add(timestep);
            policy.predictAction(TestPolicies.observations(tiny.config(), "a"),
                    Sampling.of(NoiseSource.seeded(1), spy).visiting(new int[] {30, 15, 3}));
            assertEquals(List.of(30, 15, 3), visited);
        }
    }

    @Test
    void shouldUnnormalizeActionsFromTheNewestObservationOn() {
        PolicyDefinition scaled = new PolicyDefinition(tiny.config(), tiny.weights(),
                Map.of("action", new Normalizer(new double[] {0.5, 2, 1}, new double[] {0, 1, -1})), "test policy");
        try (DiffusionPolicy policy = DiffusionPolicy.load(scaled, InferenceOptions.DEFAULT)) {
            Prediction found = policy.predictAction(TestPolicies.observations(tiny.config(), "a"),
                    Sampling.of(NoiseSource.seeded(1), StepListener.NONE));
            assertEquals(15, found.actionSteps());
            float[] normalised = found.trajectory();
            assertEquals(normalised[3] / 0.5, found.actions()[0], 1e-6);
            assertEquals((normalised[4] - 1) / 2, found.actions()[1], 1e-6);
            assertEquals(normalised[47] + 1, found.actions()[44], 1e-6);
        }
    }

    @Test
    void shouldChangeTheSamplerAtRunTime() {
        try (DiffusionPolicy policy = DiffusionPolicy.load(tiny, InferenceOptions.DEFAULT)) {
            policy.useSampler(SchedulerConfig.Type.DPM_SOLVER_PP, 5);
            Prediction found = policy.predictAction(TestPolicies.observations(tiny.config(), "a"),
                    Sampling.of(NoiseSource.seeded(1), StepListener.NONE));
            assertEquals(5, found.denoisingSteps());
            assertTrue(found.finite());
        }
    }

    @Test
    void shouldChooseALayoutWhenWarmedUpAndGiveTheSameNumbers() {
        ObservationBatch seen = TestPolicies.observations(tiny.config(), "a");
        Sampling sampling = Sampling.of(NoiseSource.given(new float[48], null), StepListener.NONE);
        try (DiffusionPolicy measured = DiffusionPolicy.load(tiny, InferenceOptions.DEFAULT);
                DiffusionPolicy plain = DiffusionPolicy.load(tiny, InferenceOptions.DEFAULT.withConvVariant(ConvVariant.CONV1D))) {
            measured.warmUp();
            assertArrayEquals(plain.predictAction(seen, sampling).actions(), measured.predictAction(seen, sampling).actions(), 1e-4);
        }
    }

    @Test
    void shouldReportANonFiniteAction() {
        assertFalse(new Prediction(1, new float[0], new float[0], 1, new double[] {0, Double.NaN}, 1).finite());
    }

    @Test
    void shouldNameAMissingTensor() {
        Map<String, TensorData> weights = new HashMap<>(tiny.weights());
        weights.remove("unet.mid_modules.1.conv2.block.0.weight");
        InputException error = assertThrows(InputException.class, () -> DiffusionPolicy.load(
                new PolicyDefinition(tiny.config(), weights, Map.of(), "policy.ckpt"), InferenceOptions.DEFAULT));
        assertTrue(error.getMessage().startsWith(
                "policy.ckpt: tensor 'unet.mid_modules.1.conv2.block.0.weight': expected shape [32, 32, 5], found no such tensor"),
                error.getMessage());
    }

    @Test
    void shouldNameATensorOfTheWrongShape() {
        Map<String, TensorData> weights = new HashMap<>(tiny.weights());
        weights.put("unet.final_conv.1.bias", TensorData.of(new float[2], 2));
        InputException error = assertThrows(InputException.class, () -> DiffusionPolicy.load(
                new PolicyDefinition(tiny.config(), weights, Map.of(), "policy.ckpt"), InferenceOptions.DEFAULT));
        assertTrue(error.getMessage().startsWith("policy.ckpt: tensor 'unet.final_conv.1.bias': expected shape [3], found [2]"),
                error.getMessage());
    }

    @Test
    void shouldRefuseOptionsOutOfBounds() {
        assertThrows(InputException.class, () -> new InferenceOptions("tpu", 1, 0, null, null, 0,
                SchedulerConfig.Spacing.DIFFUSERS, InferenceOptions.DEFAULT.resize(), Precision.FLOAT32));
        assertThrows(InputException.class, () -> InferenceOptions.DEFAULT.withThreads(0));
        assertThrows(InputException.class,
                () -> DiffusionPolicy.load(tiny, InferenceOptions.DEFAULT.withSampling(SchedulerConfig.Type.DDIM, 101)));
    }

    @Test
    void shouldRefuseObservationsThatDoNotFitTheFeatures() {
        try (DiffusionPolicy policy = DiffusionPolicy.load(tiny, InferenceOptions.DEFAULT)) {
            assertThrows(IllegalArgumentException.class, () -> policy.predictAction(
                    new ObservationBatch(1, List.of(new float[7])), Sampling.of(NoiseSource.seeded(1), StepListener.NONE)));
        }
    }
}
