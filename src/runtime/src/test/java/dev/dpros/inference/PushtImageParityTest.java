package dev.dpros.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.core.ObservationWindow;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.inference.torchscript.ConvVariant;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A compact image policy trained with PyTorch, against the vectors that its training code recorded. */
class PushtImageParityTest {
    private final ReferenceFile file = ReferenceFile.read("pusht_image/reference");

    @ParameterizedTest
    @EnumSource(value = ConvVariant.class, names = {"CONV1D", "ROWS", "PACKED", "VECTOR"})
    void shouldEqualTheRecordedVectors(ConvVariant variant) {
        PolicyDefinition policy = PolicyReader.read(Path.of("src/runtime/src/test/resources/policies/pusht_image"));
        ObservationWindow window = window(policy);
        InferenceOptions options = InferenceOptions.DEFAULT.withConvVariant(variant);
        try (DiffusionPolicy runtime = DiffusionPolicy.load(policy, options)) {
            Sampling sampling = Sampling.of(NoiseSource.given(file.floats("noise"), null), StepListener.NONE);
            Prediction found = runtime.predictAction(window, sampling);
            assertEquals(15, found.actionSteps());
            double conditioning = ReferenceFile.worst(found.globalCond(), file.floats("global_cond"));
            double network = ReferenceFile.worst(
                    runtime.evaluate(file.floats("global_cond"), file.floats("noise"), 50), file.floats("unet_t50"));
            double trajectory = ReferenceFile.worst(found.trajectory(), file.floats("ddim16"));
            double action = worst(found.actions(0, 8), file.floats("actions_ddim16_executed8"));
            runtime.useSampler(SchedulerConfig.Type.DDIM, 8);
            double eight = ReferenceFile.worst(runtime.predictAction(window, sampling).trajectory(), file.floats("ddim8"));
            ParityTable.record("pusht_image", variant.name(), conditioning, network, Math.max(trajectory, eight), action);
            assertTrue(conditioning < 1e-4, "conditioning vector off by " + conditioning);
            assertTrue(network < 1e-4, "network output off by " + network);
            assertTrue(Math.max(trajectory, eight) < 1e-3, "trajectory off by " + trajectory + " and " + eight);
            assertTrue(action < 0.5, "actions off by " + action + " px");
        }
    }

    private ObservationWindow window(PolicyDefinition policy) {
        ObservationWindow window = new ObservationWindow(policy.config().inputs(), 2);
        float[] position = file.floats("agent_pos");
        System.arraycopy(position, 0, window.values(window.indexOf("observation.state")), 0, position.length);
        byte[] frames = ReferenceFile.bytes("pusht_image/reference_frames_u8.bin");
        float[] image = window.values(window.indexOf("observation.image"));
        int pixels = 96 * 96;
        for (int t = 0; t < 2; t++) {
            for (int c = 0; c < 3; c++) {
                for (int p = 0; p < pixels; p++) {
                    image[(t * 3 + c) * pixels + p] = (frames[(t * pixels + p) * 3 + c] & 0xff) / 255f;
                }
            }
        }
        return window;
    }

    private static double worst(double[] found, float[] expected) {
        float[] narrow = new float[found.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) found[i];
        }
        return ReferenceFile.worst(narrow, expected);
    }
}
