package dev.dpros.cli.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.cli.demo.EpisodeDriver.Limits;
import dev.dpros.cli.demo.EpisodeDriver.Result;
import dev.dpros.cli.options.Numbers;
import dev.dpros.cli.options.OutputTarget;
import dev.dpros.cli.options.PagePort;
import dev.dpros.cli.options.SamplingOptions;
import dev.dpros.cli.options.Terminals;
import dev.dpros.cli.options.TransportOption;
import dev.dpros.cli.options.Verbosity;
import dev.dpros.config.ConfigReader;
import dev.dpros.core.InputException;
import dev.dpros.core.NodeGraph;
import dev.dpros.core.Transport;
import dev.dpros.core.TransportProvider;
import dev.dpros.node.RunReport;
import dev.dpros.process.ChildJvm;
import dev.dpros.process.ExitCode;
import dev.dpros.process.Home;
import dev.dpros.process.JsonFile;
import dev.dpros.process.Lifecycle;
import dev.dpros.process.TemporaryFile;
import dev.dpros.simnode.WorldNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dpros demo}: master, simulated robot and control node, and the episodes that the policy drives. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Watch a diffusion policy push the T, or drive a simulated arm: an embedded ROS master, a simulated robot, and the "
                + "control node in a process of its own, all talking over ROS topics.",
        footer = {
            "",
            "Where a master answers at ROS_MASTER_URI, it is used in place of the embedded one.",
            "An episode ends at 95 %% coverage, after --max-steps, or when the reward has reached 0.9 and not grown for",
            "--settle steps.",
            "The arm's episode has succeeded when the finger tips are within 3 cm of the place above the block. Without --config and",
            "--policy a network of random weights drives it: wild, and held by the limits.",
            "",
            "Examples: dpros demo --episodes 3 --headless --json out.json",
            "          dpros demo --world arm7 --forever"})
public final class DemoCommand implements Callable<Integer> {
    private static final String RANDOM = "arm7";
    private static final String POLICY = "dpros";
    private static final long CHILD_END_MS = 1_000;
    private static final long REST_LIMIT_MS = 10_000;
    private static final long POLL_MS = 20;
    private static final long STILL_NS = 500_000_000;

    @Option(names = "--world", defaultValue = "pusht", paramLabel = "NAME", description = "pusht, or arm7: a seven-joint arm with two cameras "
            + "(default: ${DEFAULT-VALUE})")
    private DemoWorld world;

    @Option(names = "--episodes", converter = Numbers.Count.class, defaultValue = "3", paramLabel = "N",
            description = "episodes (default: ${DEFAULT-VALUE})")
    private int episodes;

    @Option(names = "--forever", description = "one episode after the other until Ctrl-C")
    private boolean forever;

    @Option(names = "--seed", defaultValue = "100000", paramLabel = "N", description = "first seed (default: ${DEFAULT-VALUE})")
    private long seed;

    @Option(names = "--config", paramLabel = "FILE", description = "robot configuration (default: launch/pusht.yaml, launch/arm7.yaml)")
    private Path config;

    @Option(names = "--policy", paramLabel = "PATH", description = "another checkpoint")
    private Path policy;

    @Mixin
    private SamplingOptions sampling = new SamplingOptions();

    @Mixin
    private TransportOption transport = new TransportOption();

    @Option(names = "--max-steps", converter = Numbers.Count.class, defaultValue = "300", paramLabel = "N",
            description = "longest episode, steps of 0.1 s (default: ${DEFAULT-VALUE})")
    private int maxSteps;

    @Option(names = "--settle", converter = Numbers.Whole.class, defaultValue = "30", paramLabel = "N",
            description = "steps without progress, at a reward of 0.9 or more, that end an episode; 0: never "
                    + "(default: ${DEFAULT-VALUE})")
    private int settle;

    @Option(names = "--headless", description = "no live line; one line per episode")
    private boolean headless;

    @Option(names = "--port", converter = Numbers.Port.class, paramLabel = "N",
            description = "port of the live page (default: 8080, or a free one)")
    private Integer port;

