package dev.dpros.cli.bench;

import dev.dpros.bench.SyntheticInput;
import dev.dpros.bench.SyntheticPolicy;
import dev.dpros.bench.ThreadClock;
import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.cli.options.Numbers;
import dev.dpros.cli.options.OutputTarget;
import dev.dpros.core.Clock;
import dev.dpros.core.InputException;
import dev.dpros.core.ObservationWindow;
import dev.dpros.core.SystemClock;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.Precision;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.inference.InferenceLatency;
import dev.dpros.inference.InferenceOptions;
import dev.dpros.inference.Prediction;
import dev.dpros.inference.Sampling;
import dev.dpros.inference.torchscript.ConvVariant;
import dev.dpros.process.JsonFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
        footer = {"", "Examples: dpros bench predict models/pusht_image --runs 100 --variants all",
            "          dpros bench predict transformer --profile",
            "          dpros bench predict transformer --versus onnxruntime --cpu 0"})
final class BenchPredictCommand implements Callable<Integer> {
    @Parameters(paramLabel = "POLICY", arity = "0..*", description = "policies, or of random weights: arm7, resnet18-small, resnet18-big, resnet18-huge, "
            + "transformer, vit-b16; "
            + "default: models/pusht_image resnet18-small")
    private List<String> policies = List.of("models/pusht_image", "resnet18-small");

    @Option(names = "--runs", converter = Numbers.Count.class, paramLabel = "N", defaultValue = "50",
            description = "measured predictions (default: ${DEFAULT-VALUE})")
    private int runs;

    @Option(names = "--variants", paramLabel = "LIST", split = ",", description = "how the network is computed: conv1d, rows, "
            + "packed, packed_bf16, packed_int8, vector; all that are possible here; measured (default), which takes the fastest float32 "
            + "one; or auto, in the precision that was decided for the policy")
    private List<String> variants = List.of("measured");

    @Option(names = "--scheduler", paramLabel = "NAME", description = "ddpm, ddim, dpm_solver_pp; for flow matching euler, rk4 (default: the policy's)")
    private SchedulerConfig.Type scheduler;

    @Option(names = "--steps", converter = Numbers.Count.class, paramLabel = "N", description = "denoising steps (default: the policy's)")
    private Integer steps;

    @Option(names = "--threads", converter = Numbers.Count.class, paramLabel = "N", defaultValue = "1",
            description = "threads of the network (default: ${DEFAULT-VALUE})")
    private int threads;

    @Option(names = "--device", paramLabel = "NAME", defaultValue = "cpu", description = "cpu, cuda or cuda:N (default: ${DEFAULT-VALUE})")
    private String device;

    @Option(names = "--profile", description = "time, calls and bytes of each operator, of one encoding and of one denoising step, "
            + "as libtorch's profiler sees them")
    private boolean profile;

    @Option(names = "--versus", paramLabel = "NAME", description = "onnxruntime: the same networks there, on graphs written from the same "
            + "weights, in float32 and int8: outputs compared, then timed in turns; its library is not shipped (docs/benchmarks.md)")
    private String versus;

    @Option(names = "--cpu", paramLabel = "N", defaultValue = "-1", description = "core to stay on (default: any)")
    private int cpu;

    @Option(names = "--cpu-time", description = "count CPU time of the measuring thread instead of time: for a busy machine, one thread")
    private boolean cpuTime;

