package dev.dpros.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.checkpoint.ExpectedTensors;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.DenoiserConfig;
import dev.dpros.diffusion.DitConfig;
import dev.dpros.diffusion.FlowConfig;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.inference.InferenceOptions;
import dev.dpros.inference.NoiseSource;
import dev.dpros.inference.ObservationBatch;
import dev.dpros.inference.Prediction;
import dev.dpros.inference.Sampling;
import dev.dpros.inference.StepListener;
import dev.dpros.inference.torchscript.Arithmetic;
import dev.dpros.reference.Procedural;
import dev.dpros.training.DiffusionObjective.Options;
import dev.dpros.training.data.Batch;
import dev.dpros.training.engine.OptimizerConfig;
import dev.dpros.training.engine.WeightDecay;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Training by flow matching: of a UNet and of a diffusion transformer, which is told its task. */
@Tag("long")
class FlowTrainerTest {
    private static final int B = 8;
    private static final int T = 8;

    static Stream<DenoiserConfig> networks() {
        return Stream.of(new UnetConfig(List.of(16, 32), 3, 8, 16, true), new DitConfig(32, 2, 4, 0.1, true, 16, true, 10_000, "a task"));
    }

    private static PolicyTrainer trainer(DenoiserConfig network) {
        PolicyConfig config = new PolicyConfig(2, T, 4, List.of(FeatureSpec.of("observation.state", Kind.STATE, 2)),
                FeatureSpec.of("action", Kind.ACTION, 2), network, null,
                SchedulerConfig.flow(SchedulerConfig.Type.EULER, 10, 100, FlowConfig.DEFAULT));
        PolicyDefinition initial = new PolicyDefinition(config, InitialWeights.of(ExpectedTensors.of(config), 1), Map.of(), "initial");
        OptimizerConfig optimizer = new OptimizerConfig(3e-3, 0.95, 0.999, 1e-8, WeightDecay.uniform(1e-6), 10, null);
        return new PolicyTrainer(initial, new DiffusionObjective(config, new Options(DiffusionObjective.Kind.DENOISING, false, false,
                Arithmetic.FLOAT32)), new MadeBatches(16, FlowTrainerTest::batch), new PolicyTrainer.Options(optimizer,
                new LearningRate(3e-3, LearningRate.Shape.CONSTANT, 0, 1000), name -> true, 1, 5, 1));
    }

    /** Windows whose actions are their state. */
    private static Batch batch(long position) {
        float[] state = Procedural.uniform("state" + position % 16, B * 2 * 2, -1, 1);
        float[] actions = new float[B * T * 2];
        for (int i = 0; i < actions.length; i++) {
            actions[i] = state[i / (T * 2) * 4 + 2 + i % 2];
        }
        float[] ones = new float[B * T];
        Arrays.fill(ones, 1);
        return new Batch(B, Map.of("observation.state", TensorData.of(state, B, 2, 2)), TensorData.of(actions, B, T, 2),
                TensorData.of(ones, B, T));
    }

    /** The actions are the newest state: either integration then ends there. */
    @ParameterizedTest
    @MethodSource("networks")
    void shouldLearnWhatItThenIntegrates(DenoiserConfig network) {
        try (PolicyTrainer trainer = trainer(network)) {
            float first = trainer.step();
            float last = first;
            for (int i = 0; i < 300; i++) {
                last = trainer.step();
            }
            assertTrue(last < 0.5 * first, first + " to " + last);
            try (DiffusionPolicy policy = DiffusionPolicy.load(trainer.averaged(), InferenceOptions.DEFAULT)) {
                endsNear(policy, 0.5f, -0.3f);
                policy.useSampler(SchedulerConfig.Type.RK4, 2);
                endsNear(policy, -0.6f, 0.4f);
            }
        }
    }

    private static void endsNear(DiffusionPolicy policy, float x, float y) {
        Prediction found = policy.predictAction(new ObservationBatch(1, List.of(new float[] {0, 0, x, y})),
                Sampling.of(NoiseSource.seeded(4), StepListener.NONE));
        double[] means = new double[2];
        for (int i = 0; i < found.actions().length; i++) {
            means[i % 2] += found.actions()[i] * 2 / found.actions().length;
        }
        assertEquals(x, means[0], 0.25);
        assertEquals(y, means[1], 0.25);
    }

    /** Beta(1.5, 1) has mean 0.6, so the times have 0.999 * 0.4; they never leave their range. */
    @Test
    void shouldDrawTheTimesOfAFlow() {
        SplittableRandom random = new SplittableRandom(3);
        double sum = 0;
        double squares = 0;
        for (int i = 0; i < 20_000; i++) {
            double time = FlowTimes.draw(FlowConfig.DEFAULT, random);
            assertTrue(time >= 0 && time < 0.999);
            sum += time;
            squares += time * time;
        }
        assertEquals(0.3996, sum / 20_000, 0.01);
        // the variance of Beta(1.5, 1) is ab / ((a + b)^2 (a + b + 1)) = 0.0686
        assertEquals(0.0686, squares / 20_000 - Math.pow(sum / 20_000, 2), 0.003);
        double gamma = 0;
        for (int i = 0; i < 20_000; i++) {
            gamma += FlowTimes.gamma(0.5, random);
        }
        assertEquals(0.5, gamma / 20_000, 0.03);
    }
}
