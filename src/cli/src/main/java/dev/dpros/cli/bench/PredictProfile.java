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
     * An operator's part in one run of a stage, the one that takes the median of its times.
     *
     * @param operator its name
     * @param ms without the operators that it calls
     * @param share of what all of them take
     * @param calls their number
     * @param readMb of its tensors, four bytes a value
     * @param allocatedMb for results
     */
    record Row(String operator, double ms, double share, long calls, double readMb, double allocatedMb) {
        private Row outOf(double all) {
            return new Row(operator, ms, share / all, calls, readMb, allocatedMb);
        }
    }

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
            stage.operators.forEach(row -> out.printf("  %-36s %9.4f %6.1f %7d %10.3f %10.3f%n", row.operator, row.ms, 100 * row.share,
                    row.calls, row.readMb, row.allocatedMb));
        }
        out.flush();
    }

    /** One operator's sums over one run of a stage. */
    private static final class Sums {
        private double us;
        private long calls;
        private long readBytes;
        private long allocatedBytes;

        void add(OperatorCall call) {
            us += call.selfUs();
            calls++;
            readBytes += call.readBytes();
            allocatedBytes += call.allocatedBytes();
        }
    }

    /** The calls within one stage, run by run. */
    private final class Section implements LatencySink {
        private final String name;
        private final Samples plain = new Samples();
        private final Samples profiled = new Samples();
        private final Map<String, List<Sums>> runs = new LinkedHashMap<>();

        Section(String name) {
            this.name = name;
        }

        @Override
        public void recordNs(long durationNs) {
            if (!profiling) {
                plain.recordNs(durationNs);
                return;
            }
            Map<String, Sums> run = new LinkedHashMap<>();
            TorchProfiler.stop().forEach(call -> run.computeIfAbsent(call.operator(), operator -> new Sums()).add(call));
            run.forEach((operator, sums) -> runs.computeIfAbsent(operator, each -> new ArrayList<>()).add(sums));
            profiled.recordNs(durationNs);
            TorchProfiler.start();
        }

        Stage stage() {
            List<Row> rows = new ArrayList<>();
            runs.forEach((operator, all) -> {
                all.sort(Comparator.comparingDouble(sums -> sums.us));
                Sums middle = all.get(all.size() / 2);
                rows.add(new Row(operator, middle.us / 1e3, middle.us, middle.calls, middle.readBytes / MB, middle.allocatedBytes / MB));
            });
            double us = rows.stream().mapToDouble(Row::share).sum();
            return new Stage(name, plain.medianMs(), profiled.medianMs(), rows.stream().map(row -> row.outOf(us))
                    .sorted(Comparator.comparingDouble(Row::ms).reversed()).toList());
        }
    }
}
