package dev.dpros.checkpoint;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.diffusion.PolicyConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** LeRobot's train_config.json as a {@link ForeignTraining}. Stateless. */
final class LeRobotTraining {
    private LeRobotTraining() {}

    /** @throws dev.dpros.core.InputException naming file and field if it cannot be followed */
    static ForeignTraining read(ConfigNode root) {
        TrainingFields fields = new TrainingFields(root, Set.of("policy"));
        PolicyConfig policy = LeRobotConfig.read(root.get("policy"));
        Map<String, Object> settings = new LinkedHashMap<>();
        ConfigNode data = fields.at("dataset.root");
        settings.put("datasets", List.of(data.isAbsent() ? HubPaths.dataset(fields.at("dataset.repo_id")) : data.text()));
        ConfigNode p = root.get("policy");
        if (policy.vision() != null) {
            HubPaths.backbone(p.get("vision_backbone").text("resnet18"), p.get("pretrained_backbone_weights"), settings);
        }
        settings.put("optimizer", optimizer(root, fields));
        settings.put("loader", loader(fields, p, policy));
        Map<String, Object> columns = new LinkedHashMap<>();
        policy.inputs().forEach(input -> normalized(columns, input, fields, p));
        normalized(columns, policy.action(), fields, p);
        if (!columns.isEmpty()) {
            settings.put("columns", columns);
        }
        settings.put("steps", fields.at("steps").integer(100_000));
        settings.put("seed", fields.at("seed").integer(1000));
        settings.put("validation", ForeignTraining.tree("ratio", fields.at("dataset.eval_split").number(0)));
        int evaluateEvery = fields.at("env_eval_freq").integer(fields.at("eval_freq").integer(20_000));
        boolean pusht = fields.at("env.type").text("none").equals("pusht") && evaluateEvery > 0;
        settings.put("evaluation", ForeignTraining.tree("env", pusht ? "pusht" : "none", "every_steps", Math.max(1, evaluateEvery),
                "episodes", fields.at("eval.n_episodes").integer(50), "train_episodes", 0,
                "denoising_steps", policy.scheduler().inferenceSteps()));
        boolean saves = fields.at("save_checkpoint").bool(true);
        settings.put("checkpoint", ForeignTraining.tree("every_steps", saves ? Math.max(0, fields.at("save_freq").integer(20_000)) : 0, "keep_best", 1));
        return new ForeignTraining(policy, settings, null, fields.unread());
    }

    /** The policy's preset, or the file's own optimizer and scheduler. */
    private static Map<String, Object> optimizer(ConfigNode root, TrainingFields fields) {
        ConfigNode p = root.get("policy");
        boolean preset = fields.at("use_policy_training_preset").bool(true);
        boolean own = preset || root.get("optimizer").isAbsent();
        List<ConfigNode> betas = (own ? p.get("optimizer_betas") : fields.at("optimizer.betas")).items();
        Map<String, Object> optimizer = ForeignTraining.tree("type", own ? "adam" : type(fields.at("optimizer.type")),
                "lr", (own ? p.get("optimizer_lr") : fields.at("optimizer.lr")).number(1e-4),
                "betas", List.of(betas.get(0).number(), betas.get(1).number()),
                "eps", (own ? p.get("optimizer_eps") : fields.at("optimizer.eps")).number(1e-8),
                "weight_decay", (own ? p.get("optimizer_weight_decay") : fields.at("optimizer.weight_decay")).number(1e-6),
                "clip_norm", own ? 10.0 : fields.at("optimizer.grad_clip_norm").number(10), "ema_power", 0);
        boolean dit = MultiTaskDit.is(p);
        double rate = own && dit ? p.get("vision_encoder_lr_multiplier").number(0.1) : 1;
        if (rate != 1) {
            optimizer.put("encoder_lr_factor", rate);
        }
        if (own || root.get("scheduler").isAbsent()) {
            ForeignTraining.schedule(optimizer, p.get("scheduler_name").text("cosine"), p.get("scheduler_warmup_steps").integer(dit ? 0 : 500));
        } else {
            fields.at("scheduler.type").choice(Map.of("diffuser", true), true);
            ForeignTraining.schedule(optimizer, fields.at("scheduler.name").text("cosine"), fields.at("scheduler.num_warmup_steps").integer(0));
        }
        average(fields, optimizer);
        return optimizer;
    }

