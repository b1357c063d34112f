package dev.dpros.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Named.named;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.diffusion.DenoiserConfig;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.TrajectoryConfig;
import dev.dpros.diffusion.TrajectoryConfig.Conditioning;
import dev.dpros.diffusion.TransformerConfig;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.inference.torchscript.ConvVariant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Networks and ways of conditioning beyond LeRobot's: layouts, batches, guidance and early ends. */
@Tag("long")
class DenoiserFamiliesTest {
    private static final int HORIZON = 8;
    private static final UnetConfig UNET = new UnetConfig(List.of(16, 32), 3, 8, 16, false);

    static Stream<Named<PolicyDefinition>> families() {
        return Stream.of(
                named("transformer", policy(transformer(0, true, true), Conditioning.GLOBAL)),
                named("transformer, conditioning layers", policy(transformer(2, true, true), Conditioning.GLOBAL)),
                named("transformer, inpainting", policy(transformer(0, false, true), Conditioning.INPAINTING)),
                named("transformer, layers, inpainting", policy(transformer(1, false, true), Conditioning.INPAINTING)),
                named("transformer, encoder only", policy(transformer(0, true, false), Conditioning.INPAINTING)),
                named("transformer, action steps", policy(transformer(0, false, true), new TrajectoryConfig(Conditioning.GLOBAL, true, true))),
                named("UNet, local", policy(UNET, Conditioning.LOCAL)),
                named("UNet of one level, local", policy(new UnetConfig(List.of(32), 3, 8, 16, true), Conditioning.LOCAL)),
                named("UNet, inpainting", policy(UNET, Conditioning.INPAINTING)),
                named("UNet, action steps", policy(UNET, new TrajectoryConfig(Conditioning.GLOBAL, true, false))),
                named("UNet, inpainting, no convention", policy(UNET, new TrajectoryConfig(Conditioning.INPAINTING, false, false))));
    }

    /** Wide enough that every kind of layer has weights which are packed. */
    private static TransformerConfig transformer(int condLayers, boolean causal, boolean timeAsCond) {
        return new TransformerConfig(2, 4, 384, condLayers, causal, timeAsCond, HORIZON + 2, 4, 0.1, 0.1);
    }

    private static PolicyDefinition policy(DenoiserConfig denoiser, Conditioning conditioning) {
        return policy(denoiser, new TrajectoryConfig(conditioning, false, true));
    }

    private static PolicyDefinition policy(DenoiserConfig denoiser, TrajectoryConfig trajectory) {
        List<FeatureSpec> inputs = List.of(FeatureSpec.of("pose", Kind.STATE, 4), FeatureSpec.of("force", Kind.STATE, 1));
        return TestPolicies.withWeights(new PolicyConfig(2, HORIZON, 4, inputs, FeatureSpec.of("action", Kind.ACTION, 3), denoiser, null,
                TestPolicies.ddim(5), trajectory));
    }

    private static DiffusionPolicy load(PolicyDefinition policy, ConvVariant variant) {
        return DiffusionPolicy.load(policy, InferenceOptions.DEFAULT.withConvVariant(variant));
    }

    private static Prediction predict(DiffusionPolicy policy, StepListener listener) {
        return policy.predictAction(TestPolicies.observations(policy.config(), "a"), Sampling.of(NoiseSource.seeded(5), listener));
    }

    @ParameterizedTest
    @MethodSource("families")
    void shouldAgreeInEveryLayout(PolicyDefinition definition) {
        List<Prediction> found = new ArrayList<>();
        for (ConvVariant variant : List.of(ConvVariant.CONV1D, ConvVariant.ROWS, ConvVariant.PACKED)) {
            try (DiffusionPolicy policy = load(definition, variant)) {
                found.add(predict(policy, StepListener.NONE));
            }
        }
        PolicyConfig config = definition.config();
        assertEquals(config.denoisedSteps() * config.denoisedWidth(), found.get(0).trajectory().length);
        assertEquals(config.chunkSteps() * 3, found.get(0).actions().length);
        assertTrue(found.get(0).finite());
        assertArrayEquals(found.get(0).trajectory(), found.get(1).trajectory(), 1e-4f);
        assertArrayEquals(found.get(0).trajectory(), found.get(2).trajectory(), 1e-4f);
    }

    @ParameterizedTest
    @MethodSource("families")
    void shouldGiveEachEnvironmentOfABatchWhatItWouldGetAlone(PolicyDefinition definition) {
        try (DiffusionPolicy policy = load(definition, ConvVariant.PACKED)) {
            List<NoiseSource> noise = new ArrayList<>();
            List<Prediction> alone = new ArrayList<>();
            float[][] both = {new float[2 * 8], new float[2 * 2]};
            for (int b = 0; b < 2; b++) {
                ObservationBatch seen = TestPolicies.observations(definition.config(), "env" + b);
                System.arraycopy(seen.values().get(0), 0, both[0], b * 8, 8);
                System.arraycopy(seen.values().get(1), 0, both[1], b * 2, 2);
                alone.add(policy.predictAction(seen, Sampling.of(NoiseSource.seeded(b), StepListener.NONE)));
                noise.add(NoiseSource.seeded(b));
            }
            Prediction together = policy.predictAction(new ObservationBatch(2, List.of(both)), Sampling.of(noise));
            for (int b = 0; b < 2; b++) {
                assertArrayEquals(alone.get(b).actions(), together.actions(b, together.actionSteps()), 1e-4);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("families")
    void shouldFollowTheObservations(PolicyDefinition definition) {
        try (DiffusionPolicy policy = load(definition, ConvVariant.CONV1D)) {
            Prediction first = predict(policy, StepListener.NONE);
            Prediction other = policy.predictAction(TestPolicies.observations(policy.config(), "b"),
                    Sampling.of(NoiseSource.seeded(5), StepListener.NONE));
            double difference = 0;
            for (int i = 0; i < first.actions().length; i++) {
                difference = Math.max(difference, Math.abs(first.actions()[i] - other.actions()[i]));
            }
            assertTrue(difference > 1e-3, "the actions differ by " + difference);
        }
    }

    @ParameterizedTest
    @EnumSource(value = ConvVariant.class, names = {"CONV1D", "PACKED"})
    void shouldKeepWhatWasObservedInTheTrajectoryHoweverTheLoopEnds(ConvVariant variant) {
        try (DiffusionPolicy policy = load(policy(UNET, Conditioning.INPAINTING), variant)) {
            for (StepListener listener : List.of(StepListener.NONE, (StepListener) (index, count, timestep, clean) -> index < 1)) {
                Prediction found = predict(policy, listener);
                for (int t = 0; t < 2; t++) {
                    for (int d = 0; d < 5; d++) {
                        assertEquals(found.globalCond()[t * 5 + d], found.trajectory()[t * 8 + 3 + d]);
                    }
                }
            }
        }
    }
}
