package dev.dpros.inference;

import ai.djl.Device;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import dev.dpros.core.InputException;
import dev.dpros.core.TensorData;
import dev.dpros.inference.torchscript.ClipTextScript;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/** What CLIP's text tower makes of a task's text: once per task, before a policy runs. Stateless; any thread. */
public final class TextEncoder {
    private static final int HEAD = 64;
    private static final String TOKENS = "embeddings.token_embedding.weight";
    private static final String POSITIONS = "embeddings.position_embedding.weight";

    private static final int LONGEST_TEXT = 1000;

    private TextEncoder() {}

    /**
     * A text's tokens with its begin and end; what is too long is cut off before the end.
     *
     * @param tokenizer what the library tokenizers reads, tokenizer.json
     * @param longest number of tokens
     * @throws InputException if the text is empty or far too long, or the library cannot be loaded
     */
    public static int[] tokens(String tokenizer, String text, int longest) {
        if (text.isBlank() || text.length() > LONGEST_TEXT) {
            throw InputException.of("--task", "text", "1 to " + LONGEST_TEXT + " characters", text.isBlank() ? "none" : text.length() + "", "");
        }
        TorchRuntime.start();
        if (System.getProperty("RUST_FLAVOR") == null) {
            System.setProperty("RUST_FLAVOR", "cpu"); // the only one in the jar
        }
        String most = String.valueOf(longest);
        Map<String, String> options = Map.of("truncation", "true", "maxLength", most, "modelMaxLength", most, "padding", "false");
        try (HuggingFaceTokenizer loaded = HuggingFaceTokenizer.newInstance(
                new ByteArrayInputStream(tokenizer.getBytes(StandardCharsets.UTF_8)), options)) {
            return Arrays.stream(loaded.encode(text).getIds()).mapToInt(Math::toIntExact).toArray();
        } catch (IOException | RuntimeException e) {
            throw new InputException("tokenizer: " + String.valueOf(e.getMessage()).lines().findFirst().orElse(""), e);
        }
    }

    /**
     * The pooled output of the tower: what {@code CLIPTextModel} calls {@code pooler_output}.
     *
     * @param tower tensors by transformers' names, without {@code text_model.}; float32
     * @param layers of its encoder
     * @param source where they are from, for messages
     * @param tokens of the text with its begin and end, no more than the tower has positions
     * @return {@code [E]}
     * @throws InputException if a tensor is missing or of another shape, a token is none of the tower's, or libtorch cannot be loaded
     */
    public static float[] pooled(Map<String, TensorData> tower, int layers, String source, int... tokens) {
        int width = tower.get(TOKENS).shape().get(1).intValue();
        long known = tower.get(TOKENS).shape().get(0);
        if (Arrays.stream(tokens).anyMatch(token -> token >= known)) {
            throw InputException.of(source, "tokens", "below " + known + ", the rows of " + TOKENS, Arrays.toString(tokens),
                    "tokenizer and text tower are not of one model");
        }
        TorchRuntime.start();
        TorchRuntime.prepareThread(1);
        try (PtNDManager manager = (PtNDManager) NDManager.newBaseManager(Device.cpu(), "PyTorch");
                PtSymbolBlock module = ScriptLoader.load(ClipTextScript.of(tower, source, width, width / HEAD, layers), manager);
                PtNDArray x = manager.create(embedded(tower, width, tokens), new Shape(1, tokens.length, width), DataType.FLOAT32);
                IValue argument = IValue.from(x);
                IValue result = IValueUtils.runMethod(module, ClipTextScript.POOLED, argument);
                PtNDArray pooled = result.toTensor(manager)) {
            return pooled.toFloatArray();
        }
    }

    /** Each token's row of the table, and its position's. */
    private static ByteBuffer embedded(Map<String, TensorData> tower, int width, int... tokens) {
        ByteBuffer out = ConditioningEncoder.direct(tokens.length * width);
        for (int i = 0; i < tokens.length; i++) {
            FloatBuffer token = tower.get(TOKENS).rows(tokens[i], 1).bytes().asFloatBuffer();
            FloatBuffer position = tower.get(POSITIONS).rows(i, 1).bytes().asFloatBuffer();
            for (int j = 0; j < width; j++) {
                out.putFloat(token.get(j) + position.get(j));
            }
        }
        return out.flip();
    }
}
