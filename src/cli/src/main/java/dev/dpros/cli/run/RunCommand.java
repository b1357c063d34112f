package dev.dpros.cli.run;

import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.cli.options.OutputTarget;
import dev.dpros.cli.options.SamplingOptions;
import dev.dpros.cli.options.TransportOption;
import dev.dpros.cli.options.Verbosity;
import dev.dpros.config.ConfigReader;
import dev.dpros.config.Layer;
import dev.dpros.config.OptionLayer;
import dev.dpros.config.ParameterLayers;
import dev.dpros.config.RobotConfig;
import dev.dpros.config.Secrets;
import dev.dpros.core.InputException;
import dev.dpros.core.NodeArguments;
import dev.dpros.core.Transport;
import dev.dpros.doctor.Doctor;
import dev.dpros.inference.PrecisionSupport;
import dev.dpros.inference.TorchRuntime;
import dev.dpros.node.PolicyNode;
import dev.dpros.node.RunReport;
import dev.dpros.node.page.PointerTeleop;
import dev.dpros.node.record.RecordingPlan;
import dev.dpros.node.record.RecordingSession;
import dev.dpros.node.telemetry.Telemetry;
import dev.dpros.process.ExitCode;
import dev.dpros.process.Lifecycle;
import dev.dpros.process.LogBridge;
import dev.dpros.process.ParentWatch;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
            "ROS arguments work as with any node: from:=to, __name:=N, __ns:=/ns, _param:=value; so do ROS_MASTER_URI, "
                + "ROS_IP, ROS_HOSTNAME and ROS_NAMESPACE. Private parameters override the file; options override both. Keys about motion "
                + "(node.autostart, node.enable_*, action.limits, ...) count from the file, options and this command's _key:=value only.",
            "What is in force can be read with: rosparam get /dpros/in_force",
            "Services: ~start ~stop ~reset ~estop (std_srvs/Trigger), ~set_sampler. Action: ~run_policy.",
            "Topics: ~state ~chunk ~plan /diagnostics.",
            "",
            "Examples: dpros run --config launch/pusht.yaml",
            "          dpros run --config my_robot.yaml --scheduler ddim --steps 10",
            "          dpros run --config my_robot.yaml /joint_states:=/arm/joint_states"})
