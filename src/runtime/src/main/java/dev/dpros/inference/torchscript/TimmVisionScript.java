package dev.dpros.inference.torchscript;

import dev.dpros.diffusion.VisionConfig;
import dev.dpros.inference.torchscript.TokenLayers.Linear;

/**
 * Writes a vision transformer of the library timm (vision_transformer.py) as TorchScript: patches and a token of their own,
 * {@code [N, P + 1, E]}, through a transformer; the first token, after the last normalisation, is the image's features. CLIP's
 * differs: its patches have no bias, a normalisation stands before the first layer, and each has CLIP's own smallest variance.
 */
final class TimmVisionScript {
    private static final String EPS = "9.9999999999999995e-07";

    private final String prefix;
    private final VisionConfig.Vit vit;
    private final boolean clip;
    private final ImageOps ops;
    private final ScriptBody body;
    private TokenLayers layers;

    /** @param prefix of the tensors */
    TimmVisionScript(String prefix, VisionConfig vision, ImageOps ops, ScriptBody body) {
        this.prefix = prefix;
        this.vit = vision.vit();
        this.clip = vision.backbone() == VisionConfig.Backbone.TIMM_CLIP_VIT;
        this.ops = ops;
        this.body = body;
    }

    /** Adds the statements from a normalised image to its features. @return their variable, {@code [N, E]} */
    String features(ImageOps.Maps image) {
        int width = vit.width();
        int tokens = image.height() / vit.patch() * (image.width() / vit.patch()) + 1;
        layers = ops.tokens(prefix, tokens);
        String patches = prefix + "patch_embed.proj.";
        String maps = body.let("torch.conv2d(%1$s, %2$s, %3$s, [%4$d, %4$d])", image.name(),
                ops.parameter(patches + "weight", width, image.channels(), vit.patch(), vit.patch()),
                clip ? "None" : ops.parameter(patches + "bias", width), vit.patch());
        String rows = body.let("torch.permute(torch.flatten(%s, 2), [0, 2, 1])", maps);
        String first = body.let("torch.expand(%s, [torch.size(%s, 0), 1, -1])", layers.tensor(prefix + "cls_token", 1, 1, width), rows);
        String x = body.let("torch.add(torch.cat([%s, %s], 1), %s)", first, rows, layers.tensor(prefix + "pos_embed", 1, tokens, width));
        x = clip ? norm(x, prefix + "norm_pre") : x;
        for (int i = 0; i < vit.layers(); i++) {
            x = layer(x, prefix + "blocks." + i + ".");
        }
        return norm(body.let("torch.select(%s, 1, 0)", x), prefix + "norm");
    }

    private String layer(String x, String name) {
        int width = vit.width();
        HeadsOps heads = new HeadsOps(body, width, vit.heads());
        String y = norm(x, name + "norm1");
        String qkv = linear(y, name + "attn.qkv", width, 3 * width, Activation.NONE);
        String attended = heads.attend(heads.split(part(qkv, 0)), heads.split(part(qkv, width)), heads.split(part(qkv, 2 * width)), 0);
        x = body.let("torch.add(%s, %s)", x, linear(attended, name + "attn.proj", width, width, Activation.NONE));
        y = linear(norm(x, name + "norm2"), name + "mlp.fc1", width, 4 * width, Activation.GELU);
        return body.let("torch.add(%s, %s)", x, linear(y, name + "mlp.fc2", 4 * width, width, Activation.NONE));
    }

    private String part(String qkv, int from) {
        return body.let("torch.narrow(%s, 2, %d, %d)", qkv, from, vit.width());
    }

    private String linear(String x, String name, int in, int out, Activation activation) {
        return layers.linear(x, Linear.of(name, in, out), activation);
    }

    private String norm(String x, String name) {
        return body.let("torch.layer_norm(%s, [%d], %s, %s, %s)", x, vit.width(), layers.tensor(name + ".weight", vit.width()),
                layers.tensor(name + ".bias", vit.width()), clip ? ScriptModule.NORM_EPS : EPS);
    }
}
