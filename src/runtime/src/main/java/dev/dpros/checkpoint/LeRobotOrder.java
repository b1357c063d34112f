package dev.dpros.checkpoint;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.TrajectoryConfig.Conditioning;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Brings a policy's conditioning vector into LeRobot's order (state, images, environment state), by moving columns of the
 * layers that read it. The policy computes the same. Stateless.
 */
final class LeRobotOrder {
    private LeRobotOrder() {}

    /** The same policy in LeRobot's order; itself if it has it already, or is none that LeRobot runs. */
    static PolicyDefinition of(PolicyDefinition policy) {
        PolicyConfig config = policy.config();
        List<FeatureSpec> ordered = ordered(config);
        if (ordered.equals(config.inputs()) || config.unet() == null || !config.conditionedBy(Conditioning.GLOBAL)) {
            return policy;
        }
        int[] columns = columns(config, ordered);
        Map<String, TensorData> weights = new LinkedHashMap<>();
        policy.weights().forEach((name, tensor) ->
                weights.put(name, name.endsWith("cond_encoder.1.weight") ? withColumns(tensor, columns) : tensor));
        return new PolicyDefinition(config.with(ordered, config.vision()), weights, policy.normalizers(), policy.source());
    }

    /** The inputs in LeRobot's order. */
    static List<FeatureSpec> ordered(PolicyConfig config) {
        List<FeatureSpec> ordered = new ArrayList<>(config.inputs());
        ordered.sort(Comparator.comparing(f -> switch (f.kind()) {
            case STATE -> 0;
            case VISUAL -> 1;
            default -> 2;
        }));
        return ordered;
    }

    /** For each column of the reordered layer, the column that it was. */
    private static int[] columns(PolicyConfig config, List<FeatureSpec> ordered) {
        int embedding = config.unet().stepEmbedDim();
        int[] columns = new int[embedding + config.globalConditioning()];
        int to = 0;
        for (; to < embedding; to++) {
            columns[to] = to;
        }
        for (int step = 0; step < config.nObsSteps(); step++) {
            for (FeatureSpec feature : ordered) {
                int from = embedding + step * config.conditioningPerStep() + offset(config, feature);
                for (int i = 0; i < width(config, feature); i++) {
                    columns[to++] = from + i;
                }
            }
        }
        return columns;
    }

    private static int offset(PolicyConfig config, FeatureSpec feature) {
        return config.inputs().stream().takeWhile(f -> f != feature).mapToInt(f -> width(config, f)).sum();
    }

    private static int width(PolicyConfig config, FeatureSpec feature) {
        return feature.kind() == FeatureSpec.Kind.VISUAL ? config.vision().featureDim() : feature.size();
    }

    /**
     * A matrix with other columns.
     *
     * @param tensor float32
     * @param columns for each of the new ones the column that it was; -1: zeros
     */
    static TensorData withColumns(TensorData tensor, int[] columns) {
        ByteBuffer in = tensor.bytes();
        int rows = Math.toIntExact(tensor.shape().get(0));
        int width = Math.toIntExact(tensor.shape().get(1));
        ByteBuffer out = ByteBuffer.allocateDirect(Math.multiplyExact(Math.multiplyExact(rows, columns.length), Integer.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int row = 0; row < rows; row++) {
            for (int column : columns) {
                out.putInt(column < 0 ? 0 : in.getInt((row * width + column) * Integer.BYTES));
            }
        }
        return new TensorData(tensor.dtype(), List.of((long) rows, (long) columns.length), out.flip());
    }
}
