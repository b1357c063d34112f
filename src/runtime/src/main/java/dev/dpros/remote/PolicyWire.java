package dev.dpros.remote;

import dev.dpros.core.ChunkOrigin;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.ObservationWindow;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.PolicyHash;
import dev.dpros.inference.PolicySignature;
import dev.dpros.inference.Prediction;
import dev.dpros.inference.SamplingTensors;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One policy's chunks on the wire: an exported archive's inputs from a window and a sampling, and a prediction from its outputs.
 * Immutable but for one request's JSON, which is kept; confined to the sampler thread but for {@link #decode}.
 */
final class PolicyWire {
    /** Inputs behind the observations, as the archive has them. */
    private static final int NOISE = 0;
    private static final int VARIANCE = 1;
    private static final int TIMESTEPS = 2;
    private static final int COEFS = 3;
    private static final int TARGET = 4;
    private static final int WEIGHTS = 5;

    private final PolicyDefinition definition;
    private final PolicySignature signature;
    private final int[] hash;
    private final List<TensorSpec> outputs;
    private final AnswerReader answers;
    private @Nullable InferenceRequest request;
    private int steps;
    private int varianceSteps;

    /**
     * A body that is ready to be sent, and that may be sent again.
     *
     * @param body JSON and data
     * @param jsonLength of its JSON
     * @param steps network evaluations that it asks for
     * @param wire whose message it is
     */
    record Message(ByteBuffer body, int jsonLength, int steps, PolicyWire wire) {}

    PolicyWire(PolicyDefinition definition, PolicySignature signature) {
        this.definition = definition;
        this.signature = signature;
        hash = PolicyHash.ints(signature.hash());
        outputs = signature.outputs().stream().map(tensor -> closed(tensor, 0, 0)).toList();
        answers = new AnswerReader(outputs);
    }

    /** What an answer must hold. */
    List<TensorSpec> outputs() {
        return outputs;
    }

    /** Reads it. */
    AnswerReader answers() {
        return answers;
    }

    /** What the server's model must be. */
    PolicySignature signature() {
        return signature;
    }

    /** A tensor of the signature for a batch of one. */
    private static TensorSpec closed(PolicySignature.Tensor tensor, int steps, int varianceSteps) {
        List<Long> shape = new ArrayList<>();
        shape.add(1L);
        long open = tensor.name().equals(PolicySignature.VARIANCE) ? varianceSteps : steps;
        tensor.shape().forEach(size -> shape.add(size == PolicySignature.ANY ? open : size));
        return new TensorSpec(tensor.name(), TensorType.valueOf(tensor.type().name()), shape);
    }

    /** The request for one chunk from a window. */
    Message encode(ObservationWindow window, SamplingTensors sampling) {
        InferenceRequest to = request(sampling.steps(), sampling.varianceSteps());
        ByteBuffer body = to.body();
        int features = definition.config().inputs().size();
        for (int f = 0; f < features; f++) {
            FeatureSpec feature = definition.config().inputs().get(f);
            boolean bytes = signature.inputs().get(f).type() == PolicySignature.DataType.UINT8;
            if (feature.kind() == FeatureSpec.Kind.VISUAL && bytes) {
                picture(window.values(f), body, to.offset(f));
            } else {
                floats(window.values(f), body, to.offset(f));
            }
        }
        floats(sampling.noise(), body, to.offset(features + NOISE));
        floats(sampling.variance(), body, to.offset(features + VARIANCE));
        floats(sampling.timesteps(), body, to.offset(features + TIMESTEPS));
        doubles(sampling.coefs(), body, to.offset(features + COEFS));
        floats(sampling.target(), body, to.offset(features + TARGET));
        doubles(sampling.weights(), body, to.offset(features + WEIGHTS));
        return new Message(body, to.jsonLength(), sampling.steps(), this);
    }

    private InferenceRequest request(int wantedSteps, int wantedVariance) {
        InferenceRequest kept = request;
        if (kept == null || steps != wantedSteps || varianceSteps != wantedVariance) {
            kept = new InferenceRequest(signature.inputs().stream().map(tensor -> closed(tensor, wantedSteps, wantedVariance)).toList(),
                    outputs.stream().map(TensorSpec::name).toList());
            request = kept;
            steps = wantedSteps;
            varianceSteps = wantedVariance;
        }
        return kept;
    }

    /** Pictures are whole 255ths: the nearest is found without {@code Math.round}, which takes several times as long. */
    private static void picture(float[] values, ByteBuffer body, int at) {
        byte[] bytes = body.array();
        for (int i = 0; i < values.length; i++) {
            bytes[at + i] = (byte) Math.max(0, Math.min(255, (int) (255 * values[i] + 0.5f)));
        }
    }

    private static void floats(float[] values, ByteBuffer body, int at) {
        body.slice(at, values.length * Float.BYTES).order(body.order()).asFloatBuffer().put(values);
    }

    private static void doubles(double[] values, ByteBuffer body, int at) {
        body.slice(at, values.length * Double.BYTES).order(body.order()).asDoubleBuffer().put(values);
    }

    /**
     * What the outputs say.
     *
     * @throws RemoteFailure if another policy has answered, or with numbers that are none
     */
    Prediction decode(List<ByteBuffer> data, int evaluations) throws RemoteFailure {
        int[] answered = new int[hash.length];
        data.get(1).asIntBuffer().get(answered);
        if (!Arrays.equals(answered, hash)) {
            throw new RemoteFailure(RemoteFailure.Kind.OTHER_POLICY, "the server's policy has other weights or normalizers than "
                    + definition.source() + ": expected " + signature.hash().substring(0, 12) + "..., found "
                    + String.format("%08x%04x", answered[0], answered[1] >>> 16) + "...; export this policy again");
        }
        double[] trajectory = new double[outputs.get(0).bytes() / Double.BYTES];
        data.get(0).asDoubleBuffer().get(trajectory);
        for (double value : trajectory) {
            if (!Double.isFinite(value)) {
                throw RemoteFailure.answer("a trajectory with NaN or infinity");
            }
        }
        return Prediction.of(definition, 1, new float[0], trajectory, evaluations).from(ChunkOrigin.REMOTE);
    }
}
