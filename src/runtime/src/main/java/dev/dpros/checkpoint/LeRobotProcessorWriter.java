package dev.dpros.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.TensorData;
import dev.dpros.core.TensorData.DType;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyDefinition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The processor files of a LeRobot directory. Statistics are written in float64, which LeRobot takes too, so that they read
 * back exactly. Stateless.
 */
final class LeRobotProcessorWriter {
    private static final double EPS = 1e-8;

    private LeRobotProcessorWriter() {}

    static void write(Path directory, PolicyDefinition policy) throws IOException {
        List<FeatureSpec> all = new ArrayList<>(policy.config().inputs());
        all.add(policy.config().action());
        Map<String, TensorData> statistics = statistics(policy, all);

        ObjectNode before = pipeline("policy_preprocessor");
        step(before, "rename_observations_processor").putObject("rename_map");
        step(before, "to_batch_processor");
        device(before);
        normalizer(before, "normalizer_processor", policy, all, "policy_preprocessor_step_3_normalizer_processor.safetensors");
        Safetensors.write(directory.resolve("policy_preprocessor_step_3_normalizer_processor.safetensors"), statistics);
        PolicyWriter.writeJson(directory.resolve(LeRobotNormalizers.PREPROCESSOR), before);

        ObjectNode after = pipeline("policy_postprocessor");
        normalizer(after, "unnormalizer_processor", policy, List.of(policy.config().action()),
                "policy_postprocessor_step_0_unnormalizer_processor.safetensors");
        device(after);
        Safetensors.write(directory.resolve("policy_postprocessor_step_0_unnormalizer_processor.safetensors"), statistics);
        PolicyWriter.writeJson(directory.resolve(LeRobotNormalizers.POSTPROCESSOR), after);
    }

    private static ObjectNode pipeline(String name) {
        ObjectNode root = StrictJson.MAPPER.createObjectNode().put("name", name);
        root.putArray("steps");
        return root;
    }

    private static ObjectNode step(ObjectNode pipeline, String name) {
        return pipeline.withArray("steps").addObject().put("registry_name", name).putObject("config");
    }

    private static void device(ObjectNode pipeline) {
        step(pipeline, "device_processor").put("device", "cpu").putNull("float_dtype");
    }

    private static void normalizer(ObjectNode pipeline, String name, PolicyDefinition policy, List<FeatureSpec> features, String file) {
        ObjectNode config = step(pipeline, name).put("eps", EPS);
        LeRobotConfigWriter.features(config.putObject("features"), features);
        ObjectNode map = config.putObject("norm_map");
        LeRobotConfigWriter.modes(policy).forEach(map::put);
        var steps = pipeline.withArray("steps");
        ((ObjectNode) steps.get(steps.size() - 1)).put("state_file", file);
    }

    private static Map<String, TensorData> statistics(PolicyDefinition policy, List<FeatureSpec> features) {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        Map<String, String> modes = LeRobotConfigWriter.modes(policy);
        for (FeatureSpec feature : features) {
            int channels = feature.shape().get(0);
            Normalizer normalizer = policy.normalizers().getOrDefault(feature.key(), Normalizer.identity(channels));
            boolean visual = feature.kind() == FeatureSpec.Kind.VISUAL;
            boolean standard = visual || modes.get(feature.kind().name()).equals("MEAN_STD");
            double[] first = new double[channels];
            double[] second = new double[channels];
            for (int i = 0; i < channels; i++) {
                double scale = normalizer.scale()[i];
                double offset = normalizer.offset()[i];
                double constant = normalizer.constant()[i];
                boolean varied = Double.isNaN(constant);
                first[i] = !varied ? constant : standard ? -offset / scale : (-1 - offset) / scale;
                second[i] = standard ? Math.max(0, 1 / scale - EPS) : !varied ? constant : (1 - offset) / scale;
            }
            List<Long> shape = visual ? List.of((long) channels, 1L, 1L) : List.of((long) channels);
            tensors.put(feature.key() + (standard ? ".mean" : ".min"), doubles(first, shape));
            tensors.put(feature.key() + (standard ? ".std" : ".max"), doubles(second, shape));
        }
        return tensors;
    }

    private static TensorData doubles(double[] values, List<Long> shape) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asDoubleBuffer().put(values);
        return new TensorData(DType.F64, shape, bytes);
    }
}