    @Option(names = "--json", converter = OutputTarget.OfFile.class, paramLabel = "FILE", description = "write the results to this file")
    private Path json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (runs < 1 || runs > 1_000_000) {
            throw InputException.of("--runs", "number", "1 to 1000000", String.valueOf(runs), "");
        }
        PrintWriter out = spec.commandLine().getOut();
        prepare(out);
        List<Map<String, Object>> rows = new ArrayList<>();
        for (String name : policies) {
            PolicyDefinition definition = SyntheticPolicy.named(name);
            if (definition == null) {
                definition = PolicyReader.read(Path.of(name));
            }
            rows.addAll(profile ? profiles(name, definition, out) : versus != null ? versus(name, definition) : measure(name, definition, out));
        }
        if (versus != null) {
            PredictVersus.print(rows, out);
        }
        if (json != null) {
            JsonFile.write(json, rows);
        }
        return 0;
    }

    private List<Map<String, Object>> measure(String name, PolicyDefinition definition, PrintWriter out) {
        List<Map<String, Object>> rows = new ArrayList<>();
        float[] reference = null;
        for (InferenceOptions options : requested(definition)) {
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

    private void prepare(PrintWriter out) {
        if (versus != null && !versus.equals("onnxruntime")) {
            throw InputException.of("--versus", "name", "onnxruntime", versus, "");
        }
        if ((profile || versus != null) && !device.equals("cpu")) {
            throw InputException.of("--device", "with " + (profile ? "--profile" : "--versus"), "cpu", device, "");
        }
        if (cpuTime && (threads > 1 || !device.equals("cpu"))) {
            throw InputException.of("--cpu-time", "threads", "1, on the CPU", threads + ", " + device, "");
        }
        if (profile && versus != null) {
            throw InputException.of("--profile", "with --versus", "one of the two", "both", "");
        }
        Pinned.to(cpu, out);
    }

    private List<Map<String, Object>> versus(String name, PolicyDefinition definition) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (InferenceOptions options : requested(definition)) {
            try (PredictVersus comparison = new PredictVersus(definition, clock(), threads)) {
                rows.addAll(comparison.rows(name, options, runs));
            }
        }
        return rows;
    }

    private List<Map<String, Object>> profiles(String name, PolicyDefinition definition, PrintWriter out) {
        List<Map<String, Object>> reports = new ArrayList<>();
        for (InferenceOptions options : requested(definition)) {
            Map<String, Object> report = PredictProfile.of(name, definition, options, clock(), runs);
            PredictProfile.print(report, out);
            reports.add(report);
        }
        return reports;
    }

    private List<InferenceOptions> requested(PolicyDefinition definition) {
        InferenceOptions options = InferenceOptions.DEFAULT.withSampling(scheduler, steps == null ? 0 : steps).withThreads(threads).withDevice(device);
        List<InferenceOptions> list = new ArrayList<>();
        for (String variant : variants) {
            switch (variant) {
                case "measured" -> list.add(options);
                case "auto" -> list.add(options.withPrecision(Precision.AUTO));
                case "all" -> Arrays.stream(ConvVariant.values()).map(options::withConvVariant)
                        .filter(one -> DiffusionPolicy.possible(definition, one)).forEach(list::add);
                default -> list.add(options.withConvVariant(Arrays.stream(ConvVariant.values())
                        .filter(v -> v.name().equalsIgnoreCase(variant)).findFirst().orElseThrow(() -> InputException.of("--variants", "name",
                                "measured, auto, all or of " + Arrays.toString(ConvVariant.values()).toLowerCase(Locale.ROOT), variant, ""))));
            }
        }
        return list;
    }

    private Clock clock() {
        return cpuTime ? new ThreadClock() : new SystemClock();
    }

    private Run run(PolicyDefinition definition, InferenceOptions options) {
        Run run = new Run();
        InferenceLatency latency = new InferenceLatency(clock(), run.encode, run.step, run.total);
        long startNs = System.nanoTime();
        try (DiffusionPolicy policy = DiffusionPolicy.load(definition, options, latency)) {
            run.loadMs = (System.nanoTime() - startNs) / 1e6;
            startNs = System.nanoTime();
            policy.warmUp();
            run.warmUpMs = (System.nanoTime() - startNs) / 1e6;
            run.sampler = policy.scheduler().type() + " " + policy.scheduler().inferenceSteps();
            run.layout = policy.layout().toString();
            run.precision = policy.precision().word();
            ObservationWindow window = SyntheticInput.window(definition.config());
            Sampling sampling = SyntheticInput.sampling(definition.config());
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
}
