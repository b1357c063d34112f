package dev.dpros.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.core.FeatureSpec;
import dev.dpros.diffusion.DitConfig;
import dev.dpros.diffusion.FlowConfig;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.diffusion.VisionConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * config.json as LeRobot writes it. Fields of this project's own appear only where LeRobot has no word for the setting, so
 * that LeRobot reads what it can run and refuses the rest. Stateless.
 */
final class LeRobotConfigWriter {
    private LeRobotConfigWriter() {}

    /** The configuration of a policy in LeRobot's order. */
    static ObjectNode write(PolicyDefinition policy) {
        PolicyConfig config = policy.config();
        ObjectNode json = StrictJson.MAPPER.createObjectNode();
        DitConfig dit = config.denoiser() instanceof DitConfig its ? its : null;
        json.put("type", dit == null ? "diffusion" : MultiTaskDit.TYPE);
        json.put("n_obs_steps", config.nObsSteps()).put("horizon", config.horizon());
        json.put("n_action_steps", config.nActionSteps());
        features(json.putObject("input_features"), config.inputs());
        features(json.putObject("output_features"), List.of(config.action()));
        ObjectNode modes = json.putObject("normalization_mapping");
        modes(policy).forEach(modes::put);
        order(json, config);
        if (dit != null) {
            MultiTaskDit.write(json, config, dit);
        } else {
            vision(json, config.vision());
        }
        if (config.denoiser() instanceof UnetConfig unet) {
            sizes(json, "down_dims", unet.downDims());
            json.put("kernel_size", unet.kernelSize()).put("n_groups", unet.nGroups());
            json.put("diffusion_step_embed_dim", unet.stepEmbedDim()).put("use_film_scale_modulation", unet.filmScale());
        }
        OwnFields.write(json, config);
        if (config.energy() == null) {
            scheduler(json, config.scheduler());
        }
        json.put("do_mask_loss_for_padding", false).put("device", "cpu").put("use_amp", false);
        return json;
    }

    /**
     * The normalization mode of each feature type. A range of zero to -1 or by a deviation of zero to 0: what a constant becomes tells
     * which of the two it was.
     */
    static Map<String, String> modes(PolicyDefinition policy) {
        Map<String, String> modes = new TreeMap<>();
        List<FeatureSpec> features = new ArrayList<>(policy.config().inputs());
        features.add(policy.config().action());
        for (FeatureSpec feature : features) {
            Normalizer normalizer = policy.normalizers().get(feature.key());
            if (normalizer != null && !normalizer.isIdentity()) {
                boolean standard = feature.kind() == FeatureSpec.Kind.VISUAL || standard(normalizer);
                modes.merge(feature.kind().name(), standard ? "MEAN_STD" : "MIN_MAX", (a, b) -> a.equals("MEAN_STD") ? a : b);
            } else {
                modes.putIfAbsent(feature.kind().name(), "IDENTITY");
            }
        }
        return modes;
    }

    private static boolean standard(Normalizer normalizer) {
        return IntStream.range(0, normalizer.size()).anyMatch(i -> Math.abs(normalizer.constant()[i] * normalizer.scale()[i]
                + normalizer.offset()[i]) < 0.5);
    }

    static void features(ObjectNode node, List<FeatureSpec> features) {
        for (FeatureSpec feature : features) {
            sizes(node.putObject(feature.key()).put("type", feature.kind().name()), "shape", feature.shape());
        }
    }

    private static void order(ObjectNode json, PolicyConfig config) {
        long states = config.inputs().stream().filter(f -> f.kind() == FeatureSpec.Kind.STATE).count();
        long environments = config.inputs().stream().filter(f -> f.kind() == FeatureSpec.Kind.ENV).count();
        if (states > 1 || environments > 1 || !LeRobotOrder.ordered(config).equals(config.inputs())) {
            var order = json.putArray("conditioning_order");
            config.inputs().forEach(f -> order.add(f.key()));
        }
    }

    static void sizes(ObjectNode node, String field, List<Integer> sizes) {
        if (sizes == null) {
            node.putNull(field);
        } else {
            var array = node.putArray(field);
            sizes.forEach(array::add);
        }
    }

