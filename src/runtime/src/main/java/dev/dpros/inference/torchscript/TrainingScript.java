package dev.dpros.inference.torchscript;

import dev.dpros.core.FeatureSpec;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Writes the networks that are trained. Each module has a method {@code loss(w, x) -> Tensor}: {@code w} are the trained
 * weights, {@code x} the batch; {@link OptimizerScript} adds the optimisation step.
 */
public final class TrainingScript {
    private TrainingScript() {}

    /**
     * The loss of a diffusion policy (compute_loss of both references): mean squared error between the network's output
     * and its target, times the mask. The batch {@code x} is, in this order:
     * <ol>
     *   <li>each observation in the policy's order: vectors {@code [B, To, D]} normalised; images
     *       {@code [B, To, C, h, w]} in [0, 1], cropped, not normalised; or cached coordinates
     *       {@code [B, To, 2 * keypoints]} in place of images;
     *   <li>actions {@code [B, T, A]} normalised;
     *   <li>mask {@code [B, T]};
     *   <li>noise {@code [B, T, A]};
     *   <li>timesteps {@code [B]} as float;
     *   <li>rates {@code [B, 2]}: signal and noise rate at these timesteps.
     * </ol>
     *
     * @param policy its weights are the initial ones
     * @param learns which tensors are trained, by name; the others keep their values
     * @param coordinates whether images are replaced by the coordinates of the spatial softmax, which leaves only the
     *     encoder's last layer in the network
     */
    public static ScriptModule diffusion(PolicyDefinition policy, Predicate<String> learns, boolean coordinates,
            Arithmetic arithmetic) {
        PolicyConfig config = policy.config();
        ScriptModule module = new ScriptModule("DiffusionLoss", learns);
        WeightStore weights = new WeightStore(policy);
        ScriptBody body = new ScriptBody();
        String observation = conditioning(policy, coordinates, weights, module, body);
        int next = config.inputs().size();
        String action = "x[" + next + "]";
        String noise = "x[" + (next + 2) + "]";
        String signal = body.let("torch.reshape(torch.select(x[%d], 1, 0), [-1, 1, 1])", next + 4);
        String level = body.let("torch.reshape(torch.select(x[%d], 1, 1), [-1, 1, 1])", next + 4);
        String noisy = body.let("torch.addcmul(torch.mul(%s, %s), %s, %s)", action, signal, noise, level);
        String output = new UnetScript(config, weights, module)
                .train(body, arithmetic, noisy, "x[" + (next + 3) + "]", observation);
        String target = target(body, config.scheduler().predictionType(), action, noise, signal, level);
        String error = body.let("torch.sub(%s, %s)", output, target);
        body.result("torch.mean(torch.mul(torch.mul(" + error + ", " + error + "), torch.unsqueeze(x[" + (next + 1) + "], 2)))");
        module.method("loss(w: List[Tensor], x: List[Tensor]) -> Tensor", body);
        return module;
    }

    private static String target(ScriptBody body, SchedulerConfig.PredictionType type, String action, String noise,
            String signal, String level) {
        return switch (type) {
            case EPSILON -> noise;
            case SAMPLE -> action;
            case V_PREDICTION -> body.let("torch.sub(torch.mul(%s, %s), torch.mul(%s, %s))", noise, signal, action, level);
        };
    }

    private static String conditioning(PolicyDefinition policy, boolean coordinates, WeightStore weights,
            ScriptModule module, ScriptBody body) {
        PolicyConfig config = policy.config();
        List<String> parts = new ArrayList<>();
        int camera = 0;
        for (int f = 0; f < config.inputs().size(); f++) {
            String input = "x[" + f + "]";
            if (config.inputs().get(f).kind() == FeatureSpec.Kind.VISUAL) {
                EncoderScript encoder = new EncoderScript(policy, camera++, weights, module, ResizeFilter.AUTO);
                ImageOps ops = new ImageOps(module, body, weights, null);
                String flat = body.let("torch.flatten(%s, 0, 1)", input);
                String features = coordinates ? encoder.head(ops, body, flat) : encoder.features(ops, body, flat);
                input = body.let("torch.reshape(%s, [-1, %d, %d])", features, config.nObsSteps(), config.vision().featureDim());
            }
            parts.add(input);
        }
        return body.let("torch.flatten(torch.cat([%s], 2), 1)", String.join(", ", parts));
    }
}
