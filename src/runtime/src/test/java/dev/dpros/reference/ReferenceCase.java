package dev.dpros.reference;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.checkpoint.Safetensors;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.PolicyDefinition;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A case of src/runtime/src/test/resources/reference with its policy: the procedural weights are written to a checkpoint in the format
 * of their origin, and read from there.
 *
 * @param json the recorded case
 * @param policy the policy, its weights views of a file in {@code directory}
 */
public record ReferenceCase(JsonNode json, PolicyDefinition policy) {
    /** Cases of LeRobot's DiffusionModel. */
    public static final List<String> LEROBOT = List.of("lerobot_image_ddim16", "lerobot_image_ddpm100",
            "lerobot_sample_prediction_ddpm", "lerobot_state_ddim10", "lerobot_two_cameras_nofilmscale");
    /** Cases of diffusion_policy's predict_action. */
    public static final List<String> STANFORD = List.of("stanford_hybrid_image_ddim16", "stanford_hybrid_image_ddpm100",
            "stanford_lowdim_ddim10", "stanford_multi_image_ddim8");
    /** The same with transformers, inpainting, local conditioning and the other conventions; with their configurations. */
    public static final List<String> STANFORD_FAMILIES = List.of("stanford_hybrid_inpaint_ddim8", "stanford_hybrid_robomimic_ddim8",
            "stanford_transformer_hybrid_pusht_ddpm100", "stanford_transformer_hybrid_robomimic_ddim8",
            "stanford_transformer_lowdim_bert_ddim10", "stanford_transformer_lowdim_condlayers_ddim8",
            "stanford_transformer_lowdim_inpaint_ddpm20", "stanford_transformer_lowdim_pusht_ddpm100",
            "stanford_transformer_lowdim_small_ddim10", "stanford_unet_lowdim_actionsteps_ddim10",
            "stanford_unet_lowdim_inpaint_ddim8", "stanford_unet_lowdim_inpaint_ddpm100",
            "stanford_unet_lowdim_localcond_ddpm100", "stanford_unet_lowdim_noconvention_ddim10");
    /** Three optimisation steps of LeRobot's DiffusionModel. */
    public static final List<String> TRAINING = List.of("train_state", "train_image", "train_batchnorm");