    private static void vision(ObjectNode json, VisionConfig vision) {
        if (vision == null) {
            json.put("vision_backbone", "resnet18").put("use_group_norm", true);
            return;
        }
        if (vision.backbone().timm()) {
            json.put("vision_backbone", TimmTensors.name(vision)).put("use_separate_rgb_encoder_per_camera", vision.separatePerCamera());
            sizes(json, "crop_shape", vision.cropShape());
            return;
        }
        json.put("vision_backbone", Names.of(LeRobotConfig.BACKBONES, vision.backbone()));
        if (vision.backbone() == VisionConfig.Backbone.CONV) {
            ConvEncoderConfig.write(vision, json.putObject("conv_encoder"));
        }
        crop(json, vision.resizeShape(), vision.cropShape());
        json.put("crop_is_random", true).putNull("pretrained_backbone_weights");
        json.put("use_group_norm", vision.norm() == VisionConfig.Norm.GROUP);
        json.put("spatial_softmax_num_keypoints", Math.max(1, vision.numKeypoints()));
        json.put("use_separate_rgb_encoder_per_camera", vision.separatePerCamera());
        boolean average = vision.pool() == VisionConfig.Pool.AVERAGE;
        if (average) {
            json.put("vision_pool", "average");
        } else if (vision.backbone() != VisionConfig.Backbone.CONV && vision.featureDim() != 2 * vision.numKeypoints()) {
            json.put("vision_feature_dim", vision.featureDim());
        }
        if (vision.imagenetNormalize()) {
            json.put("imagenet_norm", true);
        }
    }

    /** With a resize, LeRobot knows the crop by its ratio; where none gives that crop, the ratio is null. */
    private static void crop(ObjectNode json, List<Integer> resize, List<Integer> crop) {
        sizes(json, "resize_shape", resize);
        sizes(json, "crop_shape", crop);
        if (resize == null || crop == null) {
            json.put("crop_ratio", 1.0);
            return;
        }
        double low = Math.max(crop.get(0) / (double) resize.get(0), crop.get(1) / (double) resize.get(1));
        for (double ratio : new double[] {low, Math.nextUp(low), Math.rint(low * 100) / 100}) {
            if (ratio < 1 && (int) (resize.get(0) * ratio) == crop.get(0) && (int) (resize.get(1) * ratio) == crop.get(1)) {
                json.put("crop_ratio", ratio);
                return;
            }
        }
        json.putNull("crop_ratio");
    }

    private static void flow(ObjectNode json, SchedulerConfig scheduler, FlowConfig flow) {
        json.put("objective", "flow_matching").put("integration_method", Names.of(SchedulerNames.INTEGRATIONS, scheduler.type()));
        json.put("num_integration_steps", scheduler.inferenceSteps()).put("num_train_timesteps", scheduler.numTrainTimesteps());
        json.put("sigma_min", flow.sigmaMin()).put("timestep_sampling_strategy", Names.of(SchedulerNames.TIME_SAMPLINGS, flow.sampling()));
        json.put("timestep_sampling_s", flow.latest()).put("timestep_sampling_alpha", flow.alpha());
        json.put("timestep_sampling_beta", flow.beta());
    }

    private static void scheduler(ObjectNode json, SchedulerConfig scheduler) {
        if (scheduler.flow() != null) {
            flow(json, scheduler, scheduler.flow());
            return;
        }
        json.put("noise_scheduler_type", Names.of(SchedulerNames.TYPES, scheduler.type()));
        json.put("num_train_timesteps", scheduler.numTrainTimesteps());
        json.put("beta_schedule", Names.of(SchedulerNames.BETA_SCHEDULES, scheduler.betaSchedule()));
        json.put("beta_start", scheduler.betaStart()).put("beta_end", scheduler.betaEnd());
        json.put("prediction_type", Names.of(SchedulerNames.PREDICTIONS, scheduler.predictionType()));
        json.put("clip_sample", scheduler.clipSample()).put("clip_sample_range", scheduler.clipSampleRange());
        json.put("num_inference_steps", scheduler.inferenceSteps());
        if (scheduler.variance() != SchedulerConfig.Variance.FIXED_SMALL) {
            json.put("variance_type", Names.of(SchedulerNames.VARIANCES, scheduler.variance()));
        }
        if (!scheduler.setAlphaToOne()) {
            json.put("set_alpha_to_one", false);
        }
        if (scheduler.stepsOffset() != 0) {
            json.put("steps_offset", scheduler.stepsOffset());
        }
        if (scheduler.eta() != 0) {
            json.put("eta", scheduler.eta());
        }
    }
}
