package dev.dpros.inference.torchscript;

import dev.dpros.diffusion.DitConfig;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.UnetConfig;
import java.util.List;

/** Writes a denoising network as TorchScript. Confined to one thread. */
interface DenoiserScript {
    /** Adds {@code embed}, {@code condition} and, for each variant, {@code prepare_*} and {@code denoise_*}: see {@link PolicyScript}. */
    void write(List<ConvVariant> variants);

    /**
     * Adds the statements that evaluate the network for training: every sample of the batch at a timestep of its own.
     *
     * @param body where
     * @param sample variable, {@code [B, T, W]}
     * @param steps variable, {@code [B]} float
     * @param observation variable, {@code [B, To * D]}
     * @param arithmetic of matrix products
     * @param learning whether what the network leaves out at random in training is left out
     * @return the variable that holds the output, {@code [B, T, W]}
     */
    String train(ScriptBody body, String sample, String steps, String observation, Arithmetic arithmetic, boolean learning);

    /** The network of a policy. */
    static DenoiserScript of(PolicyConfig config, WeightStore weights, ScriptModule module) {
        return config.denoiser() instanceof UnetConfig ? new UnetScript(config, weights, module)
                : config.denoiser() instanceof DitConfig ? new DitScript(config, weights, module)
                : config.energy() != null ? new EnergyScript(config, weights, module)
                : new TransformerScript(config, weights, module);
    }
}
