package dev.dpros.inference.torchscript;

import dev.dpros.core.TensorData;
import java.util.Map;

/**
 * Writes the text tower of OpenAI's CLIP (transformers, CLIPTextModel) as TorchScript: a text's tokens through a transformer in which
 * each sees itself and earlier ones; what it makes of the last of them, the text's end, is the text's features. Stateless.
 */
public final class ClipTextScript {
    /** The method {@code pooled(x: [1, L, E]) -> [1, E]}: embedded tokens with their positions to the text's features. */
    public static final String POOLED = "pooled";

    private ClipTextScript() {}

    /**
     * Builds the module.
     *
     * @param tower tensors by transformers' names, without {@code text_model.}
     * @param source where they are from, for messages
     * @param width E
     * @param heads of attention
     * @param layers of the encoder
     * @throws dev.dpros.core.InputException if a tensor is missing, or of another shape
     */
    public static ScriptModule of(Map<String, TensorData> tower, String source, int width, int heads, int layers) {
        ScriptModule module = new ScriptModule("TextTower");
        ScriptBody body = new ScriptBody();
        TokenLayers tokens = new TrainedTokenLayers(module, new WeightStore(tower, source), body, Arithmetic.FLOAT32, 0, false);
        ClipLayers encoder = new ClipLayers(body, tokens, width, heads, true);
        String x = "x";
        for (int i = 0; i < layers; i++) {
            x = encoder.layer(x, "encoder.layers." + i + ".");
        }
        body.result(encoder.norm(body.let("torch.select(%s, 1, -1)", x), "final_layer_norm"));
        module.method(POOLED + "(x: Tensor) -> Tensor", body);
        return module;
    }
}
