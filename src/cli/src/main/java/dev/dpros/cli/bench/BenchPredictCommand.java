package dev.dpros.cli.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.bench.SyntheticPolicy;
import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.cli.options.Numbers;
import dev.dpros.cli.options.OutputTarget;
import dev.dpros.core.FeatureSpec;
import dev.dpros.core.InputException;
import dev.dpros.core.LatencySink;
import dev.dpros.core.ObservationWindow;
import dev.dpros.core.SystemClock;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.Precision;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.inference.InferenceLatency;
import dev.dpros.inference.InferenceOptions;
import dev.dpros.inference.NoiseSource;
import dev.dpros.inference.PrecisionSupport;
import dev.dpros.inference.Prediction;
import dev.dpros.inference.Sampling;
import dev.dpros.inference.StepListener;
import dev.dpros.inference.torchscript.ConvVariant;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dpros bench predict}: the latency of predict_action, of one encoding and of one denoising step. */
@Command(
        name = "predict",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Measure predict_action: total, per encoding of the observation window, per denoising step (ms).",
        footer = {"", "Example: dpros bench predict models/pusht_image --runs 100 --variants all"})
final class BenchPredictCommand implements Callable<Integer> {
    @Parameters(paramLabel = "POLICY", arity = "0..*", description = "policies, or resnet18-small, resnet18-big (random weights); "
            + "default: models/pusht_image resnet18-small")
    private List<String> policies = List.of("models/pusht_image", "resnet18-small");

    @Option(names = "--runs", converter = Numbers.Count.class, paramLabel = "N", defaultValue = "50",
            description = "measured predictions (default: ${DEFAULT-VALUE})")
    private int runs;

    @Option(names = "--variants", paramLabel = "LIST", split = ",", description = "how convolutions are computed: conv1d, rows, "
            + "packed, packed_bf16, packed_int8; all that this machine can; measured (default), which takes the fastest float32 "
            + "one; or auto, in the precision that was decided for the policy")
    private List<String> variants = List.of("measured");

    @Option(names = "--scheduler", paramLabel = "NAME", description = "ddpm, ddim, dpm_solver_pp; for flow matching euler, rk4 (default: the policy's)")
    private SchedulerConfig.Type scheduler;

    @Option(names = "--steps", paramLabel = "N", defaultValue = "0", description = "denoising steps (default: the policy's)")
    private int steps;

    @Option(names = "--threads", converter = Numbers.Count.class, paramLabel = "N", defaultValue = "1",
            description = "threads of the network (default: ${DEFAULT-VALUE})")
    private int threads;

    @Option(names = "--device", paramLabel = "NAME", defaultValue = "cpu", description = "cpu, cuda or cuda:N (default: ${DEFAULT-VALUE})")
    private String device;

