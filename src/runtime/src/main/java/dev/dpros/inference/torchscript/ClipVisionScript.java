package dev.dpros.inference.torchscript;

import dev.dpros.diffusion.VisionConfig;

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
        ClipLayers encoder = new ClipLayers(body, layers, width, vit.heads(), false);
        x = encoder.norm(x, prefix + "pre_layrnorm");
        for (int i = 0; i < vit.layers(); i++) {
            x = encoder.layer(x, prefix + "encoder.layers." + i + ".");
        }
        return body.let("torch.select(%s, 1, 0)", x);
    }
}
