package dev.dpros.inference.torchscript;

import dev.dpros.inference.torchscript.TokenLayers.Linear;

/**
 * The layers that both towers of OpenAI's CLIP have (transformers, CLIPEncoderLayer), as TorchScript. Each method adds statements
 * to the body and returns the variable that holds the result, {@code [N, T, E]}.
 */
final class ClipLayers {
    private final ScriptBody body;
    private final TokenLayers layers;
    private final int width;
    private final HeadsOps heads;
    private final boolean causal;

    /** @param causal whether a token attends to itself and earlier ones only */
    ClipLayers(ScriptBody body, TokenLayers layers, int width, int heads, boolean causal) {
        this.body = body;
        this.layers = layers;
        this.width = width;
        this.heads = new HeadsOps(body, width, heads);
        this.causal = causal;
    }

    /** One layer of the encoder. @param name what its tensors begin with */
    String layer(String x, String name) {
        String y = norm(x, name + "layer_norm1");
        String attended = heads.attend(heads.split(linear(y, name + "self_attn.q_proj", width, width, Activation.NONE)),
                heads.split(linear(y, name + "self_attn.k_proj", width, width, Activation.NONE)),
                heads.split(linear(y, name + "self_attn.v_proj", width, width, Activation.NONE)), 0, causal);
        String sum = body.let("torch.add(%s, %s)", x, linear(attended, name + "self_attn.out_proj", width, width, Activation.NONE));
        String hidden = linear(norm(sum, name + "layer_norm2"), name + "mlp.fc1", width, 4 * width, Activation.QUICK_GELU);
        return body.let("torch.add(%s, %s)", sum, linear(hidden, name + "mlp.fc2", 4 * width, width, Activation.NONE));
    }

    /** LayerNorm. */
    String norm(String x, String name) {
        return body.let("torch.layer_norm(%s, [%d], %s, %s, %s)", x, width, layers.tensor(name + ".weight", width),
                layers.tensor(name + ".bias", width), ScriptModule.NORM_EPS);
    }

    private String linear(String x, String name, int in, int out, Activation activation) {
        return layers.linear(x, Linear.of(name, in, out), activation);
    }
}
