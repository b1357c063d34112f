package dev.dpros.cli.bench;

import dev.dpros.bench.SyntheticInput;
import dev.dpros.core.Clock;
import dev.dpros.core.LatencySink;
import dev.dpros.core.ObservationWindow;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.inference.InferenceLatency;
import dev.dpros.inference.InferenceOptions;
import dev.dpros.inference.OperatorCall;
import dev.dpros.inference.Sampling;
import dev.dpros.inference.TorchProfiler;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the time of one encoding and of one denoising step goes, operator by operator, as libtorch's profiler sees it. Runs on
 * the calling thread.
 */
final class PredictProfile {
    private static final double MB = 1e6;

    /**
     * An operator's part in one run of a stage.
     *
     * @param operator its name
     * @param ms without the operators that it calls
     * @param share of what all of them take
     * @param calls a run
     * @param readMb of its tensors, four bytes a value
     * @param allocatedMb for results
     */
    record Row(String operator, double ms, double share, double calls, double readMb, double allocatedMb) {}

    /**
     * A stage of a prediction.
     *
     * @param stage its name
     * @param ms of a run without the profiler, the median
     * @param profiledMs the same with it
     * @param operators the slowest first
     */
    record Stage(String stage, double ms, double profiledMs, List<Row> operators) {}

    private final Section encode = new Section("encode");
    private final Section step = new Section("step");
    private boolean profiling;

    /** Profiles so many predictions, after as many without the profiler. */
    static Map<String, Object> of(String name, PolicyDefinition definition, InferenceOptions options, Clock clock, int runs) {
        return new PredictProfile().run(name, definition, options, clock, runs);
    }

    private Map<String, Object> run(String name, PolicyDefinition definition, InferenceOptions options, Clock clock, int runs) {
        InferenceLatency latency = new InferenceLatency(clock, encode, step, LatencySink.NONE);
        try (DiffusionPolicy policy = DiffusionPolicy.load(definition, options, latency)) {
            policy.warmUp();
            encode.plain.clear();
            step.plain.clear();
            ObservationWindow window = SyntheticInput.window(definition.config());
            Sampling sampling = SyntheticInput.sampling(definition.config());
            for (int i = 0; i < runs; i++) {
                policy.predictAction(window, sampling);
            }
            profiling = true;
            for (int i = 0; i < runs; i++) {
                TorchProfiler.start();
                policy.predictAction(window, sampling);
                TorchProfiler.stop();
            }
            Map<String, Object> report = new LinkedHashMap<>();
            report.put("policy", name);
            report.put("layout", policy.layout().toString());
            report.put("stages", List.of(encode.stage(), step.stage()));
            return report;
        }
    }

    /** Prints one of {@link #of} as tables. */
    static void print(Map<String, Object> report, PrintWriter out) {
        out.printf("%s, %s%n", report.get("policy"), report.get("layout"));
        for (Object each : (List<?>) report.get("stages")) {
            Stage stage = (Stage) each;
            out.printf("%n%s: %.3g ms, %.3g ms with the profiler%n", stage.stage, stage.ms, stage.profiledMs);
            out.printf("  %-36s %9s %6s %7s %10s %10s%n", "operator", "ms", "%", "calls", "read MB", "alloc MB");
            stage.operators.forEach(row -> out.printf("  %-36s %9.4f %6.1f %7.1f %10.3f %10.3f%n", row.operator, row.ms, 100 * row.share,
                    row.calls, row.readMb, row.allocatedMb));
        }
        out.flush();
    }

    /** The calls within one stage, of all runs. */
    private final class Section implements LatencySink {
        private final String name;
        private final Samples plain = new Samples();
        private final Samples profiled = new Samples();
        private final Map<String, double[]> sums = new LinkedHashMap<>();

        Section(String name) {
            this.name = name;
        }

        @Override
        public void recordNs(long durationNs) {
            if (!profiling) {
                plain.recordNs(durationNs);
                return;
            }
            for (OperatorCall call : TorchProfiler.stop()) {
                double[] sum = sums.computeIfAbsent(call.operator(), operator -> new double[4]);
                sum[0] += call.selfUs();
                sum[1]++;
                sum[2] += call.readBytes();
                sum[3] += call.allocatedBytes();
            }
            profiled.recordNs(durationNs);
            TorchProfiler.start();
        }

        Stage stage() {
            double all = sums.values().stream().mapToDouble(sum -> sum[0]).sum();
            int runs = Math.max(1, profiled.count());
            List<Row> rows = new ArrayList<>();
            sums.forEach((operator, sum) -> rows.add(new Row(operator, sum[0] / 1e3 / runs, sum[0] / all, sum[1] / runs,
                    sum[2] / MB / runs, sum[3] / MB / runs)));
            rows.sort(Comparator.comparingDouble(Row::ms).reversed());
            return new Stage(name, plain.medianMs(), profiled.medianMs(), rows);
        }
    }
}