    @Option(names = "--json", converter = OutputTarget.OfFile.class, paramLabel = "FILE", description = "write the results to this file")
    private Path json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (runs < 1 || runs > 1_000_000) {
            throw InputException.of("--runs", "number", "1 to 1000000", String.valueOf(runs), "");
        }
        PrintWriter out = spec.commandLine().getOut();
        List<Map<String, Object>> rows = new ArrayList<>();
        for (String name : policies) {
            PolicyDefinition definition = SyntheticPolicy.named(name);
            if (definition == null) {
                definition = PolicyReader.read(Path.of(name));
            }
            rows.addAll(measure(name, definition, out));
        }
        if (json != null) {
            new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(json.toFile(), rows);
        }
        return 0;
    }

    private List<Map<String, Object>> measure(String name, PolicyDefinition definition, PrintWriter out) {
        List<Map<String, Object>> rows = new ArrayList<>();
        float[] reference = null;
        for (InferenceOptions options : requested()) {
            Run run = run(definition, options);
            reference = reference == null ? run.trajectory : reference;
            Map<String, Object> row = run.summary(name, difference(reference, run.trajectory));
            rows.add(row);
            out.printf("%s, %s%n", name, row.get("layout"));
            row.forEach((key, value) -> {
                if (!key.equals("policy") && !key.equals("layout")) {
                    out.printf("  %-28s %s%n", key, value instanceof Double d ? String.format("%.3g", d) : value);
                }
            });
            out.flush();
        }
        return rows;
    }

    private List<InferenceOptions> requested() {
        InferenceOptions options = InferenceOptions.DEFAULT.withSampling(scheduler, steps).withThreads(threads).withDevice(device);
        List<InferenceOptions> list = new ArrayList<>();
        for (String variant : variants) {
            switch (variant) {
                case "measured" -> list.add(options);
                case "auto" -> list.add(options.withPrecision(Precision.AUTO));
                case "all" -> Arrays.stream(ConvVariant.values()).map(options::withConvVariant).filter(PrecisionSupport::possible).forEach(list::add);
                default -> list.add(options.withConvVariant(Arrays.stream(ConvVariant.values())
                        .filter(v -> v.name().equalsIgnoreCase(variant)).findFirst().orElseThrow(() -> InputException.of("--variants", "name",
                                "measured, auto, all or of " + Arrays.toString(ConvVariant.values()).toLowerCase(Locale.ROOT), variant, ""))));
            }
        }
        return list;
    }

    private Run run(PolicyDefinition definition, InferenceOptions options) {
        Run run = new Run();
        InferenceLatency latency = new InferenceLatency(new SystemClock(), run.encode, run.step, run.total);
        long startNs = System.nanoTime();
        try (DiffusionPolicy policy = DiffusionPolicy.load(definition, options, latency)) {
            run.loadMs = (System.nanoTime() - startNs) / 1e6;
            startNs = System.nanoTime();
            policy.warmUp();
            run.warmUpMs = (System.nanoTime() - startNs) / 1e6;
            run.sampler = policy.scheduler().type() + " " + policy.scheduler().inferenceSteps();
            run.layout = policy.layout().toString();
            run.precision = policy.precision().word();
            ObservationWindow window = window(definition);
            Sampling sampling = Sampling.of(NoiseSource.given(gaussian(definition), null), StepListener.NONE);
            for (int i = 0; i < 5; i++) {
                policy.predictAction(window, sampling);
            }
            run.forget();
            for (int i = 0; i < runs; i++) {
                Prediction prediction = policy.predictAction(window, sampling);
                run.trajectory = prediction.trajectory();
            }
        }
        return run;
    }

    private static ObservationWindow window(PolicyDefinition definition) {
        ObservationWindow window = new ObservationWindow(definition.config().inputs(), definition.config().nObsSteps());
        SplittableRandom random = new SplittableRandom(2);
        for (int f = 0; f < window.features().size(); f++) {
            boolean image = window.features().get(f).kind() == FeatureSpec.Kind.VISUAL;
            float[] values = window.values(f);
            for (int i = 0; i < values.length; i++) {
                values[i] = image ? random.nextInt(256) / 255f : (float) random.nextDouble();
            }
        }
        return window;
    }

    private static float[] gaussian(PolicyDefinition definition) {
        float[] noise = new float[definition.config().denoisedSteps() * definition.config().denoisedWidth()];
        NoiseSource.seeded(3).initial(noise, 0, noise.length);
        return noise;
    }

    private static double difference(float[] a, float[] b) {
        double worst = 0;
        for (int i = 0; i < a.length; i++) {
            worst = Math.max(worst, Math.abs(a[i] - b[i]));
        }
        return worst;
    }

    /** What one variant took. */
    private static final class Run {
        final Samples encode = new Samples();
        final Samples step = new Samples();
        final Samples total = new Samples();
        double loadMs;
        double warmUpMs;
        String sampler;
        String layout;
        String precision;
        float[] trajectory = {};

        void forget() {
            encode.clear();
            step.clear();
            total.clear();
        }

        Map<String, Object> summary(String policy, double difference) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("policy", policy);
            row.put("layout", layout);
            row.put("precision", precision);
            row.put("sampler", sampler);
            row.put("load_ms", loadMs);
            row.put("warm_up_ms", warmUpMs);
            total.into(row, "total_ms");
            encode.into(row, "encode_ms");
            step.into(row, "step_ms");
            row.put("difference_from_first", difference);
            return row;
        }
    }

    /** Durations, kept one by one. */
    private static final class Samples implements LatencySink {
        private final List<Long> values = new ArrayList<>();

        @Override
        public void recordNs(long durationNs) {
            values.add(durationNs);
        }

        void clear() {
            values.clear();
        }

        void into(Map<String, Object> row, String name) {
            long[] sorted = values.stream().mapToLong(v -> v).sorted().toArray();
            row.put(name + "_min", sorted[0] / 1e6);
            row.put(name + "_p50", sorted[sorted.length / 2] / 1e6);
            row.put(name + "_p99", sorted[Math.min(sorted.length - 1, sorted.length * 99 / 100)] / 1e6);
            row.put(name + "_max", sorted[sorted.length - 1] / 1e6);
        }
    }
}
