package dev.dpros.remote;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a model's answers one after the other. Most begin with the same JSON, byte for byte, as the one before: it is looked at once.
 * Thread-safe.
 */
public final class AnswerReader {
    private final List<TensorSpec> wanted;
    private volatile @Nullable Known known;

    /** An answer that was right. @param offsets of the wanted outputs' data */
    private record Known(byte[] json, String length, int total, int[] offsets) {
        boolean begins(byte[] body, String jsonLength) {
            return body.length == total && length.equals(jsonLength)
                    && Arrays.equals(json, 0, json.length, body, 0, json.length);
        }
    }

    /** @param wanted outputs, in the order in which they are given back */
    public AnswerReader(List<TensorSpec> wanted) {
        this.wanted = List.copyOf(wanted);
    }

    /** Most bytes that an answer can have. */
    int mostBytes() {
        return InferenceAnswer.mostBytes(wanted);
    }

    /** As {@link InferenceAnswer#outputs}. */
    public List<ByteBuffer> outputs(byte[] body, @Nullable String jsonLength) throws RemoteFailure {
        Known before = known;
        if (before != null && before.begins(body, jsonLength)) {
            List<ByteBuffer> outputs = new ArrayList<>(wanted.size());
            for (int i = 0; i < wanted.size(); i++) {
                outputs.add(ByteBuffer.wrap(body, before.offsets()[i], wanted.get(i).bytes()).slice().order(ByteOrder.LITTLE_ENDIAN));
            }
            return outputs;
        }
        List<ByteBuffer> outputs = InferenceAnswer.outputs(body, jsonLength, wanted);
        known = new Known(Arrays.copyOf(body, Integer.parseInt(jsonLength)), jsonLength, body.length,
                outputs.stream().mapToInt(ByteBuffer::arrayOffset).toArray());
        return outputs;
    }
}
