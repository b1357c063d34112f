package dev.dpros.checkpoint;

import dev.dpros.core.FeatureSpec;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.VisionConfig;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names that diffusion_policy's state_dict has for LeRobot's tensors. Several where versions differ (robomimic renamed
 * its encoder's parts and kept both names). Immutable.
 */
final class DiffusionPolicyNames {
    private static final Pattern ENCODER = Pattern.compile("rgb_encoder\\.(?:(\\d+)\\.)?(.+)");
    private static final Pattern RESAMPLER = Pattern.compile("((?:down|up)_modules\\.\\d+\\.2)\\.(weight|bias)");
    private static final Pattern BACKBONE = Pattern.compile("backbone\\.(\\d+)\\.(.+)");
    private static final List<String> RESNET_CHILDREN = List.of("conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3",
            "layer4");
    /** What a state_dict holds beside the network. */
    private static final Pattern OTHER = Pattern.compile("normalizer\\..*|mask_generator\\..*|(.*\\.)?_dummy_variable|model\\.(memory_)?mask");

    private static final String TRANSFORMER = "transformer.";
    private static final String ENERGY = "energy.";

    private final PolicyConfig config;

    DiffusionPolicyNames(PolicyConfig config) {
        this.config = config;
    }

    /** Whether a tensor is no part of the network. */
    static boolean isOther(String name) {
        return OTHER.matcher(name).matches();
    }

    /** The names to look for, the preferred first. */
    List<String> of(String lerobotName) {
        Matcher encoder = ENCODER.matcher(lerobotName);
        if (lerobotName.startsWith(ENERGY)) {
            return List.of(lerobotName.substring(ENERGY.length()));
        }
        if (lerobotName.startsWith(TRANSFORMER)) {
            return List.of("model." + lerobotName.substring(TRANSFORMER.length()));
        }
        if (!encoder.matches()) {
            return List.of(unet(lerobotName.substring("unet.".length())));
        }
        String part = encoder.group(2);
        String camera = encoder.group(1);
        if (config.vision().backbone().timm()) {
            return config.cameras().stream().filter(each -> camera == null || config.cameras().indexOf(each) == Integer.parseInt(camera))
                    .map(each -> "obs_encoder.key_model_map." + each.key() + "." + part.substring("backbone.".length())).toList();
        }
        if (config.vision().pool() == VisionConfig.Pool.AVERAGE) {
            return List.of(multiImage(camera, part));
        }
        return hybrid(config.cameras().get(camera == null ? 0 : Integer.parseInt(camera)), part);
    }

    private static String unet(String name) {
        Matcher resampler = RESAMPLER.matcher(name);
        String moved = resampler.matches() ? resampler.group(1) + ".conv." + resampler.group(2) : name;
        return "model." + moved.replace(".conv1.block.", ".blocks.0.block.").replace(".conv2.block.", ".blocks.1.block.");
    }

    private static List<String> hybrid(FeatureSpec camera, String part) {
        String prefix = "obs_encoder.obs_nets." + camera.key() + ".";
        if (part.startsWith("backbone.")) {
            String rest = part.substring("backbone.".length());
            return List.of(prefix + "nets.0.nets." + rest, prefix + "backbone.nets." + rest);
        }
        if (part.startsWith("pool.")) {
            return List.of(prefix + "nets.1." + part.substring("pool.".length()), prefix + part);
        }
        return List.of(prefix + "nets.3." + part.substring("out.".length()));
    }

    private String multiImage(String camera, String part) {
        Matcher backbone = BACKBONE.matcher(part);
        if (!backbone.matches()) {
            throw new IllegalStateException("no name for '" + part + "'");
        }
        String key = camera == null ? "rgb" : config.cameras().get(Integer.parseInt(camera)).key();
        return "obs_encoder.key_model_map." + key + "." + RESNET_CHILDREN.get(Integer.parseInt(backbone.group(1))) + "."
                + backbone.group(2);
    }
}
