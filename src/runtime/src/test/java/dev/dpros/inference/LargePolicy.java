package dev.dpros.inference;

import dev.dpros.checkpoint.ExpectedTensors;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.FeatureSpec.Kind;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.UnetConfig;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Policies of any size whose weights are made when they are read, so that they never are in memory. */
final class LargePolicy {
    /** 65 million parameters. */
    static final List<Integer> MIDDLE = List.of(256, 512, 1024);
    /** LeRobot's default: 252 million. */
    static final List<Integer> DEFAULT = List.of(512, 1024, 2048);

    private LargePolicy() {}

    static PolicyDefinition of(List<Integer> downDims) {
        PolicyConfig config = new PolicyConfig(2, 16, 8, List.of(FeatureSpec.of("observation.state", Kind.STATE, 4)),
                FeatureSpec.of("action", Kind.ACTION, 3), new UnetConfig(downDims, 5, 8, 128, true), null, TestPolicies.ddim(8));
        Map<String, TensorData> weights = new LinkedHashMap<>();
        ExpectedTensors.of(config).forEach((name, shape) -> weights.put(name, new TensorData(TensorData.DType.F32, shape,
                new Made(Math.toIntExact(shape.stream().reduce((long) Float.BYTES, Math::multiplyExact)), shape.size() > 1))));
        return new PolicyDefinition(config, weights, Map.of(), "large policy");
    }

    /** Number of parameters. */
    static long parameters(PolicyDefinition policy) {
        return policy.weights().values().stream().mapToLong(TensorData::count).sum();
    }

    private record Made(int length, boolean matrix) implements TensorData.Content {
        @Override
        public void read(int offset, ByteBuffer into) {
            for (int i = offset / Float.BYTES; into.hasRemaining(); i++) {
                int mixed = i * 0x9E3779B9;
                into.putFloat(matrix ? ((mixed ^ mixed >>> 15) >> 8) * 0x1p-29f : 0.5f);
            }
        }
    }
}
