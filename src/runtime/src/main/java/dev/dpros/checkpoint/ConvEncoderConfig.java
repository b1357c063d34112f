package dev.dpros.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.diffusion.VisionConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code conv_encoder} of config.json: the compact image encoder of {@code vision_backbone: conv}. Stateless. */
final class ConvEncoderConfig {
    private static final int MOST_LAYERS = 32;
    private static final Map<String, Boolean> OUT_ACTIVATIONS = Map.of("relu", true);

    private ConvEncoderConfig() {}

    static VisionConfig read(ConfigNode conv, List<Integer> resize, List<Integer> crop, boolean separate, boolean imagenet) {
        requireOnly(conv.get("activation"), "mish");
        requireOnly(conv.get("norm"), "group");
        requireOnly(conv.get("norm_eps"), 1e-5);
        requireOnly(conv.get("spatial_softmax_temperature"), 1.0);
        List<ConfigNode> items = conv.get("layers").items();
        if (items.size() > MOST_LAYERS) {
            throw conv.get("layers").wrong("at most " + MOST_LAYERS + " layers");
        }
        List<VisionConfig.ConvLayer> layers = new ArrayList<>();
        for (ConfigNode layer : items) {
            layers.add(new VisionConfig.ConvLayer(layer.get("kernel").integer(), layer.get("stride").integer(1),
                    layer.get("padding").integer(0), layer.get("out_channels").integer(), layer.get("groups").integer()));
        }
        int keypoints = conv.get("num_keypoints").integer();
        return new VisionConfig(VisionConfig.Backbone.CONV, VisionConfig.Norm.GROUP, resize, crop, separate,
                VisionConfig.Pool.SPATIAL_SOFTMAX, keypoints, conv.get("feature_dim").integer(2 * keypoints),
                conv.get("out_activation").choice(OUT_ACTIVATIONS, false), imagenet, layers);
    }

    private static void requireOnly(ConfigNode node, String only) {
        if (!node.isAbsent() && !node.text().equals(only)) {
            throw node.wrong(only);
        }
    }

    private static void requireOnly(ConfigNode node, double only) {
        if (!node.isAbsent() && node.number() != only) {
            throw node.wrong(String.valueOf(only));
        }
    }

    static void write(VisionConfig vision, ObjectNode conv) {
        var layers = conv.putArray("layers");
        for (VisionConfig.ConvLayer layer : vision.conv()) {
            layers.addObject().put("kernel", layer.kernel()).put("stride", layer.stride()).put("padding", layer.padding())
                    .put("out_channels", layer.outChannels()).put("groups", layer.groups());
        }
        conv.put("activation", "mish").put("norm", "group").put("norm_eps", 1e-5);
        conv.put("num_keypoints", vision.numKeypoints()).put("spatial_softmax_temperature", 1.0);
        conv.put("feature_dim", vision.featureDim()).put("out_activation", vision.outActivation() ? "relu" : null);
    }
}
