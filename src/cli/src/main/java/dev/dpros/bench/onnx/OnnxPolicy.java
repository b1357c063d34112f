package dev.dpros.bench.onnx;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.TrajectoryConfig;
import dev.dpros.diffusion.TrajectoryConfig.Conditioning;
import dev.dpros.diffusion.TransformerConfig;
import dev.dpros.diffusion.UnetConfig;
import java.nio.file.Path;
import java.util.List;

/** A policy's networks as ONNX models. Stateless. */
public final class OnnxPolicy {
    /** Input of the denoiser: the sample, {@code [1, T, W]}. */
    public static final String SAMPLE = "sample";
    /** Input of the denoiser: the timestep, {@code [1]}. */
    public static final String TIME = "timestep";
    /** Input of the denoiser: the conditioning vector, {@code [1, To, D]}. */
    public static final String OBSERVATIONS = "observations";
    /** Input of the encoder: images in [0, 1], {@code [To, C, H, W]}. */
    public static final String IMAGE = "image";
    private static final String RESULT = "result";

    private OnnxPolicy() {}

    /**
     * Refuses what these writers do not know, before any work.
     *
     * @throws InputException for a denoiser that is neither a UNet nor a transformer with the timestep among its conditions, or
     *     observations that do not condition every step
     */
    public static void requireKnown(PolicyDefinition policy) {
        PolicyConfig config = policy.config();
        boolean known = config.denoiser() instanceof UnetConfig || config.denoiser() instanceof TransformerConfig t && t.timeAsCond();
        if (!known || !config.conditionedBy(Conditioning.GLOBAL)) {
            throw InputException.of(policy.source(), "network", "a UNet or a transformer with the timestep as a condition, "
                    + TrajectoryConfig.DEFAULT.conditioning(), config.denoiser().getClass().getSimpleName() + ", "
                    + config.trajectory().conditioning(), "only those are written as ONNX graphs");
        }
    }

    /** Writes the denoising network. @param folder empty; @return the model's file */
    public static Path denoiser(PolicyDefinition policy, boolean int8, Path folder) {
        requireKnown(policy);
        PolicyConfig config = policy.config();
        try (OnnxModel model = new OnnxModel(folder)) {
            model.input(SAMPLE, 1, config.denoisedSteps(), config.denoisedWidth());
            model.input(TIME, 1);
            model.input(OBSERVATIONS, 1, config.nObsSteps(), config.conditioningPerStep());
            OnnxLayers layers = new OnnxLayers(model, policy, int8);
            String y = config.unet() != null ? new OnnxUnet(config, layers).add(SAMPLE, TIME, OBSERVATIONS)
                    : new OnnxTransformer(config, layers).add(SAMPLE, TIME, OBSERVATIONS);
            return finished(model, y, 1, config.denoisedSteps(), config.denoisedWidth());
        }
    }

    /** Writes the image encoder of the first camera. @param folder empty; @return the model's file */
    public static Path encoder(PolicyDefinition policy, boolean int8, Path folder) {
        PolicyConfig config = policy.config();
        FeatureSpec camera = config.cameras().get(0);
        List<Integer> shape = camera.shape();
        try (OnnxModel model = new OnnxModel(folder)) {
            model.input(IMAGE, config.nObsSteps(), shape.get(0), shape.get(1), shape.get(2));
            String y = new OnnxEncoder(policy, new OnnxLayers(model, policy, int8)).add(IMAGE);
            return finished(model, y, config.nObsSteps(), config.vision().featureDim());
        }
    }

    private static Path finished(OnnxModel model, String result, long... shape) {
        model.result(RESULT, result, shape);
        return model.write();
    }
}