    /** What LeRobot's normalization_mapping says of a feature, where that is not a training's usual way; types it leaves out stay as they are. */
    private static void normalized(Map<String, Object> columns, FeatureSpec feature, TrainingFields fields, ConfigNode p) {
        ConfigNode mapping = p.get("normalization_mapping");
        boolean visual = feature.kind() == Kind.VISUAL;
        String usual = visual ? "MEAN_STD" : feature.kind() == Kind.ENV ? "IDENTITY" : "MIN_MAX";
        ConfigNode mode = mapping.get(feature.kind().name());
        String name = mode.text(mapping.isAbsent() ? usual : "IDENTITY");
        boolean imagenet = visual && name.equals("MEAN_STD") && fields.root().get("dataset").get("use_imagenet_stats").bool(true);
        switch (name) {
            case "MIN_MAX" -> { }
            case "IDENTITY" -> columns.put(feature.key(), ForeignTraining.tree("normalize", "identity"));
            case "MEAN_STD" -> {
                if (imagenet) {
                    fields.at("dataset.use_imagenet_stats");
                    columns.put(feature.key(), ForeignTraining.tree("normalize", "imagenet"));
                } else if (!visual) {
                    columns.put(feature.key(), ForeignTraining.tree("normalize", "mean_std"));
                }
            }
            default -> throw mode.wrong("MIN_MAX, MEAN_STD or IDENTITY");
        }
    }

    /** The frames that LeRobot drops say how far windows reach beyond an episode; its default of 7 is for chunks of 8 out of 16. */
    private static Map<String, Object> loader(TrainingFields fields, ConfigNode p, PolicyConfig policy) {
        boolean dit = MultiTaskDit.is(p);
        Map<String, Object> loader = ForeignTraining.tree("batch_size", fields.at("batch_size").integer(8),
                "mask_padding", p.get("do_mask_loss_for_padding").bool(false));
        ConfigNode random = p.get(dit ? "image_crop_is_random" : "crop_is_random");
        if (policy.vision() != null && policy.vision().cropShape() != null && !random.bool(true)) {
            throw random.wrong("true: pictures are cropped at random in training");
        }
        int most = policy.horizon() - policy.nObsSteps();
        ConfigNode dropped = p.get("drop_n_last_frames");
        int drop = dropped.integer(dit ? most - policy.nActionSteps() + 1 : Math.min(7, most));
        if (drop < 0 || drop > most) {
            throw dropped.wrong("0 to " + most + " = horizon - n_obs_steps");
        }
        if (most - drop != policy.nActionSteps() - 1) {
            loader.put("pad_after", most - drop);
        }
        return loader;
    }

    /** LeRobot's Adam has the weight decay in the gradient, its AdamW beside it. */
    private static String type(ConfigNode type) {
        return type.choice(Map.of("adam", "adam", "adamw", "adamw"), "adam");
    }

    /** EMAModel of the library diffusers, which counts an update earlier than diffusion_policy's; off unless enabled. */
    private static void average(TrainingFields fields, Map<String, Object> optimizer) {
        if (!fields.at("ema").get("enable").bool(false)) {
            return;
        }
        ConfigNode ema = fields.at("ema");
        ConfigNode constant = ema.get("decay");
        optimizer.put("ema_power", ema.get("power").number(0.75));
        optimizer.put("ema", ForeignTraining.tree("update_after_step", ema.get("update_after_step").integer(0) - 1,
                "inv_gamma", ema.get("inv_gamma").number(1),
                "min_value", constant.number(ema.get("min_decay").number(0)),
                "max_value", constant.number(ema.get("max_decay").number(0.9999))));
    }
}
