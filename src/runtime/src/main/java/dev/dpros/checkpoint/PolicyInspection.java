package dev.dpros.checkpoint;

import dev.dpros.core.FeatureSpec;
import dev.dpros.diffusion.DitConfig;
import dev.dpros.diffusion.EnergyConfig;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.TrajectoryConfig;
import dev.dpros.diffusion.TransformerConfig;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.diffusion.VisionConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is in a policy, for people and scripts. Immutable.
 *
 * @param source where it was read from
 * @param format what that is
 * @param observationSteps To
 * @param horizon T
 * @param actionSteps Ta
 * @param features observations in the order of the conditioning vector, then the action
 * @param conditioning length of the conditioning vector
 * @param unet the denoising network, or null if it is another
 * @param transformer the denoising network, or null if it is another
 * @param dit the denoising network, or null if it is another
 * @param energy what gives candidates of actions their energy (IBC), or null if the network denoises
 * @param trajectory what is denoised, and how the observations enter
 * @param vision the image encoder, or null
 * @param scheduler noise scheduler as trained, with its default steps
 * @param parameters trained values by part ({@code unet} or {@code transformer}, {@code rgb_encoder})
 */
public record PolicyInspection(
        String source,
        String format,
        int observationSteps,
        int horizon,
        int actionSteps,
        List<Feature> features,
        int conditioning,
        UnetConfig unet,
        TransformerConfig transformer,
        DitConfig dit,
        EnergyConfig energy,
        TrajectoryConfig trajectory,
        VisionConfig vision,
        SchedulerConfig scheduler,
        Map<String, Long> parameters) {

    /**
     * One observation or action.
     *
     * @param key its name
     * @param kind what it is
     * @param shape per step
     * @param low what is normalised to -1, per element or channel, in the feature's own units
     * @param high what is normalised to 1
     * @param normalized whether anything is changed at all
     */
    public record Feature(
            String key, FeatureSpec.Kind kind, List<Integer> shape, List<Double> low, List<Double> high, boolean normalized) {}

    /** Inspects what {@link PolicyReader} read from {@code source}. */
    public static PolicyInspection of(Path source, PolicyDefinition policy) {
        PolicyConfig config = policy.config();
        List<Feature> features = new ArrayList<>();
        config.inputs().forEach(input -> features.add(feature(input, policy)));
        features.add(feature(config.action(), policy));
        return new PolicyInspection(source.toString(), PolicyReader.format(source).title(), config.nObsSteps(), config.horizon(),
                config.nActionSteps(), List.copyOf(features), config.globalConditioning(), config.unet(),
                config.transformer(), config.denoiser() instanceof DitConfig dit ? dit : null, config.energy(), config.trajectory(), config.vision(),
                config.scheduler(), parameters(policy));
    }

    private static Feature feature(FeatureSpec spec, PolicyDefinition policy) {
        Normalizer normalizer = policy.normalizers().getOrDefault(spec.key(), Normalizer.identity(spec.shape().get(0)));
        List<Double> low = new ArrayList<>();
        List<Double> high = new ArrayList<>();
        for (int i = 0; i < normalizer.size(); i++) {
            low.add(normalizer.unnormalize(i, -1));
            high.add(normalizer.unnormalize(i, 1));
        }
        return new Feature(spec.key(), spec.kind(), spec.shape(), low, high, !normalizer.isIdentity());
    }

    private static Map<String, Long> parameters(PolicyDefinition policy) {
        Map<String, Long> parts = new LinkedHashMap<>();
        for (String part : List.of("rgb_encoder", "observation_encoder", "unet", "transformer", "noise_predictor", "energy")) {
            long count = policy.weights().entrySet().stream()
                    .filter(e -> e.getKey().startsWith(part + ".") && !e.getKey().contains(".running_"))
                    .mapToLong(e -> e.getValue().count()).sum();
            if (count > 0) {
                parts.put(part, count);
            }
        }
        return parts;
    }

    /** All trained values. */
    public long totalParameters() {
        return parameters.values().stream().mapToLong(Long::longValue).sum();
    }
}
