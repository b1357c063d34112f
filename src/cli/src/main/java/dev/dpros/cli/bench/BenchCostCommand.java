package dev.dpros.cli.bench;

import dev.dpros.bench.PolicyCost;
import dev.dpros.bench.SyntheticPolicy;
import dev.dpros.cli.options.Numbers;
import dev.dpros.cli.options.OutputTarget;
import dev.dpros.control.LoopBenchmark;
import dev.dpros.control.PacerConfig;
import dev.dpros.core.SystemClock;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.inference.InferenceOptions;
import dev.dpros.process.JsonFile;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dpros bench cost}: how time, memory and allocation grow with what is asked for, and where it stops being real time. */
@Command(
        name = "cost",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "How cost grows: one of these changes at a time, the others stay at one camera of 96 x 96, 16 steps, 4.6 million "
                + "parameters of the UNet, one environment, DDIM with 10 steps; random weights. A markdown table.",
        footer = {"", "A policy is in real time up to the rate at which its slowest chunk comes before the actions of the last one (half of its "
                + "steps) are used up; the control loop, where no tick is missed and 99.9 %% of them end within their period.",
            "Example: dpros bench cost --cpu 0 --json cost.json"})
final class BenchCostCommand implements Callable<Integer> {
    private static final int BASE = 64;
    private static final int PX = 96;
    private static final int HORIZON = 16;

    /** What changes. */
    enum Axis {
        /** Number of cameras. */ CAMERAS,
        /** Size of the camera. */ SIZE,
        /** T. */ HORIZON,
        /** Size of the UNet. */ PARAMETERS,
        /** Environments at once. */ ENVIRONMENTS,
        /** Rate of the control loop. */ CONTROL
    }

    @Option(names = "--what", paramLabel = "LIST", split = ",", description = "of ${COMPLETION-CANDIDATES} (default: all)")
    private List<Axis> axes = List.of(Axis.values());

    @Option(names = "--seconds", converter = Numbers.Positive.class, paramLabel = "S", defaultValue = "3",
            description = "measured time of a line, at least three chunks (default: ${DEFAULT-VALUE})")
    private double seconds;

    @Option(names = "--threads", converter = Numbers.Count.class, paramLabel = "N", defaultValue = "1",
            description = "threads of the network (default: ${DEFAULT-VALUE})")
    private int threads;

    @Option(names = "--rate", converter = Numbers.Positive.class, paramLabel = "HZ", defaultValue = "10",
            description = "actions a second that a policy has to keep up with (default: ${DEFAULT-VALUE})")
    private double rate;

    @Option(names = "--short", description = "the smallest lines alone, for a look at the table")
    private boolean brief;

    @Option(names = "--cpu", paramLabel = "N", defaultValue = "-1", description = "core to stay on (default: any)")
    private int cpu;

    @Option(names = "--json", converter = OutputTarget.OfFile.class, paramLabel = "FILE", description = "write the results to this file")
    private Path json;

    @Spec
    private CommandSpec spec;

    private final List<Map<String, Object>> rows = new ArrayList<>();

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        int cores = Runtime.getRuntime().availableProcessors();
        Pinned.to(cpu, out);
        out.printf("Cores: %d, Java %s, load average %.1f%n%n", cores, System.getProperty("java.version"),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
        out.println("| what | value | parameters, M | chunk or tick, ms: p50 (max) | encode, ms | step, ms | memory, MB: resident (peak) "
                + "| allocated, kB | real time up to, Hz | |");
        out.println("|---|---|---|---|---|---|---|---|---|---|");
        for (Axis axis : axes) {
            measure(axis);
        }
        if (json != null) {
            JsonFile.write(json, rows);
        }
        return 0;
    }

