package dev.dpros.checkpoint;

import dev.dpros.core.TensorData;
import dev.dpros.reference.PickleWriter;
import dev.dpros.reference.Procedural;
import dev.dpros.reference.TorchCheckpointWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A low-dim checkpoint of a few kilobytes: obs (3), action (2). Tests change it before it is written. */
final class TinyCheckpoint {
    final Map<String, Object> cfg = new LinkedHashMap<>();
    final Map<String, Object> policy = new LinkedHashMap<>();
    final Map<String, Object> scheduler = new LinkedHashMap<>();
    final Map<String, Object> model = new LinkedHashMap<>();
    final Map<String, Object> stateDicts = new LinkedHashMap<>();
    final Map<String, Object> pickles = new LinkedHashMap<>();
    boolean omegaConf = true;
    Object extra;

    TinyCheckpoint() {
        scheduler.put("_target_", "diffusers.schedulers.scheduling_ddpm.DDPMScheduler");
        scheduler.put("num_train_timesteps", 100);
        scheduler.put("beta_schedule", "squaredcos_cap_v2");
        model.put("_target_", "diffusion_policy.model.diffusion.conditional_unet1d.ConditionalUnet1D");
        model.put("diffusion_step_embed_dim", 8);
        model.put("down_dims", List.of(8, 16));
        model.put("cond_predict_scale", true);
        policy.put("_target_", "diffusion_policy.policy.diffusion_unet_lowdim_policy.DiffusionUnetLowdimPolicy");
        policy.put("horizon", 8);
        policy.put("n_obs_steps", 2);
        policy.put("n_action_steps", 4);
        policy.put("obs_dim", 3);
        policy.put("action_dim", 2);
        policy.put("obs_as_global_cond", true);
        policy.put("oa_step_convention", true);
        policy.put("model", model);
        policy.put("noise_scheduler", scheduler);
        cfg.put("policy", policy);
        stateDicts.put("ema_model", weights("ema/"));
        pickles.put("epoch", new byte[] {(byte) 0x80, 4, 'K', 0, '.'});
    }

    /** The same features with a transformer of two layers. */
    static TinyCheckpoint transformer() {
        TinyCheckpoint tiny = new TinyCheckpoint();
        tiny.model.clear();
        tiny.model.putAll(Map.of("_target_", "diffusion_policy.model.diffusion.transformer_for_diffusion.TransformerForDiffusion",
                "input_dim", 2, "output_dim", 2, "cond_dim", 3, "horizon", 8, "n_obs_steps", 2));
        tiny.model.putAll(Map.of("n_layer", 2, "n_head", 2, "n_emb", 8, "p_drop_emb", 0.0, "p_drop_attn", 0.3, "causal_attn", true,
                "time_as_cond", true, "n_cond_layers", 0));
        tiny.policy.put("_target_", "diffusion_policy.policy.diffusion_transformer_lowdim_policy.DiffusionTransformerLowdimPolicy");
        tiny.policy.put("obs_as_cond", true);
        tiny.stateDicts.put("ema_model", tiny.weights("ema/"));
        return tiny;
    }

    /** The same features with IBC's energy network. */
    static TinyCheckpoint ibc() {
        TinyCheckpoint tiny = new TinyCheckpoint();
        List.of("model", "noise_scheduler", "obs_as_global_cond", "oa_step_convention").forEach(tiny.policy::remove);
        tiny.policy.put("_target_", "diffusion_policy.policy.ibc_dfo_lowdim_policy.IbcDfoLowdimPolicy");
        tiny.policy.putAll(Map.of("train_n_neg", 16, "pred_n_iter", 3, "pred_n_samples", 32, "kevin_inference", true));
        Map<String, Object> weights = tiny.weights("ibc/");
        weights.put("normalizer.params_dict.action.input_stats.min", TensorData.of(new float[] {-1, -1}, 2));
        weights.put("normalizer.params_dict.action.input_stats.max", TensorData.of(new float[] {1, 1}, 2));
        tiny.stateDicts.clear();
        tiny.stateDicts.put("model", weights);
        return tiny;
    }

    /** The state_dict that the configuration implies, weights seeded by prefix and name. */
    Map<String, Object> weights(String seed) {
        var config = DiffusionPolicyConfig.read(new ConfigNode("tiny", "", OmegaConfTree.toJson(longs(cfg))), name -> null);
        DiffusionPolicyNames names = new DiffusionPolicyNames(config);
        Map<String, Object> weights = new LinkedHashMap<>();
        ExpectedTensors.of(config).forEach((name, shape) -> {
            String own = names.of(name).get(0);
            weights.put(own, Procedural.weight(seed + own, shape));
        });
        weights.put("mask_generator._dummy_variable", TensorData.of(new float[0], 0));
        weights.put("normalizer.params_dict.obs.scale", TensorData.of(new float[] {1, 2, 4}, 3));
        weights.put("normalizer.params_dict.obs.offset", TensorData.of(new float[] {0, -1, 1}, 3));
        weights.put("normalizer.params_dict.action.scale", TensorData.of(new float[] {1, 1}, 2));
        weights.put("normalizer.params_dict.action.offset", TensorData.of(new float[] {0, 0}, 2));
        return weights;
    }

    /** Integers as the unpickler delivers them. */
    private static Object longs(Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> copy = new LinkedHashMap<>();
            map.forEach((key, item) -> copy.put(key, longs(item)));
            return copy;
        }
        if (value instanceof List<?> list) {
            return list.stream().map(TinyCheckpoint::longs).toList();
        }
        return value instanceof Integer number ? Long.valueOf(number) : value;
    }

    @SuppressWarnings("unchecked")
    void remove(String tensor) {
        ((Map<String, Object>) stateDicts.get("ema_model")).remove(tensor);
    }

    /** Writes it. */
    Path write(Path file) throws IOException {
        Map<String, Object> payload = new LinkedHashMap<>();
        payload.put("cfg", omegaConf ? new PickleWriter.OmegaConf(cfg) : cfg);
        payload.put("state_dicts", stateDicts);
        payload.put("pickles", pickles);
        if (extra != null) {
            payload.put("extra", extra);
        }
        TorchCheckpointWriter.write(file, payload);
        return file;
    }
}
