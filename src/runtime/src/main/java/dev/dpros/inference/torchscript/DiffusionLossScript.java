package dev.dpros.inference.torchscript;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.TrajectoryConfig.Conditioning;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Writes compute_loss of both references as TorchScript; the batch is that of {@link TrainingScript#diffusion}. */
final class DiffusionLossScript {
    private final PolicyDefinition policy;
    private final PolicyConfig config;
    private final boolean coordinates;
    private final Arithmetic arithmetic;
    private final ScriptModule module;
    private final WeightStore weights;
    private final int next;

    DiffusionLossScript(PolicyDefinition policy, boolean coordinates, Arithmetic arithmetic, ScriptModule module) {
        this.policy = policy;
        this.config = policy.config();
        this.coordinates = coordinates;
        this.arithmetic = arithmetic;
        this.module = module;
        weights = new WeightStore(policy);
        next = config.inputs().size();
    }

    /** What is denoised, as variables: before and with noise; and what of it counts, {@code [B, T, 1 or W]}. */
    private record Trajectory(String clean, String noisy, String mask) {}

    /** Adds {@code method(w, x) -> Tensor}. @param learning whether what a network leaves out at random is left out */
    void write(String method, boolean learning) {
        ScriptBody body = new ScriptBody();
        boolean inpainted = config.conditionedBy(Conditioning.INPAINTING);
        String observation = observations(body);
        String noise = "x[" + (next + 2) + "]";
        String signal = body.let("torch.reshape(torch.select(x[%d], 1, 0), [-1, 1, 1])", next + 4);
        String level = body.let("torch.reshape(torch.select(x[%d], 1, 1), [-1, 1, 1])", next + 4);
        Trajectory trajectory = noised(body, inpainted ? observation : null, noise, signal, level);
        String seen = inpainted ? observation : body.let("torch.flatten(%s, 1)", observation);
        String output = DenoiserScript.of(config, weights, module)
                .train(body, trajectory.noisy, "x[" + (next + 3) + "]", seen, arithmetic, learning);
        String target = target(body, config.scheduler().predictionType(), trajectory.clean, noise, signal, level);
        String error = body.let("torch.sub(%s, %s)", output, target);
        body.result("torch.mean(torch.mul(torch.mul(" + error + ", " + error + "), " + trajectory.mask + "))");
        module.method(method + "(w: List[Tensor], x: List[Tensor]) -> Tensor", body);
    }

    /** @param columns variable of observations that are columns of the trajectory, or null */
    private Trajectory noised(ScriptBody body, String columns, String noise, String signal, String level) {
        String actions = body.let("torch.narrow(x[%d], 1, %d, %d)", next, config.firstDenoisedStep(), config.denoisedSteps());
        String mask = body.let("torch.narrow(torch.unsqueeze(x[%d], 2), 1, %d, %d)", next + 1, config.firstDenoisedStep(),
                config.denoisedSteps());
        String joined = columns == null ? actions : body.let("torch.cat([%s, %s], 2)", actions, columns);
        String clean = columns == null ? actions : body.let("torch.detach(%s)", joined);
        String noisy = body.let("torch.addcmul(torch.mul(%s, %s), %s, %s)", clean, signal, noise, level);
        if (columns == null) {
            return new Trajectory(clean, noisy, mask);
        }
        String known = known();
        String imposed = body.let("torch.addcmul(torch.mul(%s, torch.rsub(%s, 1)), %s, %s)", noisy, known, joined, known);
        return new Trajectory(clean, imposed, body.let("torch.mul(%s, torch.rsub(%s, 1))", mask, known));
    }

    /** 1 where a trajectory conditioned by inpainting is known, else 0: {@code [1, T, A + D]}. */
    private String known() {
        int width = config.denoisedWidth();
        float[] values = new float[config.horizon() * width];
        for (int t = 0; t < config.nObsSteps(); t++) {
            Arrays.fill(values, t * width + config.action().size(), (t + 1) * width, 1);
        }
        return module.parameter("known", ScriptTensor.of(TensorData.of(values, 1, config.horizon(), width)));
    }

    private static String target(ScriptBody body, SchedulerConfig.PredictionType type, String clean, String noise, String signal,
            String level) {
        return switch (type) {
            case EPSILON -> noise;
            case SAMPLE -> clean;
            case V_PREDICTION -> body.let("torch.sub(torch.mul(%s, %s), torch.mul(%s, %s))", noise, signal, clean, level);
        };
    }

    /** {@code [B, To, D]}, or T steps. */
    private String observations(ScriptBody body) {
        List<String> parts = new ArrayList<>();
        int camera = 0;
        for (int f = 0; f < config.inputs().size(); f++) {
            String input = "x[" + f + "]";
            if (config.inputs().get(f).kind() == FeatureSpec.Kind.VISUAL) {
                EncoderScript encoder = new EncoderScript(policy, camera++, weights, module, ResizeFilter.AUTO);
                ImageOps ops = new ImageOps(module, body, weights, null);
                String flat = body.let("torch.flatten(%s, 0, 1)", input);
                String features = coordinates ? encoder.head(ops, body, flat) : encoder.features(ops, body, flat);
                input = body.let("torch.reshape(%s, [-1, %d, %d])", features, config.trainedObsSteps(), config.vision().featureDim());
            }
            parts.add(input);
        }
        return body.let("torch.cat([%s], 2)", String.join(", ", parts));
    }
}
