package dev.dpros.remote;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The body of an inference request with binary tensors: a JSON object, then each input's data in the JSON's order,
 * little-endian, row-major (the protocol's binary tensor data extension). The JSON's length goes into a header of its own. The
 * signature is fixed, so that JSON is made once; a body is one array per request. Confined to one thread.
 */
public final class InferenceRequest {
    /** HTTP header with the length of the JSON, of requests and answers. */
    public static final String JSON_LENGTH = "Inference-Header-Content-Length";
    private static final JsonFactory JSON = new JsonFactory();

    private final byte[] json;
    private final int[] offsets;
    private final int size;

    /**
     * A request with these inputs and outputs.
     *
     * @param inputs of closed shapes, in the order of their data
     * @param outputs names of what is wanted, as binary
     * @throws ArithmeticException if a body would be larger than an array can be
     */
    public InferenceRequest(List<TensorSpec> inputs, List<String> outputs) {
        json = json(inputs, outputs);
        offsets = new int[inputs.size()];
        int at = json.length;
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = at;
            at = Math.addExact(at, inputs.get(i).bytes());
        }
        size = at;
    }

    private static byte[] json(List<TensorSpec> inputs, List<String> outputs) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator to = JSON.createGenerator(out)) {
            to.writeStartObject();
            to.writeArrayFieldStart("inputs");
            for (TensorSpec input : inputs) {
                input(to, input);
            }
            to.writeEndArray();
            to.writeArrayFieldStart("outputs");
            for (String output : outputs) {
                to.writeStartObject();
                to.writeStringField("name", output);
                to.writeObjectFieldStart("parameters");
                to.writeBooleanField("binary_data", true);
                to.writeEndObject();
                to.writeEndObject();
            }
            to.writeEndArray();
            to.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static void input(JsonGenerator to, TensorSpec input) throws IOException {
        to.writeStartObject();
        to.writeStringField("name", input.name());
        to.writeArrayFieldStart("shape");
        for (long dimension : input.shape()) {
            to.writeNumber(dimension);
        }
        to.writeEndArray();
        to.writeStringField("datatype", input.type().name());
        to.writeObjectFieldStart("parameters");
        to.writeNumberField("binary_data_size", input.bytes());
        to.writeEndObject();
        to.writeEndObject();
    }

    /** Length of the JSON. */
    public int jsonLength() {
        return json.length;
    }

    /** A body with its JSON, and zeros as data. */
    public ByteBuffer body() {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN).put(0, json);
    }

    /** Where the data of an input begins in a body. */
    public int offset(int input) {
        return offsets[input];
    }
}
