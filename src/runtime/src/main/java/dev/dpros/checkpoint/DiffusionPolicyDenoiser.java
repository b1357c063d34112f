package dev.dpros.checkpoint;

import dev.dpros.diffusion.DenoiserConfig;
import dev.dpros.diffusion.TrajectoryConfig;
import dev.dpros.diffusion.TrajectoryConfig.Conditioning;
import dev.dpros.diffusion.TransformerConfig;
import dev.dpros.diffusion.UnetConfig;
import java.util.List;

/**
 * The denoising network of a diffusion_policy configuration, and how the observations enter it. Defaults are those of the
 * constructors. Stateless.
 */
final class DiffusionPolicyDenoiser {
    private DiffusionPolicyDenoiser() {}

    /** The low-dim policies': a model of its own in the configuration. @throws dev.dpros.core.InputException if it is another */
    static DenoiserConfig lowDim(ConfigNode policy, boolean transformer, TrajectoryConfig trajectory) {
        ConfigNode model = policy.get("model");
        String name = transformer ? "TransformerForDiffusion" : "ConditionalUnet1D";
        if (!DiffusionPolicyConfig.className(model.get("_target_")).equals(name)) {
            throw model.get("_target_").wrong(name);
        }
        int observation = policy.get("obs_dim").integer();
        int global = trajectory.conditioning() == Conditioning.GLOBAL ? observation : 0;
        int local = trajectory.conditioning() == Conditioning.LOCAL ? observation : 0;
        requireSize(model, "input_dim", policy.get("action_dim").integer() + observation - global - local);
        if (transformer) {
            requireSize(model, "cond_dim", global);
            return transformer(model, new TransformerConfig(12, 12, 768, 0, false, true, 1, 1, 0.1, 0.1));
        }
        requireSize(model, "global_cond_dim", global * policy.get("n_obs_steps").integer());
        requireSize(model, "local_cond_dim", local);
        return unet(model, 3, false);
    }

    private static void requireSize(ConfigNode model, String field, int size) {
        if (model.get(field).json().isNumber() && model.get(field).integer() != size) {
            throw model.get(field).wrong(size + ", as the policy's settings have it");
        }
    }

    static UnetConfig unet(ConfigNode node, int kernelSize, boolean filmScale) {
        ConfigNode dims = node.get("down_dims");
        return new UnetConfig(dims.isAbsent() ? List.of(256, 512, 1024) : dims.integers(),
                node.get("kernel_size").integer(kernelSize), node.get("n_groups").integer(8),
                node.get("diffusion_step_embed_dim").integer(256), node.get("cond_predict_scale").bool(filmScale));
    }

    /** The hybrid policy's, whose settings are its own. */
    static TransformerConfig hybridTransformer(ConfigNode policy) {
        return transformer(policy, new TransformerConfig(8, 4, 256, 0, true, true, 1, 1, 0, 0.3));
    }

    private static TransformerConfig transformer(ConfigNode node, TransformerConfig absent) {
        int horizon = node.get("horizon").integer();
        return new TransformerConfig(node.get("n_layer").integer(absent.nLayer()), node.get("n_head").integer(absent.nHead()),
                node.get("n_emb").integer(absent.nEmb()), node.get("n_cond_layers").integer(absent.nCondLayers()),
                node.get("causal_attn").bool(absent.causalAttn()), node.get("time_as_cond").bool(absent.timeAsCond()), horizon,
                node.get("n_obs_steps").integer(horizon), node.get("p_drop_emb").number(absent.dropEmb()),
                node.get("p_drop_attn").number(absent.dropAttn()));
    }

    /**
     * How the observations enter, and what is denoised.
     *
     * @param image whether the policy is one of images: those condition on everything unless told otherwise, and have the
     *     convention of the newest observation's action
     */
    static TrajectoryConfig trajectory(ConfigNode policy, boolean transformer, boolean image) {
        boolean only = (transformer || !image) && policy.get("pred_action_steps_only").bool(false);
        boolean global = policy.get(transformer ? "obs_as_cond" : "obs_as_global_cond").bool(image);
        boolean local = !transformer && !image && policy.get("obs_as_local_cond").bool(false);
        if (local && global) {
            throw policy.get("obs_as_local_cond").wrong("false, or obs_as_global_cond: false");
        }
        boolean convention = transformer || image || policy.get("oa_step_convention").bool(false);
        return new TrajectoryConfig(local ? Conditioning.LOCAL : global ? Conditioning.GLOBAL : Conditioning.INPAINTING, only, convention);
    }
}
