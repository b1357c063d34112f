package dev.dpros.inference.torchscript;

import dev.dpros.core.FeatureSpec;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.DitConfig;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.TrajectoryConfig.Conditioning;
import dev.dpros.diffusion.VisionConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Writes compute_loss of both references as TorchScript; the batch is that of {@link TrainingScript#diffusion}. */
final class DiffusionLossScript {
    private final PolicyDefinition policy;
    private final PolicyConfig config;
    private final boolean coordinates;
    private final boolean perturbed;
    private final Arithmetic arithmetic;
    private final ScriptModule module;
    private final WeightStore weights;
    private final int next;

    /** @param perturbed whether the noise that is added is another than what the network is to tell */
    DiffusionLossScript(PolicyDefinition policy, boolean coordinates, boolean perturbed, Arithmetic arithmetic, ScriptModule module) {
        this.policy = policy;
        this.config = policy.config();
        this.coordinates = coordinates;
        this.perturbed = perturbed;
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
        String observation = observations(body, learning);
        String noise = "x[" + (next + 2) + "]";
        String signal = body.let("torch.reshape(torch.select(x[%d], 1, 0), [-1, 1, 1])", next + 4);
        String level = body.let("torch.reshape(torch.select(x[%d], 1, 1), [-1, 1, 1])", next + 4);
        String added = perturbed ? "x[" + (next + 5) + "]" : noise;
        Trajectory trajectory = noised(body, inpainted ? observation : null, added, signal, level);
        String seen = inpainted ? observation : body.let("torch.flatten(%s, 1)", observation);
        String output = DenoiserScript.of(config, weights, module)
                .train(body, trajectory.noisy, "x[" + (next + 3) + "]", seen, arithmetic, learning);
        String target = target(body, config.scheduler(), trajectory.clean, noise, signal, level);
        String error = body.let("torch.sub(%s, %s)", output, target);
        body.result("torch.mean(torch.mul(torch.mul(" + error + ", " + error + "), " + trajectory.mask + "))");
        module.method(method + "(w: List[Tensor], x: List[Tensor]) -> Tensor", body);
    }

    /** Adds the network in two parts: see {@link TrainingScript#taught}. */
    void writeNetwork() {
        ScriptBody observed = new ScriptBody();
        observed.result("torch.flatten(" + observations(observed, false) + ", 1)");
        module.method(TrainingScript.OBSERVE + "(w: List[Tensor], x: List[Tensor]) -> Tensor", observed);
        ScriptBody evaluated = new ScriptBody();
        evaluated.result(DenoiserScript.of(config, weights, module).train(evaluated, "x[1]", "x[2]", "x[0]", arithmetic, false));
        module.method(TrainingScript.EVALUATE + "(w: List[Tensor], x: List[Tensor]) -> Tensor", evaluated);
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

    private static String target(ScriptBody body, SchedulerConfig scheduler, String clean, String noise, String signal, String level) {
        return switch (scheduler.predictionType()) {
            case EPSILON -> noise;
            case SAMPLE -> clean;
            case VELOCITY -> body.let("torch.sub(%s, torch.mul(%s, %s))", clean, noise, 1 - scheduler.flow().sigmaMin());
            case V_PREDICTION -> body.let("torch.sub(torch.mul(%s, %s), torch.mul(%s, %s))", noise, signal, clean, level);
        };
    }

    /** {@code [B, To, D]}, or T steps. */
    String observations(ScriptBody body, boolean learning) {
        ImageOps ops = ImageOps.training(module, body, weights, arithmetic, learning);
        List<String> features = config.cameras().isEmpty() ? List.of() : features(ops, body);
        List<String> parts = new ArrayList<>();
        int camera = 0;
        for (int f = 0; f < config.inputs().size(); f++) {
            boolean visual = config.inputs().get(f).kind() == FeatureSpec.Kind.VISUAL;
            parts.add(!visual ? "x[" + f + "]" : body.let("torch.reshape(%s, [-1, %d, %d])", features.get(camera++),
                    config.trainedObsSteps(), config.vision().featureDim()));
        }
        int told = config.denoiser().taskFeatures();
        if (told > 0) {
            String pooled = module.parameter(DitConfig.TASK, ScriptTensor.of(weights.take(DitConfig.TASK, DitConfig.TEXT)));
            String weight = module.weight(DitConfig.PROJECTION + ".weight",
                    weights.take(DitConfig.PROJECTION + ".weight", told, DitConfig.TEXT));
            String bias = module.weight(DitConfig.PROJECTION + ".bias", weights.take(DitConfig.PROJECTION + ".bias", told));
            parts.add(body.let("torch.expand(torch.reshape(torch.linear(%s, %s, %s), [1, 1, %d]), [torch.size(%s, 0), %d, -1])", pooled,
                    weight, bias, told, parts.get(0), config.trainedObsSteps()));
        }
        return body.let("torch.cat([%s], 2)", String.join(", ", parts));
    }

    /** Of each camera, {@code [B * To, F]}. Cameras that share an encoder with batch statistics are one batch for it. */
    private List<String> features(ImageOps ops, ScriptBody body) {
        VisionConfig vision = config.vision();
        boolean together = vision.norm() == VisionConfig.Norm.BATCH && !vision.separatePerCamera() && config.cameras().size() > 1;
        List<String> features = new ArrayList<>();
        List<ImageOps.Maps> prepared = new ArrayList<>();
        EncoderScript encoder = null;
        for (int f = 0; f < config.inputs().size(); f++) {
            if (config.inputs().get(f).kind() == FeatureSpec.Kind.VISUAL) {
                encoder = new EncoderScript(policy, config.cameras().indexOf(config.inputs().get(f)), weights, module, ResizeFilter.AUTO);
                String flat = body.let("torch.flatten(x[%d], 0, 1)", f);
                if (together && !coordinates) {
                    prepared.add(encoder.prepared(ops, body, flat));
                } else {
                    features.add(coordinates ? encoder.head(ops, body, flat) : encoder.features(ops, body, flat));
                }
            }
        }
        if (!prepared.isEmpty()) {
            String all = body.let("torch.cat([%s], 0)", prepared.stream().map(ImageOps.Maps::name).collect(Collectors.joining(", ")));
            String encoded = body.let("%s", encoder.encoded(ops, body, prepared.get(0).withName(all)));
            int count = prepared.size();
            for (int i = 0; i < count; i++) {
                features.add(body.let("torch.select(torch.reshape(%1$s, [%2$d, -1, %3$d]), 0, %4$d)", encoded, count,
                        vision.featureDim(), i));
            }
        }
        return features;
    }
}
