package dev.dpros.cli.run;

import dev.dpros.cli.options.Numbers;
import dev.dpros.cli.options.OutputTarget;
import dev.dpros.cli.options.SamplingOptions;
import dev.dpros.cli.options.TransportOption;
import dev.dpros.config.ConfigReader;
import dev.dpros.config.Layer;
import dev.dpros.config.OptionLayer;
import dev.dpros.config.ParameterLayers;
import dev.dpros.config.RobotConfig;
import dev.dpros.core.NodeArguments;
import dev.dpros.doctor.Doctor;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dpros doctor}: what may keep a policy from driving a robot. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Look for what may keep a policy from driving a robot: configuration, policy and its latency here, the way to the "
                + "robot's nodes, topics with rates, stamps and sizes, measured position, limits, this machine. Nothing is published "
                + "on a command topic, and nothing starts.",
        footer = {"", "Exit code 0: no fault (warnings may be there); 1: a fault; 2: the configuration cannot be read.",
            "The same with the options of a run: dpros run --check. What is set on the parameter server is not looked at.",
            "Example: dpros doctor --config my_robot.yaml"})
public final class DoctorCommand implements Callable<Integer> {
    @Option(names = "--config", paramLabel = "FILE", description = "robot configuration (docs/parameters.md)", required = true)
    private Path config;

    @Option(names = "--policy", paramLabel = "PATH", description = "checkpoint to look at in place of the configured one")
    private Path policy;

    @Mixin
    private SamplingOptions sampling = new SamplingOptions();

    @Mixin
    private TransportOption transport = new TransportOption();

    @Option(names = "--seconds", converter = Numbers.Positive.class, paramLabel = "S", defaultValue = "3",
            description = "how long the topics are watched (default: ${DEFAULT-VALUE})")
    private double seconds;

    @Option(names = "--json", converter = OutputTarget.OfFile.class, paramLabel = "FILE", description = "write the findings to this file")
    private Path json;

    @Parameters(paramLabel = "ROS_ARGUMENT", arity = "0..*", description = "from:=to, _param:=value")
    private List<String> rosArguments = List.of();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        NodeArguments ros = transport.arguments(Examination.nameless(rosArguments), ConfigReader.transport(config));
        Layer arguments = Layer.arguments(ParameterLayers.nested(ros.parameters(ConfigReader.nodeName(config))), ros::parameterForm);
        Layer options = sampling.into(new OptionLayer())
                .putIfGiven("--policy", policy == null ? null : policy.toAbsolutePath().toString(), "policy").layer();
        RobotConfig robot = ConfigReader.read(config, arguments, options).config();
        return Examination.run(robot, new Doctor.Settings(config, seconds, Examination.folders(robot, null)), ros, json, spec);
    }
}