    /** Loads a case; its checkpoint is written to {@code directory} (a temporary one). */
    public static ReferenceCase load(String name, Path directory) {
        try (InputStream in = ReferenceCase.class.getResourceAsStream("/reference/" + name + ".json")) {
            JsonNode json = new ObjectMapper().readTree(in);
            Path source = directory.resolve(name);
            if (name.startsWith("lerobot") || TRAINING.contains(name)) {
                Files.createDirectories(source);
                writeLeRobot(json, source);
            } else {
                TorchCheckpointWriter.write(source, json.has("config") ? tree(json.get("config")) : stanfordConfig(name, json),
                        stanfordWeights(json));
            }
            return new ReferenceCase(json, PolicyReader.read(source));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Its tag, from which inputs and noise follow. */
    public String tag() {
        return json.get("tag").asText();
    }

    private static List<Long> shape(JsonNode node) {
        List<Long> shape = new ArrayList<>();
        node.forEach(size -> shape.add(size.longValue()));
        return shape;
    }

    private static void writeLeRobot(JsonNode json, Path directory) throws IOException {
        ObjectNode config = json.get("config").deepCopy();
        config.put("type", "diffusion");
        ObjectNode inputs = config.putObject("input_features");
        feature(inputs, "observation.state", "STATE", json.get("state_dim").asInt());
        int cameras = json.get("n_cameras").asInt();
        boolean two = cameras > 1;
        List<Long> image = json.path("image_shape").isArray() ? shape(json.get("image_shape")) : List.of(3L, two ? 64L : 96L, two ? 80L : 96L);
        for (int i = 0; i < cameras; i++) {
            feature(inputs, "observation.images.cam" + i, "VISUAL", image.stream().mapToInt(Long::intValue).toArray());
        }
        if (json.get("env_dim").asInt() > 0) {
            feature(inputs, "observation.environment_state", "ENV", json.get("env_dim").asInt());
        }
        feature(config.putObject("output_features"), "action", "ACTION", json.get("action_dim").asInt());
        config.putObject("normalization_mapping").put("VISUAL", "IDENTITY").put("STATE", "IDENTITY").put("ENV", "IDENTITY")
                .put("ACTION", "IDENTITY");
        new ObjectMapper().writeValue(directory.resolve("config.json").toFile(), config);
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        json.get("params").properties().forEach(param ->
                tensors.put("diffusion." + param.getKey(), Procedural.weight(param.getKey(), shape(param.getValue()))));
        Files.deleteIfExists(directory.resolve("model.safetensors"));
        Safetensors.write(directory.resolve("model.safetensors"), tensors);
    }

    private static void feature(ObjectNode features, String key, String type, int... shape) {
        var node = features.putObject(key).put("type", type).putArray("shape");
        for (int size : shape) {
            node.add(size);
        }
    }

    private static Map<String, Object> tree(JsonNode json) {
        return new ObjectMapper().convertValue(json, new TypeReference<>() { });
    }

    private static Map<String, TensorData> stanfordWeights(JsonNode json) {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        json.get("params").properties().forEach(param -> {
            String name = param.getKey();
            List<Long> shape = shape(param.getValue());
            if (name.startsWith("normalizer.")) {
                tensors.put(name, normalizer(json, name, shape));
            } else if (name.endsWith("mask")) {
                tensors.put(name, mask(shape, name.endsWith("memory_mask") ? 1 : 0));
            } else if (name.endsWith("temperature")) {
                tensors.put(name, TensorData.of(new float[] {1}, 1));
            } else {
                tensors.put(name, Procedural.weight(name, shape));
            }
        });
        json.path("normalizers").properties().forEach(entry -> {
            tensors.put("normalizer.params_dict." + entry.getKey() + ".scale", numbers(entry.getValue().get(0)));
            tensors.put("normalizer.params_dict." + entry.getKey() + ".offset", numbers(entry.getValue().get(1)));
        });
        return tensors;
    }

    private static TensorData numbers(JsonNode list) {
        float[] values = new float[list.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) list.get(i).asDouble();
        }
        return TensorData.of(values, values.length);
    }

    private static TensorData mask(List<Long> shape, int ahead) {
        int columns = shape.get(1).intValue();
        float[] values = new float[shape.get(0).intValue() * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % columns <= i / columns + ahead ? 0 : Float.NEGATIVE_INFINITY;
        }
        return TensorData.of(values, shape.get(0), columns);
    }

    /** LinearNormalizer fitted to limits; images to [-1, 1] (hybrid) or left as they are (multi-image). */
    private static TensorData normalizer(JsonNode json, String name, List<Long> shape) {
        String key = name.split("\\.")[2];
        float[] values = new float[Math.toIntExact(shape.get(0))];
        JsonNode limits = json.get("limits").path(key.equals("robot_eef_pose") ? "agent_pos" : key);
        for (int i = 0; i < values.length; i++) {
            float low = limits.isMissingNode() ? key.equals("obs") ? 10 : key.endsWith("image") ? 0 : -1 : (float) limits.get(0).get(i).asDouble();
            float high = limits.isMissingNode() ? key.equals("obs") ? 500 : 1 : (float) limits.get(1).get(i).asDouble();
            float scale = 2 / (high - low);
            values[i] = name.endsWith("scale") ? scale : name.endsWith("offset") ? -1 - scale * low : 0;
        }
        return TensorData.of(values, values.length);
    }

    private static Map<String, Object> stanfordConfig(String name, JsonNode json) {
        Map<String, Object> policy = new LinkedHashMap<>();
        policy.put("horizon", 16);
        policy.put("n_obs_steps", 2);
        policy.put("n_action_steps", 8);
        policy.put("num_inference_steps", json.get("steps").asInt());
        policy.put("obs_as_global_cond", true);
        policy.put("noise_scheduler", scheduler(name));
        if (name.contains("lowdim")) {
            lowDim(policy);
        } else {
            image(policy, name.contains("multi"));
        }
        return new LinkedHashMap<>(Map.of("policy", policy, "training", Map.of("use_ema", true)));
    }

    private static Map<String, Object> scheduler(String name) {
        Map<String, Object> scheduler = new LinkedHashMap<>();
        boolean ddim = name.contains("ddim");
        scheduler.put("_target_", ddim ? "diffusers.schedulers.scheduling_ddim.DDIMScheduler"
                : "diffusers.schedulers.scheduling_ddpm.DDPMScheduler");
        scheduler.put("num_train_timesteps", 100);
        scheduler.put("beta_start", 0.0001);
        scheduler.put("beta_end", 0.02);
        scheduler.put("beta_schedule", "squaredcos_cap_v2");
        scheduler.put("clip_sample", true);
        scheduler.put("prediction_type", "epsilon");
        return scheduler;
    }

    private static void lowDim(Map<String, Object> policy) {
        policy.put("_target_", "diffusion_policy.policy.diffusion_unet_lowdim_policy.DiffusionUnetLowdimPolicy");
        policy.put("obs_dim", 20);
        policy.put("action_dim", 2);
        policy.put("oa_step_convention", true);
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("_target_", "diffusion_policy.model.diffusion.conditional_unet1d.ConditionalUnet1D");
        model.put("input_dim", 2);
        model.put("local_cond_dim", null);
        model.put("diffusion_step_embed_dim", 128);
        model.put("down_dims", List.of(64, 128, 256));
        model.put("kernel_size", 5);
        model.put("cond_predict_scale", true);
        policy.put("model", model);
    }

    private static void image(Map<String, Object> policy, boolean multi) {
        Map<String, Object> obs = new LinkedHashMap<>();
        if (multi) {
            policy.put("_target_", "diffusion_policy.policy.diffusion_unet_image_policy.DiffusionUnetImagePolicy");
            obs.put("robot_eef_pose", Map.of("shape", List.of(2), "type", "low_dim"));
            obs.put("camera_1", Map.of("shape", List.of(3, 120, 160), "type", "rgb"));
            obs.put("camera_0", Map.of("shape", List.of(3, 120, 160), "type", "rgb"));
            Map<String, Object> encoder = new LinkedHashMap<>();
            encoder.put("_target_", "diffusion_policy.model.vision.multi_image_obs_encoder.MultiImageObsEncoder");
            encoder.put("rgb_model", Map.of("_target_", "diffusion_policy.model.vision.model_getter.get_resnet", "name", "resnet18"));
            encoder.put("crop_shape", List.of(108, 144));
            encoder.put("use_group_norm", true);
            encoder.put("imagenet_norm", true);
            policy.put("obs_encoder", encoder);
        } else {
            policy.put("_target_", "diffusion_policy.policy.diffusion_unet_hybrid_image_policy.DiffusionUnetHybridImagePolicy");
            obs.put("image", Map.of("shape", List.of(3, 96, 96), "type", "rgb"));
            obs.put("agent_pos", Map.of("shape", List.of(2)));
            policy.put("crop_shape", List.of(84, 84));
            policy.put("obs_encoder_group_norm", true);
            policy.put("eval_fixed_crop", true);
        }
        policy.put("shape_meta", Map.of("obs", obs, "action", Map.of("shape", List.of(2))));
        policy.put("diffusion_step_embed_dim", 128);
        policy.put("down_dims", multi ? List.of(32, 64, 128) : List.of(64, 128, 256));
    }
}
