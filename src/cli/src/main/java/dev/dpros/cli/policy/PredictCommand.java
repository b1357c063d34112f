package dev.dpros.cli.policy;

import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.checkpoint.Safetensors;
import dev.dpros.cli.options.Numbers;
import dev.dpros.cli.options.OutputTarget;
import dev.dpros.core.InputException;
import dev.dpros.core.NearestName;
import dev.dpros.core.TensorData;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.Precision;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.inference.InferenceOptions;
import dev.dpros.inference.NoiseSource;
import dev.dpros.inference.Prediction;
import dev.dpros.inference.Sampling;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dpros predict}: one prediction from a file to a file, to compare this runtime with another. */
@Command(
        name = "predict",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {"Run a policy once, from safetensors to safetensors.",
            "The input holds one tensor per observation key, [To, ...]: images uint8 [To, H, W, C] or float [To, C, H, W] in "
                + "[0, 1], vectors [To, D]; optionally noise [T, A] and variance_noise [steps, T, A] (with the observation's columns "
                + "after the action's, where the policy is conditioned by inpainting).",
            "The output holds global_cond [To * D], trajectory [T, A] (normalised) and action [Ta, A] (robot units)."},
        footer = {"", "Example: dpros predict --policy P --input in.safetensors -o out.safetensors"})
public final class PredictCommand implements Callable<Integer> {
    private static final Map<String, SchedulerConfig.Type> SCHEDULERS = Map.of(
            "euler", SchedulerConfig.Type.EULER, "rk4", SchedulerConfig.Type.RK4,
            "ddpm", SchedulerConfig.Type.DDPM, "ddim", SchedulerConfig.Type.DDIM,
            "dpm-solver++", SchedulerConfig.Type.DPM_SOLVER_PP, "dpm_solver_pp", SchedulerConfig.Type.DPM_SOLVER_PP,
            "dpmsolver++", SchedulerConfig.Type.DPM_SOLVER_PP);
    private static final List<String> SHOWN = List.of("ddpm", "ddim", "dpm-solver++", "euler", "rk4");

    @Option(names = "--policy", paramLabel = "PATH", required = true, description = "LeRobot directory or diffusion_policy .ckpt")
    private Path policy;

    @Option(names = "--input", paramLabel = "FILE", required = true, description = "observations, safetensors")
    private Path input;

    @Option(names = {"-o", "--output"}, converter = OutputTarget.OfFile.class, paramLabel = "FILE", required = true,
            description = "file to write, safetensors")
    private Path output;

    @Option(names = "--scheduler", paramLabel = "NAME",
            description = "noise scheduler: ddpm, ddim, dpm-solver++; for flow matching euler, rk4 (default: the policy's own)")
    private String scheduler;

    @Option(names = "--steps", converter = Numbers.Count.class, paramLabel = "N", description = "denoising steps (default: the policy's own)")
    private Integer steps;

    @Option(names = "--noise-seed", paramLabel = "N", defaultValue = "0",
            description = "seed of the noise that the input does not give (default: ${DEFAULT-VALUE})")
    private long seed;

    @Option(names = "--device", paramLabel = "NAME", defaultValue = "cpu", description = "cpu, cuda or cuda:N (default: ${DEFAULT-VALUE})")
    private String device;

    @Option(names = "--precision", paramLabel = "NAME", defaultValue = "float32",
            description = "of the network: float32, bfloat16, int8, or auto for what was decided for the policy (default: ${DEFAULT-VALUE})")
    private Precision precision;

    @Option(names = "--threads", converter = Numbers.Count.class, paramLabel = "N", defaultValue = "1",
            description = "intra-op threads (default: ${DEFAULT-VALUE})")
    private int threads;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        SchedulerConfig.Type chosen = type();
        PolicyDefinition definition = PolicyReader.read(policy);
        PredictionInput tensors = new PredictionInput(input, definition.config());
        InferenceOptions options = InferenceOptions.DEFAULT.withDevice(device).withThreads(threads).withSeed(seed)
                .withSampling(chosen, steps == null ? 0 : steps).withPrecision(precision);
        SchedulerConfig sampler = sampler(options, definition.config());
        Sampling sampling = Sampling.of(List.of(tensors.noise(sampler, NoiseSource.seeded(seed))));
        try (DiffusionPolicy loaded = DiffusionPolicy.load(definition, options)) {
            Prediction prediction = loaded.predictAction(tensors.observations(), sampling);
            write(definition.config(), prediction);
            PrintWriter out = spec.commandLine().getOut();
            out.printf(Locale.ROOT, "%s: %s, %d network evaluations%n", output, sampler.type(), prediction.denoisingSteps());
            out.flush();
        }
        return 0;
    }

    private SchedulerConfig.Type type() {
        if (scheduler == null) {
            return null;
        }
        SchedulerConfig.Type type = SCHEDULERS.get(scheduler.toLowerCase(Locale.ROOT));
        if (type == null) {
            throw new InputException("--scheduler: expected one of " + String.join(", ", SHOWN) + ", found '" + scheduler + "'"
                    + NearestName.hint(scheduler, SHOWN));
        }
        return type;
    }

    private static SchedulerConfig sampler(InferenceOptions options, PolicyConfig config) {
        try {
            return options.scheduler(config.scheduler());
        } catch (InputException e) {
            throw new InputException(e.getMessage().replaceFirst("^sampler\\.", "--"), e);
        }
    }

    private void write(PolicyConfig config, Prediction prediction) {
        double[] actions = prediction.actions(0, config.nActionSteps());
        float[] action = new float[actions.length];
        for (int i = 0; i < action.length; i++) {
            action[i] = (float) actions[i];
        }
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        tensors.put("global_cond", TensorData.of(prediction.globalCond(), prediction.globalCond().length));
        tensors.put("trajectory", TensorData.of(prediction.trajectory(), config.denoisedSteps(),
                config.denoisedWidth()));
        tensors.put("action", TensorData.of(action, config.nActionSteps(), config.action().size()));
        Path temporary = output.resolveSibling("." + output.getFileName() + ".part");
        try {
            Files.deleteIfExists(temporary);
            Safetensors.write(temporary, tensors);
            Files.move(temporary, output, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new InputException(output + ": cannot be written: " + e.getMessage(), e);
        }
    }
}
