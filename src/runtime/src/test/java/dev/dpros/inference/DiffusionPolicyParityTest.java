package dev.dpros.inference;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dpros.checkpoint.ExpectedTensors;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.diffusion.VisionConfig;
import dev.dpros.inference.torchscript.ConvVariant;
import dev.dpros.reference.Procedural;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** predict_action of diffusion_policy's own policies: hybrid image, two-camera image, low-dimensional. */
@Tag("long")
class DiffusionPolicyParityTest {
    private static final List<String> RESNET_CHILDREN =
            List.of("conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4");

    static Stream<Arguments> cases() {
        return Stream.of("hybrid_image_ddim16", "hybrid_image_ddpm100", "multi_image_ddim8", "lowdim_ddim10")
                .flatMap(name -> Stream.of(ConvVariant.CONV1D, ConvVariant.ROWS, ConvVariant.PACKED)
                        .map(variant -> Arguments.of(name, variant)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("cases")
    void shouldEqualTheReferencesPredictAction(String name, ConvVariant variant) {
        ReferenceFile file = ReferenceFile.read("reference/stanford_" + name);
        PolicyDefinition policy = definition(file, config(file, name));
        Normalizer action = policy.normalizers().get("action");
        try (DiffusionPolicy runtime = DiffusionPolicy.load(policy, InferenceOptions.DEFAULT.withConvVariant(variant))) {
            Prediction found = runtime.predictAction(observations(file, policy.config()),
                    Sampling.of(file.noise(runtime.scheduler().inferenceSteps(), 32), StepListener.NONE));
            double trajectory = 0;
            float[] expected = file.floats("action_pred");
            for (int i = 0; i < expected.length; i++) {
                double normalised = expected[i] * action.scale()[i % 2] + action.offset()[i % 2];
                trajectory = Math.max(trajectory, Math.abs(found.trajectory()[i] - normalised));
            }
            double actions = 0;
            float[] executed = file.floats("action");
            for (int i = 0; i < executed.length; i++) {
                actions = Math.max(actions, Math.abs(found.actions(0, 8)[i] - executed[i]));
            }
            ParityTable.record("diffusion_policy_" + name, variant.name(), Double.NaN, Double.NaN, trajectory, actions);
            assertTrue(trajectory < 1e-3, "action_pred off by " + trajectory + " (normalised)");
            assertTrue(actions < 0.25, "action off by " + actions + " px");
        }
    }

    private static PolicyConfig config(ReferenceFile file, String name) {
        FeatureSpec action = FeatureSpec.of("action", Kind.ACTION, 2);
        SchedulerConfig trained = TestPolicies.ddim(file.json().get("steps").asInt());
        SchedulerConfig scheduler = name.contains("ddpm") ? trained.withSampling(SchedulerConfig.Type.DDPM, 100) : trained;
        List<Integer> dims = new ArrayList<>();
        for (int i = 0; file.json().get("params").has("model.down_modules." + i + ".0.blocks.0.block.0.weight"); i++) {
            dims.add(file.json().get("params").get("model.down_modules." + i + ".0.blocks.0.block.0.weight").get(0).asInt());
        }
        UnetConfig unet = new UnetConfig(dims, 5, 8, 128, true);
        List<FeatureSpec> inputs = switch (name.substring(0, name.indexOf('_'))) {
            case "hybrid" -> List.of(FeatureSpec.of("agent_pos", Kind.STATE, 2), FeatureSpec.of("image", Kind.VISUAL, 3, 96, 96));
            case "multi" -> List.of(FeatureSpec.of("camera_0", Kind.VISUAL, 3, 120, 160),
                    FeatureSpec.of("camera_1", Kind.VISUAL, 3, 120, 160), FeatureSpec.of("robot_eef_pose", Kind.STATE, 2));
            default -> List.of(FeatureSpec.of("obs", Kind.STATE, 20));
        };
        boolean multi = inputs.size() == 3;
        VisionConfig vision = inputs.size() == 1 ? null : new VisionConfig(VisionConfig.Backbone.RESNET18, VisionConfig.Norm.GROUP,
                null, multi ? List.of(108, 144) : List.of(84, 84), multi,
                multi ? VisionConfig.Pool.AVERAGE : VisionConfig.Pool.SPATIAL_SOFTMAX, 32, multi ? 512 : 64, !multi, multi, List.of());
        return new PolicyConfig(2, 16, 8, inputs, action, unet, vision, scheduler);
    }

    private static PolicyDefinition definition(ReferenceFile file, PolicyConfig config) {
        Map<String, TensorData> theirs = file.weights();
        Map<String, TensorData> weights = new HashMap<>();
        ExpectedTensors.of(config).keySet().forEach(name -> weights.put(name, theirs.get(theirName(name))));
        Map<String, Normalizer> normalizers = new HashMap<>();
        normalizers.put("action", limits(file, "action"));
        normalizers.put("agent_pos", limits(file, "agent_pos"));
        normalizers.put("robot_eef_pose", limits(file, "agent_pos"));
        normalizers.put("image", new Normalizer(new double[] {2, 2, 2}, new double[] {-1, -1, -1}));
        double[] low = new double[20];
        double[] high = new double[20];
        java.util.Arrays.fill(low, 10);
        java.util.Arrays.fill(high, 500);
        normalizers.put("obs", Normalizer.ofRange(low, high));
        return new PolicyDefinition(config, weights, normalizers, file.name());
    }

    private static Normalizer limits(ReferenceFile file, String key) {
        JsonNode limits = file.json().get("limits").get(key);
        double[][] ends = new double[2][2];
        for (int i = 0; i < 4; i++) {
            ends[i / 2][i % 2] = limits.get(i / 2).get(i % 2).asDouble();
        }
        return Normalizer.ofRange(ends[0], ends[1]);
    }

    /** diffusion_policy's name of one of LeRobot's tensors. */
    private static String theirName(String name) {
        if (name.startsWith("unet.")) {
            return name.replaceFirst("^unet\\.", "model.").replaceFirst("conv1\\.block", "blocks.0.block")
                    .replaceFirst("conv2\\.block", "blocks.1.block")
                    .replaceFirst("^(model\\.(?:down|up)_modules\\.\\d\\.2)\\.", "$1.conv.");
        }
        if (name.matches("rgb_encoder\\.\\d\\..*")) {
            String[] parts = name.split("\\.", 5);
            return "obs_encoder.key_model_map.camera_" + parts[1] + "." + RESNET_CHILDREN.get(Integer.parseInt(parts[3])) + "."
                    + parts[4];
        }
        return name.replaceFirst("^rgb_encoder\\.backbone\\.", "obs_encoder.obs_nets.image.nets.0.nets.")
                .replaceFirst("^rgb_encoder\\.pool\\.", "obs_encoder.obs_nets.image.nets.1.")
                .replaceFirst("^rgb_encoder\\.out\\.", "obs_encoder.obs_nets.image.nets.3.");
    }

    private static ObservationBatch observations(ReferenceFile file, PolicyConfig config) {
        List<float[]> values = new ArrayList<>();
        for (FeatureSpec input : config.inputs()) {
            String tag = file.tag() + "/" + (input.key().equals("robot_eef_pose") ? "pose" : input.key());
            int count = 2 * input.size();
            values.add(switch (input.kind()) {
                case VISUAL -> Procedural.uniform(tag, count, 0, 1);
                default -> input.size() == 20 ? Procedural.uniform(tag, count, 20, 480) : Procedural.uniform(tag, count, 50, 450);
            });
        }
        return new ObservationBatch(1, values);
    }
}
