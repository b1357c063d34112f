package dev.dpros.diffusion;

import dev.dpros.core.TensorData;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything needed to run a policy: what a checkpoint reader delivers and the inference stage consumes.
 *
 * @param config architecture and sampling
 * @param weights tensors by LeRobot's names without the {@code diffusion.} prefix: {@code unet.*},
 *     {@code rgb_encoder.*}; a transformer's by diffusion_policy's, {@code transformer.*} for {@code model.*}
 * @param normalizers by feature key, the action's included
 * @param source where it was read from, for messages
 * @param precision what was decided for it, or null
 */
public record PolicyDefinition(PolicyConfig config, Map<String, TensorData> weights, Map<String, Normalizer> normalizers, String source,
        @Nullable PrecisionChoice precision) {
    /** One for which no precision was decided. */
    public PolicyDefinition(PolicyConfig config, Map<String, TensorData> weights, Map<String, Normalizer> normalizers, String source) {
        this(config, weights, normalizers, source, null);
    }

    /** Copies the maps (not the bytes). */
    public PolicyDefinition {
        weights = Map.copyOf(weights);
        normalizers = Map.copyOf(normalizers);
    }
}
