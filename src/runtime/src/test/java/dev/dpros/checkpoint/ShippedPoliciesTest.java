package dev.dpros.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.FeatureSpec;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.VisionConfig;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The two policies in models/, as they are. */
class ShippedPoliciesTest {
    @Test
    void shouldReadTheImagePolicy() {
        PolicyDefinition policy = PolicyReader.read(Path.of("models/pusht_image"));

        assertEquals(List.of("observation.state", "observation.image"),
                policy.config().inputs().stream().map(FeatureSpec::key).toList());
        assertEquals(VisionConfig.Backbone.CONV, policy.config().vision().backbone());
        assertEquals(5, policy.config().vision().conv().size());
        assertEquals(List.of(84, 84), policy.config().vision().cropShape());
        assertEquals(40, policy.config().globalConditioning());
        assertEquals(SchedulerConfig.Type.DDIM, policy.config().scheduler().type());
        assertEquals(16, policy.config().scheduler().inferenceSteps());
        assertEquals(List.of(18L, 64L), policy.weights().get("rgb_encoder.out.weight").shape());
        Normalizer image = policy.normalizers().get("observation.image");
        assertEquals(1, image.normalize(0, 1), 1e-6);
        assertEquals(-1, image.normalize(2, 0), 1e-6);
    }

    @Test
    void shouldReadTheKeypointPolicy() {
        PolicyDefinition policy = PolicyReader.read(Path.of("models/pusht_keypoints"));

        assertNull(policy.config().vision());
        assertEquals(40, policy.config().globalConditioning());
        assertEquals(4_560_000, policy.weights().values().stream().mapToLong(t -> t.count()).sum(), 10_000);
        Normalizer action = policy.normalizers().get("action");
        assertEquals(2, action.size());
        assertTrue(action.unnormalize(0, 1) > action.unnormalize(0, -1));
    }
}
