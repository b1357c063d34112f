package dev.dpros.inference;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dpros.checkpoint.ExpectedTensors;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.DitConfig;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
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

/**
 * multi_task_dit's ObservationEncoder: state, the first token of CLIP's vision tower for each camera (transformers' own), and the
 * projection of what the text tower made of a task.
 */
@Tag("long")
class DitEncoderParityTest {
    static Stream<Arguments> cases() {
        return Stream.of("small", "vitb16").flatMap(name -> Stream.of(ConvVariant.CONV1D, ConvVariant.PACKED)
                .map(variant -> Arguments.of("lerobot_dit_encoder_" + name, variant)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("cases")
    void shouldEqualTheReference(String name, ConvVariant variant) {
        ReferenceFile file = ReferenceFile.read("reference/" + name);
        PolicyConfig config = config(file.json());
        // transformers 5.18 has no vision_model in its names, releases before it have
        Map<String, TensorData> weights = new HashMap<>();
        file.weights().forEach((tensor, value) -> weights.put(tensor.contains(".vision_encoder") && !tensor.contains(".vision_model.")
                ? tensor.replace(".model.", ".model.vision_model.") : tensor, value));
        ExpectedTensors.of(config).forEach((tensor, shape) -> {
            assertTrue(weights.containsKey(tensor) || !tensor.startsWith("observation_encoder."), "LeRobot has no tensor " + tensor);
            weights.computeIfAbsent(tensor, own -> Procedural.weight(own, shape));
        });
        weights.put(DitConfig.TASK, TensorData.of(file.floats("task_pooled"), DitConfig.TEXT));
        PolicyDefinition policy = new PolicyDefinition(config, weights, Map.of(), name);
        try (DiffusionPolicy runtime = DiffusionPolicy.load(policy, InferenceOptions.DEFAULT.withConvVariant(variant))) {
            Prediction found = runtime.predictAction(observations(file.json(), file.tag(), config),
                    Sampling.of(NoiseSource.seeded(1), StepListener.NONE));
            double conditioning = ReferenceFile.worst(found.globalCond(), file.floats("global_cond"));
            ParityTable.record(name, variant.name(), conditioning, Double.NaN, Double.NaN, Double.NaN);
            assertTrue(conditioning < 1e-4, "conditioning off by " + conditioning);
        }
    }

    private static List<Integer> sizes(JsonNode node) {
        return node.isNull() ? null : List.of(node.get(0).asInt(), node.get(1).asInt());
    }

    private static PolicyConfig config(JsonNode json) {
        List<FeatureSpec> inputs = new ArrayList<>();
        inputs.add(FeatureSpec.of("observation.state", Kind.STATE, json.get("state_dim").asInt()));
        JsonNode image = json.get("image_shape");
        for (int i = 0; i < json.get("n_cameras").asInt(); i++) {
            inputs.add(FeatureSpec.of("observation.images." + i, Kind.VISUAL, 3, image.get(1).asInt(), image.get(2).asInt()));
        }
        JsonNode v = json.get("vit");
        VisionConfig.Vit vit = new VisionConfig.Vit(v.get("patch").asInt(), v.get("width").asInt(), v.get("layers").asInt(),
                v.get("heads").asInt());
        VisionConfig vision = new VisionConfig(VisionConfig.Backbone.CLIP_VIT, VisionConfig.Norm.GROUP, sizes(json.get("image_resize_shape")),
                sizes(json.get("image_crop_shape")), json.get("use_separate_rgb_encoder_per_camera").asBoolean(),
                VisionConfig.Pool.FIRST_TOKEN, 0, vit.width(), false, false, List.of(), vit);
        int hidden = json.get("hidden_dim").asInt();
        return new PolicyConfig(2, 8, 4, inputs, FeatureSpec.of("action", Kind.ACTION, 2),
                new DitConfig(hidden, 1, 4, 0, false, 8, true, 10_000, "a task"), vision, TestPolicies.ddim(1));
    }

    private static ObservationBatch observations(JsonNode json, String tag, PolicyConfig config) {
        int cameras = config.cameras().size();
        int steps = config.nObsSteps();
        List<float[]> values = new ArrayList<>();
        values.add(Procedural.uniform(tag + "/state", steps * config.inputs().get(0).size(), -1, 1));
        for (FeatureSpec camera : config.cameras()) {
            float[] all = Procedural.uniform(tag + "/images", steps * cameras * camera.size(), 0, 1);
            float[] own = new float[steps * camera.size()];
            for (int t = 0; t < steps; t++) {
                System.arraycopy(all, (t * cameras + config.cameras().indexOf(camera)) * camera.size(), own, t * camera.size(), camera.size());
            }
            values.add(own);
        }
        return new ObservationBatch(1, values);
    }
}
