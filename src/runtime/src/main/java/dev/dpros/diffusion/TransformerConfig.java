package dev.dpros.diffusion;

/**
 * TransformerForDiffusion (diffusion_policy/model/diffusion/transformer_for_diffusion.py).
 *
 * @param nLayer layers of the trunk
 * @param nHead attention heads, of which the embedding is a multiple
 * @param nEmb width of a token
 * @param nCondLayers layers of the encoder of what it is conditioned on; 0: two linear layers per token
 * @param causalAttn whether a step attends to itself and earlier ones only
 * @param timeAsCond whether the timestep is a token that the trunk attends to; else it is one of the trunk's own tokens,
 *     before the others, and the trunk has no cross-attention
 * @param positions T of the position embedding, at least the number of denoised steps
 * @param condPositions To of the condition's position embedding, at least the observation steps it is conditioned on
 * @param dropEmb in training, share of the embedding's elements that are left out
 * @param dropAttn the same of the layers
 */
public record TransformerConfig(
        int nLayer,
        int nHead,
        int nEmb,
        int nCondLayers,
        boolean causalAttn,
        boolean timeAsCond,
        int positions,
        int condPositions,
        double dropEmb,
        double dropAttn) implements DenoiserConfig {

    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public TransformerConfig {
        PolicyConfig.require(nLayer >= 1 && nLayer <= 64, "n_layer", nLayer, "1 to 64");
        PolicyConfig.require(nCondLayers >= 0 && nCondLayers <= 64, "n_cond_layers", nCondLayers, "0 to 64");
        PolicyConfig.require(nEmb >= 4 && nEmb <= 1 << 14 && nEmb % 2 == 0, "n_emb", nEmb, "an even number, 4 to 16384");
        PolicyConfig.require(nHead >= 1 && nEmb % nHead == 0, "n_head", nHead, "a divisor of n_emb = " + nEmb);
        PolicyConfig.require(positions >= 1 && positions <= 4096, "horizon", positions, "1 to 4096");
        PolicyConfig.require(condPositions >= 1 && condPositions <= 4096, "n_obs_steps", condPositions, "1 to 4096");
        PolicyConfig.require(dropEmb >= 0 && dropEmb < 1, "p_drop_emb", dropEmb, "0 to less than 1");
        PolicyConfig.require(dropAttn >= 0 && dropAttn < 1, "p_drop_attn", dropAttn, "0 to less than 1");
    }

    @Override
    public double leftOut() {
        return Math.max(dropEmb, dropAttn);
    }

    @Override
    public int downsampling() {
        return 1;
    }
}
