package dev.dpros.inference;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.diffusion.VisionConfig;
import dev.dpros.inference.torchscript.ConvVariant;
import dev.dpros.reference.Procedural;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** LeRobot's own DiffusionModel, case by case: conditioning, network at four timesteps, final trajectory. */
@Tag("long")
class LeRobotParityTest {
    static Stream<Arguments> cases() {
        return Stream.of("image_ddim16", "image_ddpm100", "state_ddim10", "two_cameras_nofilmscale", "sample_prediction_ddpm")
                .flatMap(name -> Stream.of(ConvVariant.CONV1D, ConvVariant.ROWS, ConvVariant.PACKED)
                        .map(variant -> Arguments.of("lerobot_" + name, variant)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("cases")
    void shouldEqualTheReference(String name, ConvVariant variant) {
        ReferenceFile file = ReferenceFile.read("reference/" + name);
        PolicyDefinition policy = definition(file);
        int each = policy.config().horizon() * policy.config().action().size();
        try (DiffusionPolicy runtime = DiffusionPolicy.load(policy, InferenceOptions.DEFAULT.withConvVariant(variant))) {
            int steps = runtime.scheduler().inferenceSteps();
            Prediction found = runtime.predictAction(observations(file, policy.config()),
                    Sampling.of(file.noise(steps, each), StepListener.NONE));
            double conditioning = ReferenceFile.worst(found.globalCond(), file.floats("global_cond"));
            double network = 0;
            for (int timestep : new int[] {0, 7, 50, 99}) {
                float[] out = runtime.evaluate(file.floats("global_cond"), Procedural.normal(file.tag() + "/noise", each), timestep);
                network = Math.max(network, ReferenceFile.worst(out, file.floats("eps", String.valueOf(timestep))));
            }
            double trajectory = ReferenceFile.worst(found.trajectory(), file.floats("trajectory"));
            ParityTable.record(name, variant.name(), conditioning, network, trajectory, Double.NaN);
            assertTrue(conditioning < 1e-4, "conditioning vector off by " + conditioning);
            assertTrue(network < 1e-4, "network output off by " + network);
            assertTrue(trajectory < 1e-3, "trajectory off by " + trajectory);
        }
    }

    private static PolicyDefinition definition(ReferenceFile file) {
        JsonNode config = file.json().get("config");
        List<FeatureSpec> inputs = new ArrayList<>();
        inputs.add(FeatureSpec.of("observation.state", Kind.STATE, file.json().get("state_dim").asInt()));
        int cameras = file.json().get("n_cameras").asInt();
        for (int i = 0; i < cameras; i++) {
            inputs.add(cameras == 2 ? FeatureSpec.of("observation.images." + i, Kind.VISUAL, 3, 64, 80)
                    : FeatureSpec.of("observation.image", Kind.VISUAL, 3, 96, 96));
        }
        if (file.json().get("env_dim").asInt() > 0) {
            inputs.add(FeatureSpec.of("observation.environment_state", Kind.ENV, file.json().get("env_dim").asInt()));
        }
        VisionConfig vision = cameras == 0 ? null : new VisionConfig(VisionConfig.Backbone.RESNET18, VisionConfig.Norm.GROUP,
                null, integers(config.get("crop_shape")), config.get("use_separate_rgb_encoder_per_camera").asBoolean(),
                VisionConfig.Pool.SPATIAL_SOFTMAX, config.get("spatial_softmax_num_keypoints").asInt(), 64, true, false,
                List.of());
        UnetConfig unet = new UnetConfig(integers(config.get("down_dims")), config.get("kernel_size").asInt(),
                config.get("n_groups").asInt(), config.get("diffusion_step_embed_dim").asInt(),
                config.get("use_film_scale_modulation").asBoolean());
        PolicyConfig policy = new PolicyConfig(2, 16, 8, inputs,
                FeatureSpec.of("action", Kind.ACTION, file.json().get("action_dim").asInt()), unet, vision, scheduler(config));
        return new PolicyDefinition(policy, file.weights(), Map.of(), file.name());
    }

    private static SchedulerConfig scheduler(JsonNode config) {
        int train = config.get("num_train_timesteps").asInt();
        JsonNode steps = config.get("num_inference_steps");
        return new SchedulerConfig(SchedulerConfig.Type.valueOf(config.get("noise_scheduler_type").asText()), train,
                SchedulerConfig.BetaSchedule.SQUAREDCOS_CAP_V2, 1e-4, 0.02,
                SchedulerConfig.PredictionType.valueOf(config.get("prediction_type").asText().toUpperCase()), true, 1,
                SchedulerConfig.Variance.FIXED_SMALL, true, 0, 0, steps.isNull() ? train : steps.asInt());
    }

    private static List<Integer> integers(JsonNode node) {
        if (node.isNull()) {
            return null;
        }
        List<Integer> values = new ArrayList<>();
        node.forEach(value -> values.add(value.asInt()));
        return values;
    }

    /** The reference's inputs are already normalised, and so is what the policy gets: its normalizers are the identity. */
    private static ObservationBatch observations(ReferenceFile file, PolicyConfig config) {
        int cameras = config.cameras().size();
        List<float[]> values = new ArrayList<>();
        int camera = 0;
        for (FeatureSpec input : config.inputs()) {
            String tag = file.tag();
            switch (input.kind()) {
                case STATE -> values.add(Procedural.uniform(tag + "/state", 2 * input.size(), -1, 1));
                case ENV -> values.add(Procedural.uniform(tag + "/env", 2 * input.size(), -1, 1));
                default -> {
                    float[] all = Procedural.uniform(tag + "/images", 2 * cameras * input.size(), -1, 1);
                    float[] own = new float[2 * input.size()];
                    for (int t = 0; t < 2; t++) {
                        System.arraycopy(all, (t * cameras + camera) * input.size(), own, t * input.size(), input.size());
                    }
                    values.add(own);
                    camera++;
                }
            }
        }
        return new ObservationBatch(1, values);
    }
}
