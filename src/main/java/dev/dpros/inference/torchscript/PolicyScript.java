package dev.dpros.inference.torchscript;

import dev.dpros.core.InputException;
import dev.dpros.diffusion.PolicyDefinition;
import java.util.List;

/**
 * Writes a whole policy as one TorchScript module. Its methods:
 * <ul>
 *   <li>{@code encode_N(image [B, C, H, W] in [0, 1]) -> [B, featureDim]}, one per camera;
 *   <li>{@code condition(observation [B, G]) -> [B, 1, F]}: the observation's part of all FiLM layers, once per chunk;
 *   <li>{@code embed(steps [N]) -> [N, 1, F]}: the denoising steps' part, once per set of timesteps;
 *   <li>{@code denoise_VARIANT(x [B, T, A], condition, embedding, index) -> [B, T, A]}: one evaluation of the network;
 *   <li>{@code prepare_VARIANT(unused)}: brings the weights into a variant's layout, in the order of {@link ConvVariant}.
 * </ul>
 */
public final class PolicyScript {
    private PolicyScript() {}

    /**
     * Builds the module.
     *
     * @param variants for which {@code denoise} is written, in the order of the enumeration, starting with
     *     {@link ConvVariant#CONV1D}
     * @throws InputException if a tensor is missing, or of a shape that the configuration does not give
     */
    public static ScriptModule of(PolicyDefinition policy, List<ConvVariant> variants, ResizeFilter resize) {
        ScriptModule module = new ScriptModule("DiffusionPolicy");
        WeightStore weights = new WeightStore(policy);
        int cameras = policy.config().cameras().size();
        for (int i = 0; i < cameras; i++) {
            new EncoderScript(policy, i, weights, module, resize).write("encode_" + i);
        }
        new UnetScript(policy.config(), weights, module).write(variants);
        return module;
    }
}
