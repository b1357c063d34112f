package dev.dpros.inference;

import dev.dpros.core.FeatureSpec;
import dev.dpros.diffusion.NoiseScheduler;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.PolicyHash;
import java.util.ArrayList;
import java.util.List;

/**
 * What an exported policy asks for and answers: its tensors by their names on the wire, and the hash of what it computes. Both
 * sides derive it from the policy: who exports, and the robot that compares it with what a server says. Immutable.
 *
 * @param inputs in the order of the network's arguments
 * @param outputs in their order: the trajectory, then the hash of who answered
 * @param hash {@link PolicyHash#of}
 */
public record PolicySignature(List<Tensor> inputs, List<Tensor> outputs, String hash) {
    /** Stands for any number in a shape. */
    public static final int ANY = -1;
    /** Name of the input that holds feature N, without N. */
    public static final String OBSERVATION = "obs_";
    /** Where denoising starts. */
    public static final String NOISE = "noise";
    /** The noise after each step. */
    public static final String VARIANCE = "variance";
    /** What the network is told of each step. */
    public static final String TIMESTEPS = "timesteps";
    /** The scheduler. */
    public static final String COEFS = "coefs";
    /** What the chunk is tied to. */
    public static final String TARGET = "target";
    /** How much. */
    public static final String WEIGHTS = "weights";
    /** The denoised trajectory. */
    public static final String TRAJECTORY = "trajectory__0";
    /** The hash of who answered, {@link PolicyHash#ints}. */
    public static final String POLICY = "policy__1";
    private static final int HASH_INTS = 8;

    /** Element types, by the Open Inference Protocol's names. */
    public enum DataType {
        /** Bytes. */ UINT8(1), /** Integers. */ INT32(4), /** float. */ FP32(4), /** double. */ FP64(8);

        private final int bytes;

        DataType(int bytes) {
            this.bytes = bytes;
        }

        /** Size of one element in bytes. */
        public int bytes() {
            return bytes;
        }
    }

    /** How pictures are sent. */
    public enum Pictures {
        /** 0 to 255: all that a camera of 8 bits has. */
        UINT8(DataType.UINT8),
        /** 0 to 1: depth images of 16 bits keep their values. */
        FLOAT32(DataType.FP32);

        private final DataType type;

        Pictures(DataType type) {
            this.type = type;
        }
    }

    /**
     * A tensor.
     *
     * @param name on the wire
     * @param shape of one trajectory: the batch's dimension, which every tensor has before these, is left out
     */
    public record Tensor(String name, DataType type, List<Integer> shape) {
        /** Copies the list. */
        public Tensor {
            shape = List.copyOf(shape);
        }

        private static Tensor of(String name, DataType type, Integer... shape) {
            return new Tensor(name, type, List.of(shape));
        }
    }

    /** Copies the lists. */
    public PolicySignature {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    /** The signature of a policy. Reads all weights once, for the hash. */
    public static PolicySignature of(PolicyDefinition policy, Pictures pictures) {
        PolicyConfig config = policy.config();
        int steps = config.denoisedSteps();
        int width = config.denoisedWidth();
        List<Tensor> inputs = new ArrayList<>();
        for (int f = 0; f < config.inputs().size(); f++) {
            FeatureSpec feature = config.inputs().get(f);
            List<Integer> shape = new ArrayList<>(List.of(config.nObsSteps()));
            shape.addAll(feature.shape());
            inputs.add(new Tensor(OBSERVATION + f, feature.kind() == FeatureSpec.Kind.VISUAL ? pictures.type : DataType.FP32, shape));
        }
        inputs.add(Tensor.of(NOISE, DataType.FP32, steps, width));
        inputs.add(Tensor.of(VARIANCE, DataType.FP32, ANY, steps, width));
        inputs.add(Tensor.of(TIMESTEPS, DataType.FP32, ANY));
        inputs.add(Tensor.of(COEFS, DataType.FP64, ANY, NoiseScheduler.COEFFICIENTS));
        inputs.add(Tensor.of(TARGET, DataType.FP32, steps, config.action().size()));
        inputs.add(Tensor.of(WEIGHTS, DataType.FP64, steps));
        List<Tensor> outputs = List.of(Tensor.of(TRAJECTORY, DataType.FP64, steps, width), Tensor.of(POLICY, DataType.INT32, HASH_INTS));
        return new PolicySignature(inputs, outputs, PolicyHash.of(policy));
    }

    /** How it takes pictures; {@link Pictures#UINT8} if it takes none. */
    public Pictures pictures(PolicyConfig config) {
        for (int f = 0; f < config.inputs().size(); f++) {
            if (config.inputs().get(f).kind() == FeatureSpec.Kind.VISUAL) {
                return inputs.get(f).type() == DataType.UINT8 ? Pictures.UINT8 : Pictures.FLOAT32;
            }
        }
        return Pictures.UINT8;
    }
}
