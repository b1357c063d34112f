package dev.dpros.cli.policy;

import dev.dpros.checkpoint.PolicyInspection;
import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.checkpoint.PolicyTree;
import dev.dpros.cli.options.OutputTarget;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.core.ObservationWindow;
import dev.dpros.diffusion.DitConfig;
import dev.dpros.diffusion.EnergyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.TransformerConfig;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.diffusion.VisionConfig;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.inference.InferenceOptions;
import dev.dpros.process.JsonFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dpros inspect}: what is in a policy. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {"Print what is in a policy: observations, horizons, scheduler, parameters, normalizer ranges, and the "
                + "time that a prediction takes on this machine.",
            "Of a folder that is no policy itself: a line for each policy below it, what it is and whether it runs, with the reason if "
                + "not."},
        footer = {"", "Example: dpros inspect models/pusht_image", "         dpros inspect /data/policies"})
public final class InspectCommand implements Callable<Integer> {
    private static final int PREDICTIONS = 7;

    @Parameters(paramLabel = "SRC", description = "LeRobot directory or diffusion_policy .ckpt, or a folder with some below it")
    private Path source;

    @Option(names = "--json", converter = OutputTarget.OfFile.class, paramLabel = "FILE", description = "write it to this file too")
    private Path json;

    @Option(names = "--no-latency", description = "do not load the network to measure its latency")
    private boolean noLatency;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (PolicyTree.is(source)) {
            return tree();
        }
        PolicyDefinition policy = PolicyReader.read(source);
        PolicyInspection inspection = PolicyInspection.of(source, policy);
        PrintWriter out = spec.commandLine().getOut();
        print(inspection, out);
        out.print(PrecisionCommand.words(policy.precision()));
        out.flush();
        Double latencyMs = noLatency ? null : latencyMs(policy);
        if (latencyMs != null) {
            out.printf(Locale.ROOT, "latency       %.1f ms per chunk here (median of %d, %s, one thread)%n", latencyMs, PREDICTIONS,
                    sampler(inspection));
        }
        out.flush();
        if (json != null) {
            Map<String, Object> tree = new LinkedHashMap<>();
            tree.put("policy", inspection);
            tree.put("precision", policy.precision());
            tree.put("latency_ms", latencyMs);
            JsonFile.write(json, tree);
        }
        return 0;
    }

    /** A line for each policy below the folder. */
    private int tree() {
        List<PolicyTree.Entry> entries = PolicyTree.of(source);
        if (entries.isEmpty()) {
            throw InputException.of(source.toString(), "folder", "a policy in it or below it (config.json and model.safetensors, or a "
                    + ".ckpt)", "none", "");
        }
        PrintWriter out = spec.commandLine().getOut();
        entries.forEach(entry -> out.printf(Locale.ROOT, "%s: %s%n", entry.path(),
                entry.runs() ? "runs: " + summary(entry.inspection()) : "does not run: " + entry.reason()));
        out.printf(Locale.ROOT, "%d of %d run%n", entries.stream().filter(PolicyTree.Entry::runs).count(), entries.size());
        out.flush();
        if (json != null) {
            JsonFile.write(json, Map.of("policies", entries));
        }
        return 0;
    }

    private static String summary(PolicyInspection policy) {
        long cameras = policy.features().stream().filter(feature -> feature.kind() == FeatureSpec.Kind.VISUAL).count();
        return String.format(Locale.ROOT, "%s, %s, %s, %s, %,d parameters", policy.format(), network(policy),
                cameras == 0 ? "no camera" : cameras == 1 ? "1 camera" : cameras + " cameras",
                sampler(policy),
                policy.totalParameters());
    }

    private static String network(PolicyInspection policy) {
        return policy.energy() != null ? "IBC (energy-based)" : policy.unet() != null ? "UNet" : policy.dit() != null ? "diffusion transformer" : "transformer";
    }

    private static void print(PolicyInspection policy, PrintWriter out) {
        out.printf(Locale.ROOT, "%s: %s%n", policy.source(), policy.format());
        out.printf(Locale.ROOT, "horizons      To %d, T %d, Ta %d%n", policy.observationSteps(), policy.horizon(), policy.actionSteps());
        for (PolicyInspection.Feature feature : policy.features()) {
            boolean action = feature == policy.features().get(policy.features().size() - 1);
            out.printf(Locale.ROOT, "%-13s %s %s %s, %s%n", action ? "action" : "observation", feature.key(),
                    feature.kind().name().toLowerCase(Locale.ROOT), feature.shape(), range(feature));
        }
        out.printf(Locale.ROOT, "conditioning  %d values, %s%s%n", policy.conditioning(), conditioning(policy),
                policy.trajectory().actionStepsOnly() ? "; only the action steps are denoised" : "");
        if (policy.trajectory().poses() != null) {
            out.printf(Locale.ROOT, "tool poses    observed %s, actions %s%n", lower(policy.trajectory().poses().observation()),
                    lower(policy.trajectory().poses().action()));
        }
        if (policy.vision() != null) {
            out.printf(Locale.ROOT, "encoder       %s%n", encoder(policy.vision()));
        }
        if (policy.energy() != null) {
            out.print(energy(policy.energy(), policy.scheduler().inferenceSteps()));
        } else {
            out.print(policy.unet() != null ? unet(policy.unet()) : policy.dit() != null ? dit(policy.dit()) : transformer(policy.transformer()));
            out.printf(Locale.ROOT, "scheduler     %s, %s%n", sampler(policy), trained(policy.scheduler()));
        }
        out.printf(Locale.ROOT, "parameters    %,d (%s)%n", policy.totalParameters(), policy.parameters().entrySet().stream()
                .map(e -> String.format(Locale.ROOT, "%s %,d", e.getKey(), e.getValue())).collect(Collectors.joining(", ")));
    }

    private static String conditioning(PolicyInspection policy) {
        return switch (policy.trajectory().conditioning()) {
            case GLOBAL -> policy.transformer() == null ? "of the whole trajectory" : "a token per observation step";
            case LOCAL -> "each of the step of its own time";
            case INPAINTING -> "columns of the trajectory (inpainting)";
        };
    }

    private static String unet(UnetConfig unet) {
        return String.format(Locale.ROOT, "unet          channels %s, kernel %d, %d groups, step embedding %d, FiLM %s scale%n",
                unet.downDims(), unet.kernelSize(), unet.nGroups(), unet.stepEmbedDim(), unet.filmScale() ? "with" : "without");
    }

    private static String transformer(TransformerConfig transformer) {
        String encoder = !transformer.timeAsCond() ? "encoder only"
                : transformer.nCondLayers() > 0 ? transformer.nCondLayers() + " conditioning layers" : "conditioning MLP";
        return String.format(Locale.ROOT, "transformer   %d layers, %d heads, width %d, %s, %s%n", transformer.nLayer(), transformer.nHead(),
                transformer.nEmb(), encoder, transformer.causalAttn() ? "causal" : "not causal");
    }

    private static String dit(DitConfig dit) {
        return String.format(Locale.ROOT, "transformer   %d blocks, %d heads, width %d, adaLN-Zero, %s%n%s", dit.numLayers(), dit.numHeads(),
                dit.hiddenDim(), dit.rope() ? "rotary positions" : dit.positions() ? "learnt positions" : "no positions",
                dit.task() == null ? "" : String.format(Locale.ROOT, "task          %s%n", dit.task()));
    }

    private static String energy(EnergyConfig energy, int iterations) {
        return String.format(Locale.ROOT, "energy        IBC, perceptron of width %d; search: %d iterations of %d candidates, takes %s%n",
                energy.width(), iterations, energy.candidates(), energy.best() ? "the best" : "one by its probability");
    }

    private static String trained(SchedulerConfig scheduler) {
        if (scheduler.flow() != null) {
            return "trained by flow matching";
        }
        return String.format(Locale.ROOT, "trained on %d timesteps (%s), predicts %s, %s", scheduler.numTrainTimesteps(),
                lower(scheduler.betaSchedule()), lower(scheduler.predictionType()),
                scheduler.clipSample() ? "clips to +-" + scheduler.clipSampleRange() : "does not clip");
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static String sampler(PolicyInspection policy) {
        int steps = policy.scheduler().inferenceSteps();
        return policy.energy() != null ? "search of " + steps + " iterations" : policy.scheduler().type() + " " + steps + " steps";
    }

    private static String range(PolicyInspection.Feature feature) {
        if (!feature.normalized()) {
            return "not normalised";
        }
        return "-1 is " + numbers(feature.low()) + ", 1 is " + numbers(feature.high());
    }

    private static String numbers(List<Double> values) {
        return values.stream().map(v -> String.format(Locale.ROOT, "%.4g", v)).collect(Collectors.joining(", ", "[", "]"));
    }

    private static String encoder(VisionConfig vision) {
        StringBuilder text = new StringBuilder(lower(vision.backbone()));
        if (vision.backbone().name().startsWith("RESNET")) {
            text.append(", ").append(lower(vision.norm())).append(" norm");
        }
        text.append(", ").append(lower(vision.pool()).replace('_', ' '));
        text.append(vision.separatePerCamera() ? ", one per camera" : ", shared");
        String resize = vision.resizeShape() == null ? "" : ", resize " + vision.resizeShape();
        String crop = vision.cropShape() == null ? "" : ", centre crop " + vision.cropShape();
        text.append(vision.cropsFirst() ? crop + resize : resize + crop);
        return text.append(", ").append(vision.featureDim()).append(" features").toString();
    }

    private static double latencyMs(PolicyDefinition policy) {
        try (DiffusionPolicy loaded = DiffusionPolicy.load(policy, InferenceOptions.DEFAULT)) {
            loaded.warmUp();
            ObservationWindow window = new ObservationWindow(policy.config().inputs(), policy.config().nObsSteps());
            double[] times = new double[PREDICTIONS];
            for (int i = 0; i < PREDICTIONS; i++) {
                long startNs = System.nanoTime();
                loaded.predictAction(window);
                times[i] = (System.nanoTime() - startNs) / 1e6;
            }
            Arrays.sort(times);
            return times[PREDICTIONS / 2];
        }
    }
}