    @Option(names = "--json", converter = OutputTarget.OfFile.class, paramLabel = "FILE",
            description = "write episodes, latencies and counts to this file")
    private Path json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        require(episodes >= 1, "--episodes", episodes);
        require(maxSteps >= 1, "--max-steps", maxSteps);
        require(settle >= 0, "--settle", settle);
        if (forever && json != null) {
            throw new InputException("--json: expected episodes that end, found --forever; leave one of them out");
        }
        Path robot = config != null ? config : Home.path(world.config());
        try (Lifecycle lifecycle = Lifecycle.onSignals()) {
            TransportProvider provider = transport.provider(ConfigReader.transport(robot));
            NodeGraph graph = lifecycle.own(provider.arguments(List.of(), System.getenv()).graph(true));
            WorldNode simulated = lifecycle.own(world.node(lifecycle.own(connect(provider, graph, world.nodeName()))));
            simulated.start();
            Path report = lifecycle.own(new TemporaryFile("dpros-run", ".json")).path();
            int pagePort = port != null ? port : PagePort.choose();
            Path driver = policy != null || config != null || world != DemoWorld.ARM7 ? policy
                    : lifecycle.own(new RandomPolicy(RANDOM)).path();
            ChildJvm child = lifecycle.own(ChildJvm.start(runArguments(provider, robot, driver, report, pagePort), graph.environment()));
            List<Result> results;
            try {
                results = episodes(lifecycle, lifecycle.own(connect(provider, graph, "demo")), child, graph.hint());
            } catch (IllegalStateException | InputException e) {
                if (!child.endsWithin(CHILD_END_MS)) {
                    throw e;
                }
                return withoutPolicy(child.exitCode(), simulated);
            }
            child.close();
            return summary(results, report);
        }
    }

    /** What is to be said when the control node has ended by itself; the exit code. */
    private int withoutPolicy(int exitCode, WorldNode simulated) throws InterruptedException {
        Lifecycle.awaitEndOfProcess(); // Ctrl-C in a terminal ends both processes
        if (exitCode == ExitCode.BAD_INPUT) {
            return exitCode; // it has said what was wrong
        }
        int polls = (int) (REST_LIMIT_MS / POLL_MS);
        while (simulated.stillNs() < STILL_NS && polls-- > 0) {
            Thread.sleep(POLL_MS);
        }
        Verbosity.warn(spec, "the control node ended with exit code " + exitCode
                + (exitCode > 128 ? " (signal " + (exitCode - 128) + ")" : "") + "; the robot "
                + (simulated.stillNs() < STILL_NS ? "still moves after " + REST_LIMIT_MS / 1000 + " s" : "is at rest"));
        return ExitCode.FAILURE;
    }

    private static void require(boolean ok, String option, int value) {
        if (!ok) {
            throw new InputException(option + ": expected a positive number, found " + value);
        }
    }

    /** A node of our own names, on this machine. */
    private static Transport connect(TransportProvider provider, NodeGraph graph, String name) {
        return provider.arguments(List.of(), graph.environment()).connect(name);
    }

    private List<String> runArguments(TransportProvider provider, Path robot, @Nullable Path driver, Path report, int pagePort) {
        List<String> arguments = new ArrayList<>(List.of("run", "--config", robot.toString(), "--json", report.toString(),
                "--transport", provider.name()));
        if (driver != null) {
            arguments.addAll(List.of("--policy", driver.toString()));
        }
        arguments.addAll(sampling.asArguments());
        arguments.addAll(Verbosity.asArguments(spec));
        arguments.addAll(provider.argumentsFor(POLICY, Map.of("node/autostart", "false", "metrics/port", Integer.toString(pagePort))));
        return arguments;
    }

    private List<Result> episodes(Lifecycle lifecycle, Transport node, ChildJvm child, String hint) throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        List<Result> results = new ArrayList<>();
        try (EpisodeDriver driver = new EpisodeDriver(node, world, "/" + POLICY)) {
            driver.awaitPolicy(child::alive);
            if (!hint.isEmpty()) {
                Verbosity.tell(spec, hint);
            }
            MetricsPoll metrics = lifecycle.own(new MetricsPoll(metricsPage(node)));
            try (LiveLine live = new LiveLine(headless || Verbosity.quiet(spec) || !Terminals.errors() ? null : spec.commandLine().getErr(), metrics)) {
                for (int i = 0; forever || i < episodes; i++) {
                    Result result = driver.run(seed + i, new Limits(maxSteps, settle), child::alive, live::show);
                    results.add(result);
                    live.clear();
                    out.printf("seed %d: max reward %.3f after %d steps%s%n", result.seed(), result.maxReward(),
                            result.steps(), result.success() ? " (success)" : "");
                    out.flush();
                }
            }
        }
        return results;
    }

    private static URI metricsPage(Transport node) {
        return URI.create("http://127.0.0.1:" + node.getParameter("/" + POLICY + "/in_force/metrics/port") + "/metrics");
    }

    private int summary(List<Result> results, Path report) throws IOException {
        double mean = results.stream().mapToDouble(Result::maxReward).average().orElse(0);
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("mean_max_reward", mean);
        tree.put("success_rate", results.stream().filter(Result::success).count() / (double) results.size());
        tree.put("episodes", results);
        if (Files.size(report) > 0) {
            tree.putAll(new ObjectMapper().readValue(report.toFile(), new com.fasterxml.jackson.core.type.TypeReference<Map<String, Object>>() { }));
        }
        PrintWriter out = spec.commandLine().getOut();
        out.printf("mean max reward %.3f over %d episodes%n", mean, results.size());
        out.print(RunReport.latencyTable(tree.get("latency_ms")));
        out.flush();
        if (json != null) {
            JsonFile.write(json, tree);
        }
        return 0;
    }
}
