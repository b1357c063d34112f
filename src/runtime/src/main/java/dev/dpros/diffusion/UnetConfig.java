package dev.dpros.diffusion;

import java.util.List;

/**
 * ConditionalUnet1D (diffusion_policy/model/diffusion/conditional_unet1d.py; LeRobot DiffusionConditionalUnet1d).
 *
 * @param downDims channels per level, for instance 512, 1024, 2048
 * @param kernelSize odd kernel size of the residual blocks' convolutions
 * @param nGroups groups of the GroupNorms
 * @param stepEmbedDim size of the diffusion-step embedding
 * @param filmScale whether FiLM predicts a scale as well as a bias
 */
public record UnetConfig(List<Integer> downDims, int kernelSize, int nGroups, int stepEmbedDim, boolean filmScale)
        implements DenoiserConfig {
    /** Groups of the final block's GroupNorm, which both references leave at the default whatever {@code n_groups} is. */
    public static final int FINAL_GROUPS = 8;

    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public UnetConfig {
        downDims = List.copyOf(downDims);
        PolicyConfig.require(!downDims.isEmpty() && downDims.size() <= 8, "down_dims", downDims, "1 to 8 levels");
        PolicyConfig.require(nGroups >= 1, "n_groups", nGroups, "at least 1");
        for (int dim : downDims) {
            PolicyConfig.require(dim > 0 && dim <= 1 << 16 && dim % nGroups == 0, "down_dims", downDims, "multiples of n_groups = " + nGroups);
        }
        PolicyConfig.require(downDims.get(0) % FINAL_GROUPS == 0, "down_dims", downDims,
                "first of them a multiple of " + FINAL_GROUPS + ", the groups of the final block");
        PolicyConfig.require(kernelSize >= 1 && kernelSize <= 63 && kernelSize % 2 == 1, "kernel_size", kernelSize, "an odd number, at most 63");
        PolicyConfig.require(stepEmbedDim >= 4 && stepEmbedDim <= 1 << 16 && stepEmbedDim % 2 == 0, "diffusion_step_embed_dim", stepEmbedDim,
                "an even number of at least 4, at most 65536");
    }

    /** 2 per level but the last. */
    @Override
    public int downsampling() {
        return 1 << (downDims.size() - 1);
    }
}
