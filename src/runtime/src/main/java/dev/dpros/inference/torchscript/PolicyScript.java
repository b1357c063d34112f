package dev.dpros.inference.torchscript;

import dev.dpros.core.InputException;
import dev.dpros.diffusion.PolicyDefinition;
import java.util.List;

/**
 * Writes a whole policy as one TorchScript module. Its methods:
 * <ul>
 *   <li>{@code encode_N(image [B, C, H, W] in [0, 1]) -> [B, featureDim]}, one per camera;
 *   <li>{@code encode_packed_N}, the same after the preparation {@code pack_images} has brought the convolutions' weights into
 *       oneDNN's blocked layout (only if a packed variant is asked for);
 *   <li>{@code condition(observation [B, G])}: what the network makes of the observation alone, once per chunk (UNet: its part
 *       of all FiLM layers, {@code [B, 1, F]});
 *   <li>{@code embed(steps [N])}: what it makes of the denoising steps alone, once per set of timesteps (UNet: {@code [N, 1, F]});
 *   <li>{@code denoise_VARIANT(x [B, T, W], condition, embedding, index) -> [B, T, W]}: one evaluation of the network; with an
 *       embedding {@code [N, B, 1, F]} each trajectory is at a timestep of its own.
 * </ul>
 * Its preparations ({@link ScriptModule#preparation(String)}) {@code prepare_VARIANT} bring the weights into a variant's layout, in the
 * order of {@link ConvVariant}.
 */
public final class PolicyScript {
    /** Name of the encoders' methods, without the camera's index. */
    public static final String ENCODE = "encode_";
    /** The same with packed weights. */
    public static final String ENCODE_PACKED = "encode_packed_";
    /** Name of the preparation that packs the encoders' weights. */
    public static final String PACK_IMAGES = "pack_images";

    private PolicyScript() {}

    /**
     * Builds the module.
     *
     * @param variants for which {@code denoise} is written, in the order of the enumeration, starting with
     *     {@link ConvVariant#CONV1D}
     * @param halvedImages whether packed convolutions of the encoders are bfloat16
     * @throws InputException if a tensor is missing, or of a shape that the configuration does not give
     */
    public static ScriptModule of(PolicyDefinition policy, List<ConvVariant> variants, boolean halvedImages, ResizeFilter resize) {
        boolean packable = variants.stream().anyMatch(ConvVariant::packed);
        ScriptModule module = new ScriptModule("DiffusionPolicy");
        WeightStore weights = new WeightStore(policy);
        int cameras = policy.config().cameras().size();
        ImageOps.Packing packing = new ImageOps.Packing(policy.config().nObsSteps(), variants.get(variants.size() - 1), halvedImages);
        for (int i = 0; i < cameras; i++) {
            EncoderScript encoder = new EncoderScript(policy, i, weights, module, resize);
            encoder.write(ENCODE + i, null);
            if (packable) {
                encoder.write(ENCODE_PACKED + i, packing);
            }
        }
        if (packable) {
            module.preparation(PACK_IMAGES, packing.body());
        }
        DenoiserScript.of(policy.config(), weights, module).write(variants);
        return module;
    }
}
