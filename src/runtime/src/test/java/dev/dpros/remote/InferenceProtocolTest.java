package dev.dpros.remote;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Requests and answers, byte by byte against the examples of the binary tensor data extension (github.com/triton-inference-server/server,
 * docs/protocol/extension_binary_data.md), which the Open Inference Protocol has taken over.
 */
@Execution(ExecutionMode.CONCURRENT)
class InferenceProtocolTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String EXAMPLE_REQUEST = """
            {
              "model_name" : "mymodel",
              "inputs" : [
                {
                  "name" : "input0",
                  "shape" : [ 2, 2 ],
                  "datatype" : "UINT32",
                  "parameters" : {
                    "binary_data_size" : 16
                  }
                },
                {
                  "name" : "input1",
                  "shape" : [ 3 ],
                  "datatype" : "BOOL",
                  "parameters" : {
                    "binary_data_size" : 3
                  }
                }
              ],
              "outputs" : [
                {
                  "name" : "output0",
                  "parameters" : {
                    "binary_data" : true
                  }
                }
              ]
            }""";
    private static final String EXAMPLE_ANSWER = """
            {
              "outputs" : [
                {
                  "name" : "output0",
                  "shape" : [ 3, 2 ],
                  "datatype"  : "FP32",
                  "parameters" : {
                    "binary_data_size" : 24
                  }
                }
              ]
            }""";
    private static final List<TensorSpec> OUTPUTS = List.of(TensorSpec.of("output0", TensorType.FP32, 3, 2));
    private static final byte[] NUMBERS = {0, 0, (byte) 0x80, 0x3f, (byte) 0xcd, (byte) 0xcc, (byte) 0x8c, 0x3f, 0, 0, 0, 0x40,
        0x66, 0x66, 0x06, 0x40, 0, 0, 0x40, 0x40, 0x66, 0x66, 0x46, 0x40};

    @Test
    void shouldWriteTheExampleRequest() throws Exception {
        InferenceRequest request = new InferenceRequest(List.of(TensorSpec.of("input0", TensorType.UINT32, 2, 2),
                TensorSpec.of("input1", TensorType.BOOL, 3)), List.of("output0"));
        ByteBuffer body = request.body();
        for (int i = 0; i < 4; i++) {
            body.putInt(request.offset(0) + 4 * i, i + 1);
        }
        body.put(request.offset(1), (byte) 1);
        int json = request.jsonLength();
        ObjectNode expected = (ObjectNode) JSON.readTree(EXAMPLE_REQUEST);
        expected.remove("model_name"); // in the example alone: the specification's request has none, the path names it
        assertEquals(expected, JSON.readTree(body.array(), 0, json));
        assertEquals(json + 19, body.array().length);
        assertArrayEquals(new byte[] {1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0},
                Arrays.copyOfRange(body.array(), json, json + 19));
    }

    @Test
    void shouldReadTheExampleAnswer() throws Exception {
        float[] numbers = new float[6];
        InferenceAnswer.outputs(join(EXAMPLE_ANSWER, NUMBERS), length(EXAMPLE_ANSWER), OUTPUTS).get(0).asFloatBuffer().get(numbers);
        assertArrayEquals(new float[] {1.0f, 1.1f, 2.0f, 2.1f, 3.0f, 3.1f}, numbers);
    }

    /** The second answer's JSON is the first one's: it is not looked at again, but all that it says of the data holds. */
    @Test
    void shouldReadAnswersOneAfterTheOther() throws Exception {
        AnswerReader reader = new AnswerReader(OUTPUTS);
        byte[] other = NUMBERS.clone();
        other[3] = 0x40;
        for (byte[] numbers : List.of(NUMBERS, other, NUMBERS)) {
            ByteBuffer data = reader.outputs(join(EXAMPLE_ANSWER, numbers), length(EXAMPLE_ANSWER)).get(0);
            assertEquals(24, data.remaining());
            assertEquals(numbers == other ? 4.0f : 1.0f, data.getFloat(0));
        }
        byte[] whole = join(EXAMPLE_ANSWER, NUMBERS);
        assertThrows(RemoteFailure.class, () -> reader.outputs(Arrays.copyOf(whole, whole.length - 1), length(EXAMPLE_ANSWER)));
        assertThrows(RemoteFailure.class, () -> reader.outputs(Arrays.copyOf(whole, whole.length + 1), length(EXAMPLE_ANSWER)));
        assertThrows(RemoteFailure.class, () -> reader.outputs(whole, String.valueOf(EXAMPLE_ANSWER.length() - 1)));
        assertThrows(RemoteFailure.class, () -> reader.outputs(whole, null));
        String transposed = EXAMPLE_ANSWER.replace("[ 3, 2 ]", "[ 2, 3 ]");
        assertThrows(RemoteFailure.class, () -> reader.outputs(join(transposed, NUMBERS), length(transposed)));
        assertEquals(1.0f, reader.outputs(whole, length(EXAMPLE_ANSWER)).get(0).getFloat(0));
    }

    @Test
    void shouldFindOutputsByNameInWhateverOrderTheyCome() throws Exception {
        String json = "{\"model_name\":\"m\",\"outputs\":[{\"name\":\"b\",\"shape\":[1],\"datatype\":\"UINT8\",\"parameters\":{\"binary_data_size\":1}},"
                + "{\"name\":\"a\",\"shape\":[2],\"datatype\":\"UINT8\",\"parameters\":{\"binary_data_size\":2}}]}";
        List<ByteBuffer> outputs = InferenceAnswer.outputs(join(json, new byte[] {7, 8, 9}), length(json),
                List.of(TensorSpec.of("a", TensorType.UINT8, 2), TensorSpec.of("b", TensorType.UINT8, 1)));
        assertEquals(8, outputs.get(0).get(0));
        assertEquals(2, outputs.get(0).remaining());
        assertEquals(7, outputs.get(1).get(0));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "[ 3, 2 ]|[ 2, 3 ]|expected FP32[3, 2], found FP32[2, 3]",
        "[ 3, 2 ]|[ 3, 0 ]|shape",
        "[ 3, 2 ]|[ 3, -1 ]|expected FP32[3, 2], found FP32[3, -1]",
        "[ 3, 2 ]|[ 3, 2.5 ]|shape",
        "[ 3, 2 ]|[ 3, 99999999999999999999 ]|shape",
        "[ 3, 2 ]|6|no shape",
        "FP32|FP64|expected FP32[3, 2], found FP64[3, 2]",
        "FP32|BYTES|datatype 'BYTES'",
        "output0|output1|unexpected output 'output1'",
        "24|20|expected binary_data_size 24, found 20",
        "24|-24|expected binary_data_size 24, found -24",
        "24|\"24\"|expected binary_data_size 24, found",
        "\"binary_data_size\" : 24||expected binary_data_size 24, found none",
        "\"outputs\"|\"inputs\"|expected 1 outputs, found none"})
    void shouldRefuseAnAnswerThatIsNotWhatWasAskedFor(String what, String by, String message) {
        String json = EXAMPLE_ANSWER.replace(what, by == null ? "" : by);
        requireRefused(join(json, NUMBERS), length(json), message);
    }

    @Test
    void shouldRefuseAnAnswerThatIsCutOrTooLong() {
        byte[] whole = join(EXAMPLE_ANSWER, NUMBERS);
        String json = length(EXAMPLE_ANSWER);
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThrows(RemoteFailure.class, () -> InferenceAnswer.outputs(cut, json, OUTPUTS));
        }
        requireRefused(Arrays.copyOf(whole, whole.length + 1), json, "1 bytes after the last output");
        requireRefused(Arrays.copyOf(whole, whole.length - 1), json, "expected 24 bytes, found 23: cut off");
    }

    @ParameterizedTest
    @CsvSource(nullValues = "none", value = {"none", "-1", "abc", "''", "999999999", "99999999999", "1e2", "+5", "0", "7"})
    void shouldRefuseALengthOfTheJsonThatCannotBe(String header) {
        byte[] whole = join(EXAMPLE_ANSWER, NUMBERS);
        assertThrows(RemoteFailure.class, () -> InferenceAnswer.outputs(whole, header, OUTPUTS));
    }

    @Test
    void shouldRefuseTheSameOutputTwiceAndJsonThatIsLargeOrDeep() {
        String twice = EXAMPLE_ANSWER.replace("[\n    {", "[ {}, {");
        requireRefused(join(twice, NUMBERS), length(twice), "expected 1 outputs, found 2");
        String large = "{\"a\":\"" + "x".repeat(InferenceAnswer.MOST_JSON) + "\"}";
        requireRefused(join(large, NUMBERS), length(large), "at most 65536");
        String deep = "[".repeat(60_000);
        requireRefused(join(deep, NUMBERS), length(deep), "not JSON");
    }

    /** Whatever bytes are wrong, what comes is a refusal of one line or an answer of the right size. */
    @Test
    void shouldNeverDoAnythingElseThanRefuse() {
        byte[] whole = join(EXAMPLE_ANSWER, NUMBERS);
        Random random = new Random(5);
        int refused = 0;
        for (int i = 0; i < 2_000; i++) {
            byte[] broken = whole.clone();
            for (int k = random.nextInt(4); k >= 0; k--) {
                broken[random.nextInt(broken.length)] = (byte) random.nextInt(256);
            }
            try {
                assertEquals(24, InferenceAnswer.outputs(broken, length(EXAMPLE_ANSWER), OUTPUTS).get(0).remaining());
            } catch (RemoteFailure e) {
                refused++;
                assertEquals(1, e.getMessage().lines().count(), e.getMessage());
                assertTrue(e.getMessage().length() < 800, e.getMessage());
            }
        }
        assertTrue(refused > 500, "only " + refused);
    }

    @Test
    void shouldSayWhatARefusalSays() {
        assertEquals("no such model", InferenceAnswer.error("{\"error\":\"no such model\"}".getBytes(US_ASCII)));
        assertEquals("", InferenceAnswer.error("<html>".getBytes(US_ASCII)));
        assertEquals("", InferenceAnswer.error(new byte[0]));
    }

    private static void requireRefused(byte[] body, String jsonLength, String message) {
        RemoteFailure refused = assertThrows(RemoteFailure.class, () -> InferenceAnswer.outputs(body, jsonLength, OUTPUTS));
        assertEquals(RemoteFailure.Kind.ANSWER, refused.kind());
        assertTrue(refused.getMessage().contains(message), refused.getMessage());
    }

    private static String length(String json) {
        return String.valueOf(json.length());
    }

    private static byte[] join(String json, byte[] data) {
        ByteBuffer all = ByteBuffer.allocate(json.length() + data.length).order(ByteOrder.LITTLE_ENDIAN);
        return all.put(json.getBytes(US_ASCII)).put(data).array();
    }
}
