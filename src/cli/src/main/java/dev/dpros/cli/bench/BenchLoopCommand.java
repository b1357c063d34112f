package dev.dpros.cli.bench;

import dev.dpros.bench.SamplerLoad;
import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.cli.options.Numbers;
import dev.dpros.cli.options.OutputTarget;
import dev.dpros.control.LoopBenchmark;
import dev.dpros.control.PacerConfig;
import dev.dpros.core.InputException;
import dev.dpros.core.SystemClock;
import dev.dpros.process.Home;
import dev.dpros.process.JsonFile;
import java.io.PrintWriter;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dpros bench loop}: how late the control loop's ticks come while samplers keep every core busy. */
@Command(
        name = "loop",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Measure the control loop beside samplers that run without a pause: lateness of each tick from its "
                + "intended start, its duration, CPU time from tick to tick (us), missed ticks.",
        footer = {"", "SCHED_FIFO and locked memory are used where the system permits; what it refuses is said.",
            "Example: dpros bench loop --rate 200 --seconds 60"})
final class BenchLoopCommand implements Callable<Integer> {
    @Option(names = "--rate", converter = Numbers.Positive.class, paramLabel = "HZ", defaultValue = "200",
            description = "control rate (default: ${DEFAULT-VALUE})")
    private double rate;

    @Option(names = "--seconds", converter = Numbers.Positive.class, paramLabel = "S", defaultValue = "60",
            description = "measured time (default: ${DEFAULT-VALUE})")
    private double seconds;

    @Option(names = "--warm-up", converter = Numbers.NotNegative.class, paramLabel = "S", defaultValue = "5",
            description = "time before (default: ${DEFAULT-VALUE})")
    private double warmUp;

    @Option(names = "--samplers", paramLabel = "N", description = "samplers that run without a pause (default: one per core)")
    private Integer samplers;

    @Option(names = "--java-load", converter = Numbers.Whole.class, paramLabel = "N", defaultValue = "0",
            description = "Java threads that compute and allocate besides (default: ${DEFAULT-VALUE})")
    private int javaLoad;

    @Option(names = "--policy", paramLabel = "PATH", description = "what the samplers run (default: models/pusht_image)")
    private Path policy;

    @Option(names = "--spin-us", paramLabel = "US", defaultValue = "50",
            description = "how long before its deadline the thread spins at least (default: ${DEFAULT-VALUE})")
    private long spinUs;

    @Option(names = "--cpu", paramLabel = "N", defaultValue = "-1", description = "core to stay on (default: any)")
    private int cpu;

    @Option(names = "--normal", description = "without SCHED_FIFO and locked memory")
    private boolean normal;

    @Option(names = "--json", converter = OutputTarget.OfFile.class, paramLabel = "FILE", description = "write the result to this file")
    private Path json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        int count = samplers == null ? Runtime.getRuntime().availableProcessors() : samplers;
        if (count < 0 || count > 256) {
            throw InputException.of("--samplers", "number", "0 to 256", String.valueOf(count), "");
        }
        LoopBenchmark.Config config = config();
        double loadBefore = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        try (SamplerLoad load = new SamplerLoad(PolicyReader.read(policy == null ? Home.path("models/pusht_image") : policy), count)) {
            load.awaitWarm();
            long collections = collections();
            long chunks = load.chunks();
            LoopBenchmark.Result result = new LoopBenchmark(config, new SystemClock()).run();
            Map<String, Object> report = report(result);
            report.put("samplers", count);
            report.put("sampler_chunks", load.chunks() - chunks);
            report.put("collections", collections() - collections);
            report.put("load_average_before", loadBefore);
            print(result, report);
            if (json != null) {
                JsonFile.write(json, report);
            }
        }
        return 0;
    }

    private LoopBenchmark.Config config() {
        try {
            PacerConfig base = normal ? PacerConfig.NORMAL : PacerConfig.REAL_TIME;
            PacerConfig pacer = new PacerConfig(spinUs * 1000, Math.max(spinUs * 1000, base.mostSpinNs()), base.priority(), cpu, base.lockMemory());
            return new LoopBenchmark.Config(rate, seconds, warmUp, javaLoad, pacer);
        } catch (IllegalArgumentException e) {
            throw new InputException("bench loop: " + e.getMessage(), e);
        }
    }

    private static long collections() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionCount).sum();
    }

    private Map<String, Object> report(LoopBenchmark.Result result) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("rate_hz", rate);
        report.put("seconds", seconds);
        report.put("ticks", result.ticks());
        report.put("missed", result.missed());
        report.put("lateness_us", percentiles(result.lateness()));
        report.put("duration_us", percentiles(result.duration()));
        report.put("cpu_us", percentiles(result.cpu()));
        report.put("chunks", result.chunks());
        report.put("refused_by_the_system", result.warnings());
        report.put("java", System.getProperty("java.version"));
        report.put("collectors", ManagementFactory.getGarbageCollectorMXBeans().stream().map(GarbageCollectorMXBean::getName).toList());
        report.put("java_load", javaLoad);
        return report;
    }

    private static Map<String, Object> percentiles(Histogram histogram) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("p50", histogram.getValueAtPercentile(50) / 1e3);
        map.put("p99", histogram.getValueAtPercentile(99) / 1e3);
        map.put("p999", histogram.getValueAtPercentile(99.9) / 1e3);
        map.put("max", histogram.getMaxValue() / 1e3);
        return map;
    }

    private void print(LoopBenchmark.Result result, Map<String, Object> report) {
        PrintWriter out = spec.commandLine().getOut();
        List<String> warnings = result.warnings();
        warnings.forEach(warning -> out.println("not granted: " + warning));
        out.printf("%s Hz for %s s beside %s samplers (%s chunks), Java %s, %s collections, load average before %s%n",
                rate, seconds, report.get("samplers"), report.get("sampler_chunks"), report.get("java"),
                report.get("collections"), report.get("load_average_before"));
        out.println(result.summary());
        out.flush();
    }
}
