package dev.dpros.diffusion;

/**
 * LeRobot's diffusion transformer (multi_task_dit, DiffusionTransformer): a token per denoised step; timestep and observations
 * shift, scale and gate every block (adaLN-Zero).
 *
 * @param hiddenDim width of a token
 * @param numLayers blocks
 * @param numHeads attention heads, of which the width is a multiple
 * @param dropout in training, share of attention weights that are left out
 * @param positions whether a learnt embedding of the step's position is added
 * @param timestepEmbedDim size of the diffusion-step embedding
 * @param rope whether attention turns queries and keys by their position
 * @param ropeBase base of the frequencies of that
 * @param task text of the task whose projection follows the observations in each observation step; null if none does
 */
public record DitConfig(int hiddenDim, int numLayers, int numHeads, double dropout, boolean positions, int timestepEmbedDim,
        boolean rope, double ropeBase, String task) implements DenoiserConfig {
    /** The layer that projects what the text tower makes of the task. */
    public static final String PROJECTION = "observation_encoder.text_encoder.projection";
    /** The text tower's pooled output of the task: stored with a policy, since the tower is frozen. */
    public static final String TASK = "task.pooled";
    /** Values of that, with CLIP's ViT-B models. */
    public static final int TEXT = 512;

    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public DitConfig {
        PolicyConfig.require(numLayers >= 1 && numLayers <= 64, "num_layers", numLayers, "1 to 64");
        PolicyConfig.require(hiddenDim >= 2 && hiddenDim <= 1 << 14, "hidden_dim", hiddenDim, "2 to 16384");
        PolicyConfig.require(numHeads >= 1 && hiddenDim % numHeads == 0, "num_heads", numHeads, "a divisor of hidden_dim = " + hiddenDim);
        PolicyConfig.require(!rope || hiddenDim / numHeads % 2 == 0, "num_heads", numHeads, "heads of an even width with use_rope");
        PolicyConfig.require(dropout >= 0 && dropout < 1, "dropout", dropout, "0 to less than 1");
        PolicyConfig.require(timestepEmbedDim >= 4 && timestepEmbedDim <= 1 << 14 && timestepEmbedDim % 2 == 0, "timestep_embed_dim",
                timestepEmbedDim, "an even number, 4 to 16384");
        PolicyConfig.require(ropeBase > 0 && ropeBase < 1e12, "rope_base", ropeBase, "a positive number");
    }

    @Override
    public int downsampling() {
        return 1;
    }

    @Override
    public int taskFeatures() {
        return task == null ? 0 : hiddenDim;
    }

    @Override
    public double leftOut() {
        return dropout;
    }
}