public final class RunCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);
    private static final String IN_FORCE = "in_force";
    private static final double CHECK_SECONDS = 3;
    private static final long SERVERS_POLL_MS = 50;

    @Option(names = "--config", paramLabel = "FILE", description = "robot configuration (docs/parameters.md)", required = true)
    private Path config;

    @Option(names = "--policy", paramLabel = "PATH", description = "checkpoint to run in place of the configured one")
    private Path policy;

    @Mixin
    private SamplingOptions sampling = new SamplingOptions();

    @Mixin
    private TransportOption transport = new TransportOption();

    @Option(names = "--trace", converter = OutputTarget.OfFile.class, paramLabel = "FILE",
            description = "write a trace of the run to this file (docs/trace.md)")
    private Path trace;

    @Option(names = "--record", converter = OutputTarget.OfFolder.class, paramLabel = "DIR",
            description = "record episodes into this directory: from the live page or by ~start_episode, ~stop_episode, ~success, "
                    + "~failure, ~discard (docs/recording.md)")
    private Path record;

    @Option(names = "--start", description = "let the policy drive as soon as it is ready; without it the node waits for ~start "
            + "unless the file says node.autostart: true")
    private boolean start;

    @Option(names = "--check", description = "drive nothing: look for what may keep this run from driving, print it and end (as dpros doctor); "
            + "exit code 1 if there is a fault")
    private boolean check;

    @Option(names = "--json", converter = OutputTarget.OfFile.class, paramLabel = "FILE",
            description = "write a summary of the run (with --check: the findings) to this file at its end")
    private Path json;

    @Parameters(paramLabel = "ROS_ARGUMENT", arity = "0..*", description = "from:=to, __name:=N, _param:=value")
    private List<String> rosArguments = List.of();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        NodeArguments ros = transport.arguments(check ? Examination.nameless(rosArguments) : rosArguments, ConfigReader.transport(config));
        Map<String, Object> own = ParameterLayers.nested(ros.parameters(ConfigReader.nodeName(config)));
        Layer arguments = Layer.arguments(own, ros::parameterForm);
        Layer options = options();
        ConfigReader.Result early = ConfigReader.read(config, arguments, options);
        if (check) {
            return Examination.run(early.config(), new Doctor.Settings(config, CHECK_SECONDS, Examination.folders(early.config(), record)), ros,
                    json, spec);
        }
        if (early.config().sampler().here()) {
            TorchRuntime.requireDevice(early.config().sampler().device());
            PrecisionSupport.require(early.config().sampler().toOptions());
        }
        try (Lifecycle lifecycle = Lifecycle.onSignals()) {
            Transport node = lifecycle.own(ros.connect(early.config().node().name(), ParameterLayers.forMaster(own)));
            lifecycle.own(new LogBridge(node::log));
            node.onShutdown(reason -> {
                Verbosity.warn(spec, "shut down by the master: " + reason);
                lifecycle.requestStop(ExitCode.FAILURE);
            });
            return lifecycle.unlessStopped(() -> drive(lifecycle, node, withServer(node, early, arguments, options)));
        }
    }

    private int drive(Lifecycle lifecycle, Transport node, ConfigReader.Result result) throws InterruptedException {
        RobotConfig robot = result.config();
        Telemetry telemetry = lifecycle.own(new Telemetry(robot.metrics()));
        publishInForce(node, result.inForce(), telemetry.port());
        lifecycle.own(() -> removeInForce(node));
        PolicyNode policyNode = lifecycle.own(
                new PolicyNode(robot, PolicyReader.read(robot.policy()), node, telemetry.registry()));
        telemetry.observe(policyNode);
        telemetry.observeGpu(robot);
        RecordingSession recording = record == null ? null : lifecycle.own(new RecordingSession(robot, node, record,
                RecordingPlan.ofNode(robot, node::resolve)));
        if (recording != null) {
            telemetry.observe(recording.recorder());
            policyNode.reportTo(report -> recording.recorder().driver(report.human, report.commanding));
            policyNode.tasksTo(recording.recorder()::task);
        }
        telemetry.show(policyNode, robot, recording, lifecycle.own(new PointerTeleop(robot, node)));
        if (json != null) {
            lifecycle.own(() -> RunReport.write(json, policyNode, node.traffic(), telemetry.registry()));
        }
        ParentWatch.start(lifecycle);
        policyNode.whenLost(end -> {
            Verbosity.warn(spec, end.reason());
            lifecycle.requestEnd(end.exitCode());
        });
        if (policyNode.start(robot.node().autostart())) {
            while (!policyNode.hasServers()) {
                if (lifecycle.awaitStop(SERVERS_POLL_MS, TimeUnit.MILLISECONDS)) {
                    return lifecycle.awaitStop();
                }
            }
            sayReady(policyNode, node, robot, telemetry);
        }
        return lifecycle.awaitStop();
    }

    private void sayReady(PolicyNode policyNode, Transport node, RobotConfig robot, Telemetry telemetry) {
        String waits = policyNode.waitsFor();
        Verbosity.tell(spec, node.nodeName() + (waits.isEmpty() ? " drives " : " is ready to drive ")
                + robot.layout().topics() + " with " + robot.policy().getFileName()
                + (policyNode.precision().isEmpty() ? "" : " in " + policyNode.precision()) + telemetry.where()
                + (waits.isEmpty() ? "" : "; waiting for " + waits)
                + (robot.node().enableTimeoutMs() > 0 ? "" : "; no dead-man switch"));
    }

    private Layer options() {
        return sampling.into(new OptionLayer())
                .putIfGiven("--policy", policy == null ? null : policy.toAbsolutePath().toString(), "policy")
                .putIfGiven("--start", start ? true : null, "node", "autostart")
                .putIfGiven("--trace", trace == null ? null : trace.toAbsolutePath().toString(), "trace", "file")
                .layer();
    }

    /** The server's parameters between the file and what came with the command; those about motion must agree. */
    private ConfigReader.Result withServer(Transport node, ConfigReader.Result early, Layer arguments, Layer options) {
        Map<String, Object> server = ParameterLayers.asTree(node.getParameter("~"));
        server.remove(IN_FORCE);
        ParameterLayers.requireSameMotion(node.nodeName(), server, early.inForce());
        return ConfigReader.read(config, Layer.parameters(node.nodeName(), ParameterLayers.withoutMotion(server)), arguments,
                options);
    }

    /** Under a name of their own: parameters outlive the node, and the next run must not take these for an operator's. */
    private static void publishInForce(Transport node, Map<String, Object> inForce, int metricsPort) {
        node.setParameter("~" + IN_FORCE, Secrets.redacted(
                ParameterLayers.overlay(inForce, Map.of("metrics", Map.of("port", metricsPort)))));
    }

    private static void removeInForce(Transport node) {
        try {
            node.deleteParameter("~" + IN_FORCE);
        } catch (InputException e) {
            LOG.debug("in_force is gone with its master", e);
        }
    }
}
