package dev.dpros.inference.torchscript;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.TrajectoryConfig.Conditioning;
import dev.dpros.diffusion.TransformerConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * Writes the networks that are trained. Each module has a method {@code loss(w, x) -> Tensor}: {@code w} are the trained
 * weights, {@code x} the batch; {@link OptimizerScript} adds the optimisation step. Networks that leave elements out at random
 * while they learn have {@code learn(w, x)} beside, which the optimisation then takes.
 */
public final class TrainingScript {
    private TrainingScript() {}

    /**
     * The loss of a diffusion policy (compute_loss of both references): mean squared error between the network's output
     * and its target, times the mask. The batch {@code x} is, in this order:
     * <ol>
     *   <li>each observation in the policy's order, for {@link PolicyConfig#trainedObsSteps} steps, To usually: vectors
     *       {@code [B, To, D]} normalised; images {@code [B, To, C, h, w]} in [0, 1], cropped, not normalised; or cached
     *       coordinates {@code [B, To, 2 * keypoints]} in place of images;
     *   <li>actions {@code [B, T, A]} normalised;
     *   <li>mask {@code [B, T]};
     *   <li>noise, of the denoised steps and columns;
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
        ScriptModule module = new ScriptModule("DiffusionLoss", learns);
        WeightStore weights = new WeightStore(policy);
        loss("loss", policy, coordinates, arithmetic, weights, module);
        TransformerConfig transformer = policy.config().transformer();
        if (transformer != null && (transformer.dropEmb() > 0 || transformer.dropAttn() > 0)) {
            loss(OptimizerScript.LEARN, policy, coordinates, arithmetic, weights, module);
        }
        return module;
    }

    private static void loss(String method, PolicyDefinition policy, boolean coordinates, Arithmetic arithmetic,
            WeightStore weights, ScriptModule module) {
        PolicyConfig config = policy.config();
        ScriptBody body = new ScriptBody();
        String observation = observations(policy, coordinates, weights, module, body);
        int next = config.inputs().size();
        String joined = body.let("torch.narrow(x[%d], 1, %d, %d)", next, config.firstDenoisedStep(), config.denoisedSteps());
        String mask = body.let("torch.narrow(torch.unsqueeze(x[%d], 2), 1, %d, %d)", next + 1, config.firstDenoisedStep(),
                config.denoisedSteps());
        boolean inpainted = config.conditionedBy(Conditioning.INPAINTING);
        String clean = joined;
        if (inpainted) {
            joined = body.let("torch.cat([%s, %s], 2)", joined, observation);
            clean = body.let("torch.detach(%s)", joined);
        }
        String noise = "x[" + (next + 2) + "]";
        String signal = body.let("torch.reshape(torch.select(x[%d], 1, 0), [-1, 1, 1])", next + 4);
        String level = body.let("torch.reshape(torch.select(x[%d], 1, 1), [-1, 1, 1])", next + 4);
        String noisy = body.let("torch.addcmul(torch.mul(%s, %s), %s, %s)", clean, signal, noise, level);
        if (inpainted) {
            String known = known(config, module);
            noisy = body.let("torch.addcmul(torch.mul(%s, torch.rsub(%s, 1)), %s, %s)", noisy, known, joined, known);
            mask = body.let("torch.mul(%s, torch.rsub(%s, 1))", mask, known);
        }
        String seen = inpainted ? observation : body.let("torch.flatten(%s, 1)", observation);
        String output = DenoiserScript.of(config, weights, module)
                .train(body, noisy, "x[" + (next + 3) + "]", seen, arithmetic, method.equals(OptimizerScript.LEARN));
        String target = target(body, config.scheduler().predictionType(), clean, noise, signal, level);
        String error = body.let("torch.sub(%s, %s)", output, target);
        body.result("torch.mean(torch.mul(torch.mul(" + error + ", " + error + "), " + mask + "))");
        module.method(method + "(w: List[Tensor], x: List[Tensor]) -> Tensor", body);
    }

    /** 1 where a trajectory conditioned by inpainting is known, else 0: {@code [1, T, A + D]}. */
    private static String known(PolicyConfig config, ScriptModule module) {
        int width = config.denoisedWidth();
        float[] values = new float[config.horizon() * width];
        for (int t = 0; t < config.nObsSteps(); t++) {
            Arrays.fill(values, t * width + config.action().size(), (t + 1) * width, 1);
        }
        return module.parameter("known", ScriptTensor.of(TensorData.of(values, 1, config.horizon(), width)));
    }

    private static String target(ScriptBody body, SchedulerConfig.PredictionType type, String action, String noise,
            String signal, String level) {
        return switch (type) {
            case EPSILON -> noise;
            case SAMPLE -> action;
            case V_PREDICTION -> body.let("torch.sub(torch.mul(%s, %s), torch.mul(%s, %s))", noise, signal, action, level);
        };
    }

    /** {@code [B, To, D]}, or T steps. */
    private static String observations(PolicyDefinition policy, boolean coordinates, WeightStore weights,
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
                input = body.let("torch.reshape(%s, [-1, %d, %d])", features, config.trainedObsSteps(),
                        config.vision().featureDim());
            }
            parts.add(input);
        }
        return body.let("torch.cat([%s], 2)", String.join(", ", parts));
    }
}
