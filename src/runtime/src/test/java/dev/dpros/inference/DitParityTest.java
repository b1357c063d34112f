package dev.dpros.inference;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.diffusion.DitConfig;
import dev.dpros.diffusion.FlowConfig;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.inference.torchscript.ConvVariant;
import dev.dpros.reference.Procedural;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** LeRobot's diffusion transformer for a given conditioning vector: its output, and what its objectives sample from it. */
class DitParityTest {
    static Stream<Arguments> cases() {
        return Stream.of("ddim10", "ddpm100_pos", "flow_euler20", "flow_rk4").flatMap(name -> Stream.of(ConvVariant.CONV1D, ConvVariant.PACKED)
                .map(variant -> Arguments.of("lerobot_dit_" + name, variant)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("cases")
    void shouldEqualTheReference(String name, ConvVariant variant) {
        ReferenceFile file = ReferenceFile.read("reference/" + name);
        PolicyDefinition policy = definition(file);
        int each = policy.config().horizon() * policy.config().action().size();
        float[] conditioning = Procedural.normal(file.tag() + "/cond", policy.config().globalConditioning());
        try (DiffusionPolicy runtime = DiffusionPolicy.load(policy, InferenceOptions.DEFAULT.withConvVariant(variant))) {
            Prediction found = runtime.predictAction(new ObservationBatch(1, List.of(conditioning)),
                    Sampling.of(file.noise(file.json().get("n_variance").asInt(), each), StepListener.NONE));
            double network = 0;
            for (Map.Entry<String, JsonNode> output : file.json().get("output").properties()) {
                float[] out = runtime.evaluate(conditioning, Procedural.normal(file.tag() + "/noise", each), Float.parseFloat(output.getKey()));
                network = Math.max(network, ReferenceFile.worst(out, ReferenceFile.flatten(output.getValue())));
            }
            double trajectory = ReferenceFile.worst(found.trajectory(), file.floats("trajectory"));
            ParityTable.record(name, variant.name(), Double.NaN, network, trajectory, Double.NaN);
            assertTrue(network < 1e-4, "network output off by " + network);
            assertTrue(trajectory < 1e-3, "trajectory off by " + trajectory);
        }
    }

    private static PolicyDefinition definition(ReferenceFile file) {
        JsonNode c = file.json().get("config");
        int steps = c.get("n_obs_steps").asInt();
        DitConfig dit = new DitConfig(c.get("hidden_dim").asInt(), c.get("num_layers").asInt(), c.get("num_heads").asInt(), 0,
                c.get("use_positional_encoding").asBoolean(), c.get("timestep_embed_dim").asInt(), c.get("use_rope").asBoolean(),
                c.get("rope_base").asDouble(), null);
        PolicyConfig config = new PolicyConfig(steps, c.get("horizon").asInt(), c.get("n_action_steps").asInt(),
                List.of(FeatureSpec.of("observation.state", Kind.STATE, file.json().get("conditioning_dim").asInt() / steps)),
                FeatureSpec.of("action", Kind.ACTION, file.json().get("action_dim").asInt()), dit, null, scheduler(c));
        return new PolicyDefinition(config, file.weights(), Map.of(), file.name());
    }

    private static SchedulerConfig scheduler(JsonNode c) {
        if (c.get("objective").asText().equals("flow_matching")) {
            return SchedulerConfig.flow(SchedulerConfig.Type.valueOf(c.get("integration_method").asText().toUpperCase(java.util.Locale.ROOT)),
                    c.get("num_integration_steps").asInt(), 100, FlowConfig.DEFAULT);
        }
        int train = c.get("num_train_timesteps").asInt();
        return new SchedulerConfig(SchedulerConfig.Type.valueOf(c.get("noise_scheduler_type").asText()), train,
                SchedulerConfig.BetaSchedule.SQUAREDCOS_CAP_V2, 1e-4, 0.02, SchedulerConfig.PredictionType.EPSILON, true, 1,
                SchedulerConfig.Variance.FIXED_SMALL, true, 0, 0,
                c.get("num_inference_steps").isNull() ? train : c.get("num_inference_steps").asInt());
    }
}
