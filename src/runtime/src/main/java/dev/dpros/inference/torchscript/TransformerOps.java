package dev.dpros.inference.torchscript;

import dev.dpros.diffusion.TransformerConfig;
import dev.dpros.inference.torchscript.TokenLayers.Linear;

/**
 * Layers of torch.nn.TransformerEncoder and TransformerDecoder with {@code norm_first} and GELU, as TorchScript. Each method
 * adds statements to the body and returns the variable that holds the result, {@code [B, T, E]}.
 */
final class TransformerOps {
    private final ScriptBody body;
    private final TokenLayers layers;
    private final TransformerConfig config;

    TransformerOps(ScriptBody body, TokenLayers layers, TransformerConfig config) {
        this.body = body;
        this.layers = layers;
        this.config = config;
    }

    /** The weights it works with. */
    TokenLayers layers() {
        return layers;
    }

    /** A layer of the encoder. @param mask expression of what is added to attention weights, {@code [T, T]}, or None */
    String encoderLayer(String x, String name, String mask) {
        String y = add(x, selfAttention(norm(x, name + ".norm1"), name + ".self_attn", mask));
        return add(y, feedForward(norm(y, name + ".norm2"), name));
    }

    /**
     * A layer of the decoder.
     *
     * @param keys of what it attends to, {@code [B, heads, S, E / heads]}
     * @param values likewise
     * @param memoryMask as {@code mask}, {@code [T, S]}
     */
    String decoderLayer(String x, String keys, String values, String name, String mask, String memoryMask) {
        int e = config.nEmb();
        String y = add(x, selfAttention(norm(x, name + ".norm1"), name + ".self_attn", mask));
        String query = layers.linear(norm(y, name + ".norm2"), projection(name + ".multihead_attn", 0, e), Activation.NONE);
        String attended = attention(heads(query, 1) + "[0]", keys, values, memoryMask);
        y = add(y, projected(attended, name + ".multihead_attn"));
        return add(y, feedForward(norm(y, name + ".norm3"), name));
    }

    /** Keys and values of a memory for one layer of the decoder. */
    String keysAndValues(String memory, String name) {
        return layers.linear(memory, projection(name + ".multihead_attn", config.nEmb(), 2 * config.nEmb()), Activation.NONE);
    }

    /** LayerNorm. */
    String norm(String x, String name) {
        return body.let("torch.layer_norm(%s, [%d], %s, %s, %s)", x, config.nEmb(), layers.tensor(name + ".weight", config.nEmb()),
                layers.tensor(name + ".bias", config.nEmb()), ScriptModule.NORM_EPS);
    }

    private String selfAttention(String x, String name, String mask) {
        int e = config.nEmb();
        String qkv = heads(layers.linear(x, projection(name, 0, 3 * e), Activation.NONE), 3);
        return projected(attention(qkv + "[0]", qkv + "[1]", qkv + "[2]", mask), name);
    }

    private String attention(String query, String keys, String values, String mask) {
        String y = body.let("torch.scaled_dot_product_attention(%s, %s, %s, %s, %s)", query, keys, values, mask, layers.attentionDropout());
        return body.let("torch.flatten(torch.permute(%s, [0, 2, 1, 3]), 2)", y);
    }

    /**
     * Several tensors that lie side by side in the last dimension, by head.
     *
     * @param x {@code [B, T, count * E]}
     * @return a list of {@code [B, heads, T, E / heads]}
     */
    String heads(String x, int count) {
        return body.let("torch.unbind(torch.permute(torch.reshape(%1$s, [torch.size(%1$s, 0), -1, %2$d, %3$d, %4$d]), [2, 0, 3, 1, 4]))", x,
                count, config.nHead(), config.nEmb() / config.nHead());
    }

    private String projected(String x, String name) {
        String y = layers.linear(x, Linear.of(name + ".out_proj", config.nEmb(), config.nEmb()), Activation.NONE);
        return layers.dropout(y, config.dropAttn());
    }

    private String feedForward(String x, String name) {
        int e = config.nEmb();
        String y = layers.dropout(layers.linear(x, Linear.of(name + ".linear1", e, 4 * e), Activation.GELU), config.dropAttn());
        return layers.dropout(layers.linear(y, Linear.of(name + ".linear2", 4 * e, e), Activation.NONE), config.dropAttn());
    }

    private Linear projection(String name, int from, int out) {
        return new Linear(name + ".in_proj_weight", name + ".in_proj_bias", config.nEmb(), 3 * config.nEmb(), from, out);
    }

    private String add(String x, String y) {
        return body.let("torch.add(%s, %s)", x, y);
    }
}
