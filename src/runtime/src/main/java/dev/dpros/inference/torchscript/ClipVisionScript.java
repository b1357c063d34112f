package dev.dpros.inference.torchscript;

import dev.dpros.diffusion.VisionConfig;
import dev.dpros.inference.torchscript.TokenLayers.Linear;

/**
 * Writes the vision tower of OpenAI's CLIP (transformers, CLIPVisionModel) as TorchScript: patches and a token of their own,
 * {@code [N, P + 1, E]}, through a transformer; the first token, before the last normalisation, is the image's features.
 */
final class ClipVisionScript {
    private final String prefix;
    private final VisionConfig.Vit vit;
    private final ImageOps ops;
    private final ScriptBody body;
    private final TokenLayers layers;

    /** @param prefix of the tensors, {@code ....vision_model.} */
    ClipVisionScript(String prefix, VisionConfig.Vit vit, ImageOps ops, ScriptBody body, int tokens) {
        this.prefix = prefix;
        this.vit = vit;
        this.ops = ops;
        this.body = body;
        layers = ops.tokens(prefix, tokens);
    }

    /** Adds the statements from a normalised image to its features. @return their variable, {@code [N, E]} */
    String features(ImageOps.Maps image) {
        int width = vit.width();
        int patches = image.height() / vit.patch() * (image.width() / vit.patch());
        String embeddings = prefix + "embeddings.";
        String maps = body.let("torch.conv2d(%1$s, %2$s, None, [%3$d, %3$d])", image.name(),
                ops.parameter(embeddings + "patch_embedding.weight", width, image.channels(), vit.patch(), vit.patch()), vit.patch());
        String tokens = body.let("torch.permute(torch.flatten(%s, 2), [0, 2, 1])", maps);
        String first = body.let("torch.expand(torch.reshape(%s, [1, 1, %d]), [torch.size(%s, 0), 1, -1])",
                layers.tensor(embeddings + "class_embedding", width), width, tokens);
        String x = body.let("torch.add(torch.cat([%s, %s], 1), %s)", first, tokens,
                layers.tensor(embeddings + "position_embedding.weight", patches + 1, width));
        x = norm(x, prefix + "pre_layrnorm");
        for (int i = 0; i < vit.layers(); i++) {
            x = layer(x, prefix + "encoder.layers." + i + ".");
        }
        return body.let("torch.select(%s, 1, 0)", x);
    }

    private String layer(String x, String name) {
        int width = vit.width();
        HeadsOps heads = new HeadsOps(body, width, vit.heads());
        String y = norm(x, name + "layer_norm1");
        String attended = heads.attend(heads.split(linear(y, name + "self_attn.q_proj", width, width, Activation.NONE)),
                heads.split(linear(y, name + "self_attn.k_proj", width, width, Activation.NONE)),
                heads.split(linear(y, name + "self_attn.v_proj", width, width, Activation.NONE)), 0);
        x = body.let("torch.add(%s, %s)", x, linear(attended, name + "self_attn.out_proj", width, width, Activation.NONE));
        y = linear(norm(x, name + "layer_norm2"), name + "mlp.fc1", width, 4 * width, Activation.QUICK_GELU);
        return body.let("torch.add(%s, %s)", x, linear(y, name + "mlp.fc2", 4 * width, width, Activation.NONE));
    }

    private String linear(String x, String name, int in, int out, Activation activation) {
        return layers.linear(x, Linear.of(name, in, out), activation);
    }

    private String norm(String x, String name) {
        return body.let("torch.layer_norm(%s, [%d], %s, %s, %s)", x, vit.width(), layers.tensor(name + ".weight", vit.width()),
                layers.tensor(name + ".bias", vit.width()), ScriptModule.NORM_EPS);
    }
}
