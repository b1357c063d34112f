package dev.dpros.app;

import dev.dpros.app.live.PointerTeleop;
import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.config.ConfigReader;
import dev.dpros.config.RobotConfig;
import dev.dpros.core.InputException;
import dev.dpros.inference.TorchRuntime;
import dev.dpros.ros.names.RosArguments;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dpros run}: the control node. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Run a policy on a robot: subscribe to its topics, sample action chunks, publish commands.",
        footer = {
            "",
            "ROS arguments work as with any node: from:=to, __name:=N, __ns:=/ns, _param:=value; so do ROS_MASTER_URI,",
            "ROS_IP, ROS_HOSTNAME and ROS_NAMESPACE. Private parameters override the file; options override both.",
            "What is in force can be read with: rosparam get /dpros/in_force",
            "Services: ~start ~stop ~reset ~estop (std_srvs/Trigger), ~set_sampler. Topics: ~state ~chunk ~plan /diagnostics.",
            "",
            "Examples: dpros run --config launch/pusht.yaml",
            "          dpros run --config my_robot.yaml --scheduler ddim --steps 10 /joint_states:=/arm/joint_states"})
final class RunCommand implements Callable<Integer> {
    private static final String IN_FORCE = "in_force";

    @Option(names = "--config", paramLabel = "FILE", description = "robot configuration (docs/parameters.md)", required = true)
    private Path config;

    @Option(names = "--policy", paramLabel = "PATH", description = "checkpoint to run in place of the configured one")
    private Path policy;

    @Mixin
    private SamplingOptions sampling = new SamplingOptions();

    @Option(names = "--trace", paramLabel = "FILE", description = "write a trace of the run to this file (docs/trace.md)")
    private Path trace;

    @Option(names = "--record", paramLabel = "DIR",
            description = "record episodes into this directory: from the live page or by ~start_episode, ~stop_episode, ~success, "
                    + "~failure, ~discard (docs/recording.md)")
    private Path record;

    @Option(names = "--json", paramLabel = "FILE", description = "write a summary of the run to this file at its end")
    private Path json;

    @Parameters(paramLabel = "ROS_ARGUMENT", arity = "0..*", description = "from:=to, __name:=N, _param:=value")
    private List<String> rosArguments = List.of();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        RosArguments arguments = RosArguments.parse(rosArguments, System.getenv());
        if (!arguments.rest().isEmpty()) {
            throw new InputException("unexpected argument '" + arguments.rest().get(0) + "'; ROS arguments have the form a:=b");
        }
        RobotConfig early = ConfigReader.read(config, options()).config();
        TorchRuntime.requireDevice(early.sampler().device());
        try (Lifecycle lifecycle = Lifecycle.onSignals()) {
            RosNode node = lifecycle.own(RosNode.connect(
                    RosNodeConfig.of(arguments, early.node().name(), System.getenv())));
            node.bridgeLogging();
            node.onShutdown(reason -> {
                spec.commandLine().getErr().println("dpros: shut down by the master: " + reason);
                lifecycle.requestStop(Main.EXIT_FAILURE);
            });
            ConfigReader.Result result = ConfigReader.read(config, layers(node));
            return drive(lifecycle, node, result);
        }
    }

    private int drive(Lifecycle lifecycle, RosNode node, ConfigReader.Result result) throws InterruptedException {
        RobotConfig robot = result.config();
        Telemetry telemetry = lifecycle.own(new Telemetry(robot.metrics()));
        publishInForce(node, result.inForce(), telemetry.port());
        PolicyNode policyNode = lifecycle.own(
                new PolicyNode(robot, PolicyReader.read(robot.policy()), node, telemetry.registry()));
        telemetry.observe(policyNode);
        telemetry.observeGpu(robot);
        RecordingSession recording = record == null ? null : lifecycle.own(new RecordingSession(robot, node, record));
        if (recording != null) {
            telemetry.observe(recording.recorder());
            policyNode.reportTo(report -> recording.recorder().driver(report.human));
        }
        telemetry.show(policyNode, robot, recording, lifecycle.own(new PointerTeleop(robot, node)));
        if (json != null) {
            lifecycle.own(() -> RunReport.write(json, policyNode, node.traffic(), telemetry.registry()));
        }
        ParentWatch.start(lifecycle);
        policyNode.whenLost(end -> {
            spec.commandLine().getErr().println("dpros: " + end.reason());
            lifecycle.requestEnd(end.exitCode());
        });
        policyNode.start(robot.node().autostart());
        spec.commandLine().getErr().println("dpros: " + node.nodeName() + " drives " + robot.action().topic() + " with "
                + robot.policy().getFileName() + telemetry.where());
        return lifecycle.awaitStop();
    }

    private Map<String, Object> options() {
        Map<String, Object> layer = new LinkedHashMap<>(sampling.asLayer());
        if (policy != null) {
            layer.put("policy", policy.toAbsolutePath().toString());
        }
        if (trace != null) {
            layer.put("trace", Map.of("file", trace.toAbsolutePath().toString()));
        }
        return layer;
    }

    /** The node's private parameters with the command line's options on top. */
    private Map<String, Object> layers(RosNode node) {
        Map<String, Object> merged = new LinkedHashMap<>();
        if (node.getParameter(node.nodeName()) instanceof Map<?, ?> own) {
            own.forEach((key, value) -> merged.put(String.valueOf(key), value));
            merged.remove(IN_FORCE);
        }
        options().forEach((key, value) -> merged.merge(key, value, RunCommand::overlay));
        return merged;
    }

    private static Object overlay(Object below, Object above) {
        if (below instanceof Map<?, ?> lower && above instanceof Map<?, ?> upper) {
            Map<Object, Object> both = new LinkedHashMap<>(lower);
            both.putAll(upper);
            return both;
        }
        return above;
    }

    /** Under a name of their own: parameters outlive the node, and the next run must not take these for an operator's. */
    private static void publishInForce(RosNode node, Map<String, Object> inForce, int metricsPort) {
        Map<String, Object> actual = new LinkedHashMap<>(inForce);
        actual.merge("metrics", Map.of("port", metricsPort), RunCommand::overlay);
        node.setParameter("~" + IN_FORCE, actual);
    }
}
