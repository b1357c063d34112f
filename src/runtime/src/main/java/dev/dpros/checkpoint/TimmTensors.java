package dev.dpros.checkpoint;

import dev.dpros.core.FeatureSpec;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.VisionConfig;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The vision transformers of the library timm that policies have as encoders: their tensors by its own names, after
 * {@code rgb_encoder.N.backbone.}, and what config.json says of them. Stateless.
 */
final class TimmTensors {
    private static final int IMAGE = 224;
    private static final String CLIP = "clip_";

    /** By their names without what they were trained on, which stands behind a dot. */
    private static final Map<String, VisionConfig.Vit> MODELS = Names.ordered(
            "vit_base_patch16_clip_224", new VisionConfig.Vit(16, 768, 12, 12),
            "vit_base_patch32_clip_224", new VisionConfig.Vit(32, 768, 12, 12),
            "vit_large_patch14_clip_224", new VisionConfig.Vit(14, 1024, 24, 16),
            "vit_base_patch16_224", new VisionConfig.Vit(16, 768, 12, 12),
            "vit_base_patch32_224", new VisionConfig.Vit(32, 768, 12, 12),
            "vit_large_patch16_224", new VisionConfig.Vit(16, 1024, 24, 16),
            "vit_small_patch16_224", new VisionConfig.Vit(16, 384, 12, 6),
            "vit_tiny_patch16_224", new VisionConfig.Vit(16, 192, 12, 3));

    private TimmTensors() {}

    /** Whether a name is one of timm's vision transformers, known here or not. */
    static boolean named(String model) {
        return model.startsWith("vit_");
    }

    /** The encoder of that name. @throws dev.dpros.core.InputException naming those that are known, if it is none of them */
    static VisionConfig read(ConfigNode model, List<Integer> crop, List<FeatureSpec> cameras, boolean separate) {
        String name = model.text().replaceFirst("\\..*", "");
        VisionConfig.Vit vit = MODELS.get(name);
        if (vit == null) {
            throw model.wrong("one of " + String.join(", ", MODELS.keySet()));
        }
        List<Integer> resize = crop == null ? null : List.of(IMAGE, IMAGE);
        VisionConfig vision = new VisionConfig(
                name.contains(CLIP) ? VisionConfig.Backbone.TIMM_CLIP_VIT : VisionConfig.Backbone.TIMM_VIT, VisionConfig.Norm.GROUP, resize, crop,
                separate, VisionConfig.Pool.FIRST_TOKEN, 0, vit.width(), false, false, List.of(), vit);
        for (FeatureSpec camera : cameras) {
            if (!camera.shape().equals(List.of(3, IMAGE, IMAGE))) {
                throw model.wrong("another encoder: this one sees [3, 224, 224], and " + Quoted.of(camera.key()) + " is " + camera.shape());
            }
        }
        return vision;
    }

    /** What config.json calls it. */
    static String name(VisionConfig vision) {
        boolean clip = vision.backbone() == VisionConfig.Backbone.TIMM_CLIP_VIT;
        Map<String, VisionConfig.Vit> alike = new LinkedHashMap<>(MODELS);
        alike.keySet().removeIf(name -> name.contains(CLIP) != clip);
        return Names.of(alike, vision.vit());
    }

    static void encoders(PolicyConfig config, Map<String, List<Long>> shapes) {
        VisionConfig vision = config.vision();
        for (int i = 0; i < (vision.separatePerCamera() ? config.cameras().size() : 1); i++) {
            encoder(vision.prefix(i) + "backbone.", vision, config.cameras().get(i), shapes);
        }
    }

    private static void encoder(String name, VisionConfig vision, FeatureSpec camera, Map<String, List<Long>> shapes) {
        boolean clip = vision.backbone() == VisionConfig.Backbone.TIMM_CLIP_VIT;
        VisionConfig.Vit vit = vision.vit();
        List<Integer> size = vision.seen(camera.shape());
        long width = vit.width();
        put(shapes, name + "cls_token", 1, 1, width);
        put(shapes, name + "pos_embed", 1, size.get(0) / vit.patch() * (size.get(1) / vit.patch()) + 1, width);
        put(shapes, name + "patch_embed.proj.weight", width, camera.shape().get(0), vit.patch(), vit.patch());
        if (clip) {
            layer(shapes, name + "norm_pre", width);
        } else {
            put(shapes, name + "patch_embed.proj.bias", width);
        }
        for (int i = 0; i < vit.layers(); i++) {
            String block = name + "blocks." + i + ".";
            layer(shapes, block + "norm1", width);
            layer(shapes, block + "attn.qkv", 3 * width, width);
            layer(shapes, block + "attn.proj", width, width);
            layer(shapes, block + "norm2", width);
            layer(shapes, block + "mlp.fc1", 4 * width, width);
            layer(shapes, block + "mlp.fc2", width, 4 * width);
        }
        layer(shapes, name + "norm", width);
    }

    private static void put(Map<String, List<Long>> shapes, String name, long... shape) {
        shapes.put(name, Arrays.stream(shape).boxed().toList());
    }

    private static void layer(Map<String, List<Long>> shapes, String name, long... weightShape) {
        put(shapes, name + ".weight", weightShape);
        put(shapes, name + ".bias", weightShape[0]);
    }
}
