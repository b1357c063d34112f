package dev.dpros.inference.torchscript;

import dev.dpros.diffusion.PolicyDefinition;
import java.util.function.Predicate;

/**
 * Writes the image encoder of a policy's only camera as a network that is trained by regression: its features are to be
 * given values, such as a pose. Methods:
 * <ul>
 *   <li>{@code loss(w, x)}: smooth L1 between the features of {@code x[0]}, images {@code [B, 1, C, H, W]} in [0, 1], and
 *       {@code x[1]}, {@code [B, 1, D]};
 *   <li>{@code features(w, x)}: {@code [B, D]};
 *   <li>{@code coordinates(w, x)}: of the spatial softmax, {@code [B, 2 * keypoints]}.
 * </ul>
 */
public final class PoseScript {
    private PoseScript() {}

    /**
     * Builds the module.
     *
     * @param policy its encoder's weights are the initial ones
     * @param beta error at which the loss turns from square to linear
     */
    public static ScriptModule of(PolicyDefinition policy, Predicate<String> learns, double beta) {
        ScriptModule module = new ScriptModule("PoseLoss", learns, 2);
        WeightStore weights = new WeightStore(policy);
        EncoderScript encoder = new EncoderScript(policy, 0, weights, module, ResizeFilter.AUTO);
        loss("loss", encoder, module, weights, beta, false);
        if (!module.statistics().isEmpty()) {
            loss(OptimizerScript.LEARN, encoder, module, weights, beta, true);
        }
        ScriptBody features = new ScriptBody();
        features.result(encoder.features(new ImageOps(module, features, weights, null), features,
                features.let("torch.flatten(x[0], 0, 1)")));
        module.method("features(w: List[Tensor], x: List[Tensor]) -> Tensor", features);
        ScriptBody coordinates = new ScriptBody();
        coordinates.result(encoder.coordinates(new ImageOps(module, coordinates, weights, null), coordinates,
                coordinates.let("torch.flatten(x[0], 0, 1)")));
        module.method("coordinates(w: List[Tensor], x: List[Tensor]) -> Tensor", coordinates);
        return module;
    }

    private static void loss(String method, EncoderScript encoder, ScriptModule module, WeightStore weights, double beta, boolean learning) {
        ScriptBody loss = new ScriptBody();
        ImageOps ops = ImageOps.training(module, loss, weights, Arithmetic.FLOAT32, learning);
        String found = encoder.features(ops, loss, loss.let("torch.flatten(x[0], 0, 1)"));
        loss.result("torch.smooth_l1_loss(" + found + ", torch.flatten(x[1], 0, 1), 1, " + beta + ")");
        module.method(method + "(w: List[Tensor], x: List[Tensor]) -> Tensor", loss);
    }
}