    private void measure(Axis axis) throws InterruptedException {
        switch (axis) {
            case CAMERAS -> {
                for (int cameras : brief ? new int[] {1, 2} : new int[] {1, 2, 4, 8}) {
                    policy("cameras", String.valueOf(cameras), SyntheticPolicy.sized(BASE, cameras, PX, PX, HORIZON), 1);
                }
            }
            case SIZE -> {
                for (int[] size : brief ? new int[][] {{64, 64}} : new int[][] {{PX, PX}, {224, 224}, {240, 320}, {480, 640}}) {
                    policy("camera", size[1] + " x " + size[0], SyntheticPolicy.sized(BASE, 1, size[0], size[1], HORIZON), 1);
                }
            }
            case HORIZON -> {
                for (int horizon : brief ? new int[] {8} : new int[] {8, 16, 32, 64, 128}) {
                    policy("horizon", String.valueOf(horizon), SyntheticPolicy.sized(BASE, 1, PX, PX, horizon), 1);
                }
            }
            case PARAMETERS -> {
                for (int base : brief ? new int[] {BASE / 2} : new int[] {BASE, 2 * BASE, 4 * BASE, 8 * BASE, 16 * BASE}) {
                    policy("channels", base + ", " + 2 * base + ", " + 4 * base, SyntheticPolicy.sized(base, 1, PX, PX, HORIZON), 1);
                }
            }
            case ENVIRONMENTS -> {
                for (int environments : brief ? new int[] {2} : new int[] {1, 2, 4, 8, 16, 32}) {
                    policy("environments", String.valueOf(environments), SyntheticPolicy.sized(BASE, 1, PX, PX, HORIZON), environments);
                }
            }
            case CONTROL -> {
                for (double hz : brief ? new double[] {1000} : new double[] {50, 100, 200, 500, 1000}) {
                    control(hz);
                }
            }
        }
    }

    private void policy(String what, String value, PolicyDefinition policy, int environments) {
        Map<String, Object> row = row(what, value);
        double millions = PolicyCost.parameters(policy) / 1e6;
        row.put("parameters", PolicyCost.parameters(policy));
        String skipped = PolicyCost.tooLarge(policy);
        if (skipped != null) {
            row.put("skipped", skipped);
            print(what, value, number(millions), "", "", "", "", "", "", "skipped: " + skipped);
            return;
        }
        PolicyCost cost = PolicyCost.of(policy, InferenceOptions.DEFAULT.withThreads(threads), environments, seconds);
        double hz = policy.config().nActionSteps() / (cost.worstMs() / 1e3);
        row.put("cost", cost);
        row.put("real_time_up_to_hz", hz);
        print(what, value, number(millions), number(cost.chunkMs()) + " (" + number(cost.worstMs()) + ")", number(cost.encodeMs()),
                number(cost.stepMs()), number(cost.residentMb()) + " (" + number(cost.peakMb()) + ")", number(cost.allocatedKb()), number(hz),
                hz < rate ? "not at " + number(rate) + " Hz" : "");
    }

    private void control(double hz) throws InterruptedException {
        LoopBenchmark.Config config = new LoopBenchmark.Config(hz, seconds, Math.min(1, seconds), 0, PacerConfig.REAL_TIME);
        LoopBenchmark.Result result = new LoopBenchmark(config, new SystemClock()).run();
        double periodMs = 1e3 / hz;
        double tailMs = (result.lateness().getValueAtPercentile(99.9) + result.duration().getValueAtPercentile(99.9)) / 1e6;
        boolean inTime = result.missed() == 0 && tailMs < periodMs;
        Map<String, Object> row = row("control", number(hz) + " Hz");
        row.put("tick_ms_p50", result.duration().getValueAtPercentile(50) / 1e6);
        row.put("tick_ms_max", result.duration().getMaxValue() / 1e6);
        row.put("lateness_ms_p999", result.lateness().getValueAtPercentile(99.9) / 1e6);
        row.put("missed", result.missed());
        row.put("in_time", inTime);
        print("control", number(hz) + " Hz", "", number(result.duration().getValueAtPercentile(50) / 1e6) + " ("
                        + number(result.duration().getMaxValue() / 1e6) + ")", "", "", "", "", inTime ? "yes" : "no",
                "late by " + number(result.lateness().getValueAtPercentile(99.9) / 1e6) + " ms (p99.9), " + result.missed() + " of "
                        + result.ticks() + " missed");
    }

    private Map<String, Object> row(String what, String value) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("what", what);
        row.put("value", value);
        rows.add(row);
        return row;
    }

    private void print(String... cells) {
        PrintWriter out = spec.commandLine().getOut();
        out.println("| " + String.join(" | ", cells) + " |");
        out.flush();
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "" : value >= 100 ? String.format("%.0f", value) : String.format("%.3g", value);
    }
}
