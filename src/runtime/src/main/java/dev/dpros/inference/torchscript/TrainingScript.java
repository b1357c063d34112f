package dev.dpros.inference.torchscript;

import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.VisionConfig;
import java.util.function.Predicate;

/**
 * Writes the networks that are trained. Each module has a method {@code loss(w, x) -> Tensor}: {@code w} are the trained
 * weights, {@code x} the batch; {@link OptimizerScript} adds the optimisation step. Networks that leave elements out at random,
 * crop at random or gather statistics while they learn have {@code learn(w, x)} beside, which the optimisation then takes.
 */
public final class TrainingScript {
    /** A method of {@link #taught}: observations. */
    public static final String OBSERVE = "observe";
    /** A method of {@link #taught}: the network. */
    public static final String EVALUATE = "evaluate";

    private TrainingScript() {}

    /** As {@link #diffusion(PolicyDefinition, Predicate, boolean, Arithmetic, boolean)}, the noise that is added being the one that is told. */
    public static ScriptModule diffusion(PolicyDefinition policy, Predicate<String> learns, boolean coordinates,
            Arithmetic arithmetic) {
        return diffusion(policy, learns, coordinates, arithmetic, false);
    }

    /**
     * As {@link #diffusion}, with two methods more, by which another network may be taught what this one does:
     * <ul>
     *   <li>{@link #OBSERVE}{@code (w, x)}: of the observations at the beginning of {@code x} the vector on which the network is
     *       conditioned, {@code [B, To * D]};
     *   <li>{@link #EVALUATE}{@code (w, x)}: the network's output {@code [B, T, W]}, where {@code x} is that vector, a sample
     *       {@code [B, T, W]} and the timesteps {@code [B]}.
     * </ul>
     */
    public static ScriptModule taught(PolicyDefinition policy, Predicate<String> learns, boolean coordinates, Arithmetic arithmetic) {
        ScriptModule module = diffusion(policy, learns, coordinates, arithmetic);
        new DiffusionLossScript(policy, coordinates, false, arithmetic, module).writeNetwork();
        return module;
    }

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
     *   <li>rates {@code [B, 2]}: signal and noise rate at these timesteps;
     *   <li>the noise that is added, if it is another than what the network is to tell ({@code perturbed});
     *   <li>{@link ScriptModule#statistics}.
     * </ol>
     * Images that the network resizes come whole; it crops them itself.
     *
     * @param policy its weights are the initial ones
     * @param learns which tensors are trained, by name; the others keep their values
     * @param coordinates whether images are replaced by the coordinates of the spatial softmax, which leaves only the
     *     encoder's last layer in the network
     * @param perturbed whether the batch has a noise that is added beside the one that the network is to tell
     */
    public static ScriptModule diffusion(PolicyDefinition policy, Predicate<String> learns, boolean coordinates,
            Arithmetic arithmetic, boolean perturbed) {
        ScriptModule module = new ScriptModule("DiffusionLoss", learns, policy.config().inputs().size() + (perturbed ? 6 : 5));
        DiffusionLossScript loss = new DiffusionLossScript(policy, coordinates, perturbed, arithmetic, module);
        loss.write("loss", false);
        boolean drops = policy.config().denoiser().leftOut() > 0;
        VisionConfig vision = policy.config().vision();
        boolean crops = vision != null && vision.resizeShape() != null && vision.cropShape() != null;
        if (drops || crops || !module.statistics().isEmpty()) {
            loss.write(OptimizerScript.LEARN, true);
        }
        return module;
    }

    /**
     * The loss of implicit behavioural cloning. The batch {@code x} is the observations and actions of {@link #diffusion}, then noise
     * on the demonstrated actions {@code [B, Ta * A]}, random actions {@code [B, N, Ta * A]}, and {@link ScriptModule#statistics}.
     *
     * @param policy its weights are the initial ones
     * @param learns which tensors are trained, by name; the others keep their values
     */
    public static ScriptModule energy(PolicyDefinition policy, Predicate<String> learns, Arithmetic arithmetic) {
        ScriptModule module = new ScriptModule("EnergyLoss", learns, policy.config().inputs().size() + 3);
        EnergyLossScript loss = new EnergyLossScript(policy, arithmetic, module);
        loss.write("loss", false);
        if (policy.config().denoiser().leftOut() > 0 || !module.statistics().isEmpty()) {
            loss.write(OptimizerScript.LEARN, true);
        }
        return module;
    }
}
