package dev.dpros.remote;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.dpros.core.ForeignText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads answers: an inference's tensors in binary, a model's metadata in JSON. Believes nothing: lengths, names, element types,
 * shapes and sizes must be those that were asked for, and no byte may be left over. Stateless.
 */
public final class InferenceAnswer {
    /** Most bytes of the JSON before an answer's data. */
    static final int MOST_JSON = 1 << 16;
    private static final ObjectReader JSON = new ObjectMapper().reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private InferenceAnswer() {}

    /** Most bytes that an answer with these outputs can have. */
    public static int mostBytes(List<TensorSpec> outputs) {
        return outputs.stream().mapToInt(TensorSpec::bytes).reduce(MOST_JSON, Math::addExact);
    }

    /**
     * The data of the wanted outputs, in their order, as views of the body.
     *
     * @param jsonLength what the header {@link InferenceRequest#JSON_LENGTH} says; null if there is none
     * @throws RemoteFailure if the answer is anything else than these outputs in binary
     */
    public static List<ByteBuffer> outputs(byte[] body, String jsonLength, List<TensorSpec> wanted) throws RemoteFailure {
        int length = jsonLength(jsonLength, body.length);
        JsonNode outputs = object(body, length).path("outputs");
        if (!outputs.isArray() || outputs.size() != wanted.size()) {
            throw RemoteFailure.answer("expected " + wanted.size() + " outputs, found "
                    + (outputs.isArray() ? String.valueOf(outputs.size()) : "none"));
        }
        Map<String, ByteBuffer> data = new HashMap<>();
        int at = length;
        for (JsonNode output : outputs) {
            TensorSpec spec = expected(output, wanted);
            int bytes = spec.bytes();
            requireSize(output, spec, bytes, body.length - at);
            if (data.put(spec.name(), ByteBuffer.wrap(body, at, bytes).slice().order(ByteOrder.LITTLE_ENDIAN)) != null) {
                throw RemoteFailure.answer("output '" + spec.name() + "' comes twice");
            }
            at += bytes;
        }
        if (at != body.length) {
            throw RemoteFailure.answer((body.length - at) + " bytes after the last output");
        }
        return wanted.stream().map(spec -> data.get(spec.name())).toList();
    }

    private static int jsonLength(String header, int total) throws RemoteFailure {
        if (header == null || !header.matches("[0-9]{1,9}")) {
            throw RemoteFailure.answer("expected a header " + InferenceRequest.JSON_LENGTH + " (binary tensors), found "
                    + (header == null ? "none" : "'" + shortened(header) + "'"));
        }
        int length = Integer.parseInt(header);
        if (length > total || length > MOST_JSON) {
            throw RemoteFailure.answer("JSON of " + length + " bytes in an answer of " + total + ", at most " + MOST_JSON);
        }
        return length;
    }

    private static TensorSpec expected(JsonNode output, List<TensorSpec> wanted) throws RemoteFailure {
        String name = output.path("name").asText();
        for (TensorSpec spec : wanted) {
            if (spec.name().equals(name)) {
                TensorSpec found = spec(output);
                if (!found.equals(spec)) {
                    throw RemoteFailure.answer("output '" + name + "': expected " + spec.words() + ", found " + found.words());
                }
                return spec;
            }
        }
        throw RemoteFailure.answer("unexpected output '" + shortened(name) + "'");
    }

    private static void requireSize(JsonNode output, TensorSpec spec, int bytes, int left) throws RemoteFailure {
        JsonNode size = output.path("parameters").path("binary_data_size");
        if (!size.isIntegralNumber() || size.asLong() != bytes) {
            throw RemoteFailure.answer("output '" + spec.name() + "': expected binary_data_size " + bytes + ", found "
                    + (size.isMissingNode() ? "none" : shortened(size.toString())));
        }
        if (left < bytes) {
            throw RemoteFailure.answer("output '" + spec.name() + "': expected " + bytes + " bytes, found " + left + ": cut off");
        }
    }

    /** Inputs ({@code "inputs"}) or outputs of a model's metadata by name. @throws RemoteFailure if it is none */
    static Map<String, TensorSpec> signature(JsonNode metadata, String which) throws RemoteFailure {
        Map<String, TensorSpec> specs = new HashMap<>();
        JsonNode list = metadata.path(which);
        if (!list.isArray()) {
            throw RemoteFailure.answer("metadata: expected a list '" + which + "'");
        }
        for (JsonNode node : list) {
            TensorSpec spec = spec(node);
            specs.put(spec.name(), spec);
        }
        return specs;
    }

    /** What a tensor of an answer or of metadata says that it is. */
    private static TensorSpec spec(JsonNode tensor) throws RemoteFailure {
        String name = tensor.path("name").asText();
        JsonNode shape = tensor.path("shape");
        if (!shape.isArray() || shape.size() > 16) {
            throw RemoteFailure.answer("'" + shortened(name) + "': no shape");
        }
        long[] sizes = new long[shape.size()];
        for (int i = 0; i < sizes.length; i++) {
            if (!shape.get(i).isIntegralNumber() || !shape.get(i).canConvertToLong()) {
                throw RemoteFailure.answer("'" + shortened(name) + "': shape " + shortened(shape.toString()));
            }
            sizes[i] = shape.get(i).asLong();
        }
        try {
            return TensorSpec.of(name, TensorType.valueOf(tensor.path("datatype").asText()), sizes);
        } catch (IllegalArgumentException e) {
            throw new RemoteFailure(RemoteFailure.Kind.ANSWER, "'" + shortened(name) + "': datatype '"
                    + shortened(tensor.path("datatype").asText()) + "', shape " + shortened(shape.toString()), e);
        }
    }

    /** A JSON object at the beginning of a body. @throws RemoteFailure if there is none */
    static JsonNode object(byte[] body, int length) throws RemoteFailure {
        try {
            JsonNode node = JSON.readTree(body, 0, length);
            if (node != null && node.isObject()) {
                return node;
            }
            throw RemoteFailure.answer("expected a JSON object");
        } catch (JsonProcessingException e) {
            throw new RemoteFailure(RemoteFailure.Kind.ANSWER, "not JSON: " + shortened(e.getOriginalMessage()), e);
        } catch (IOException e) {
            throw new RemoteFailure(RemoteFailure.Kind.ANSWER, "not JSON: " + e.getClass().getSimpleName(), e);
        }
    }

    /** What the body of a refusal says, in one short line: its {@code error} if it is JSON. */
    static String error(byte[] body) {
        try {
            JsonNode error = object(body, body.length).path("error");
            return error.isTextual() ? shortened(error.asText()) : "";
        } catch (RemoteFailure e) {
            return "";
        }
    }

    private static String shortened(String text) {
        return ForeignText.printable(text);
    }
}
