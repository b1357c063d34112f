package dev.dpros.cli.setup;

import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.cli.options.Numbers;
import dev.dpros.cli.options.OutputTarget;
import dev.dpros.cli.options.Terminals;
import dev.dpros.cli.options.TransportOption;
import dev.dpros.cli.options.Verbosity;
import dev.dpros.core.InputException;
import dev.dpros.core.NodeArguments;
import dev.dpros.core.Transport;
import dev.dpros.core.TransportProvider;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.setup.MoveItLimits;
import dev.dpros.setup.RobotSetup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dpros init}: a first configuration of one's own robot. */
@Command(
        name = "init",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Write a first robot configuration for a policy: its inputs matched to the topics that are there, by type, size and "
                + "name; joints and limits from the robot's URDF. Positions are limited as the URDF says, velocities to a quarter; what "
                + "a URDF does not say is guessed and marked, and 'dpros doctor' lists the marks.",
        footer = {"", "Looks at /robot_description: a parameter of ROS 1, a latched topic of ROS 2. Publishes nothing.",
            "Examples: dpros init --policy models/mine --yes",
            "          dpros init --policy models/mine --urdf panda.urdf -o panda.yaml",
            "Then:     dpros doctor --config robot.yaml"})
public final class InitCommand implements Callable<Integer> {
    @Option(names = "--policy", paramLabel = "PATH", required = true, description = "checkpoint: a LeRobot directory or diffusion_policy .ckpt")
    private Path policy;

    @ArgGroup(exclusive = true)
    private Source source = new Source();

    /** Where joints and limits come from. */
    static final class Source {
        @Option(names = "--from-topics", description = "joints and limits from what the robot says of itself (default)")
        private boolean topics;

        @Option(names = "--urdf", paramLabel = "FILE", description = "joints and limits from this URDF; the topics from the robot if it is there")
        private Path urdf;
    }

    @Option(names = "--joint-limits", paramLabel = "FILE", description = "MoveIt's joint_limits.yaml, for what a URDF does not say")
    private Path jointLimits;

    @Option(names = "--rate", converter = Numbers.Positive.class, paramLabel = "HZ", description = "steps a second of the policy's training data "
            + "(fps); without it: a question, or 10 with --yes")
    private Double rate;

    @Option(names = {"-o", "--output"}, converter = OutputTarget.OfFile.class, paramLabel = "FILE", defaultValue = "robot.yaml",
            description = "file to write (default: ${DEFAULT-VALUE})")
    private Path output;

    @Option(names = "--overwrite", description = "replace the file if it is there")
    private boolean overwrite;

    @Option(names = {"-y", "--yes"}, description = "ask nothing: take what is likeliest, and say it, a line each")
    private boolean yes;

    @Mixin
    private TransportOption transport = new TransportOption();

    @Parameters(paramLabel = "ROS_ARGUMENT", arity = "0..*", description = "__master:=URI, __ns:=/ns and the like")
    private List<String> rosArguments = List.of();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        boolean there = Files.exists(output);
        if (there && !overwrite) {
            throw InputException.of("--output", output.toString(), "a new file", "one that is there", "choose another name, or say --overwrite");
        }
        PolicyDefinition definition = PolicyReader.read(policy);
        MoveItLimits limits = jointLimits == null ? MoveItLimits.NONE : MoveItLimits.read(jointLimits);
        TransportProvider provider = transport.provider("");
        NodeArguments arguments = transport.arguments(rosArguments, "");
        Answers answers = new Answers(spec, yes, Terminals.interactive() ? System.console() : null);
        RobotSetup setup = new RobotSetup(definition, new RobotSetup.Wish(policy, output, source.urdf, limits, rate == null ? Double.NaN : rate,
                provider.name()), answers);
        try (Transport robot = join(arguments, answers)) {
            setup.write(robot);
        }
        Verbosity.tell(spec, (there ? "replaced " : "wrote ") + output + "; next: dpros doctor --config " + output);
        return 0;
    }

    /** The robot's graph; null if there is none and a URDF says what is needed most. */
    private Transport join(NodeArguments arguments, Answers answers) {
        try {
            return arguments.connect("dpros_init_" + ProcessHandle.current().pid(), Map.of());
        } catch (InputException e) {
            if (source.topics || source.urdf == null) {
                throw new InputException(e.getMessage() + "; without a robot: --urdf FILE", e);
            }
            answers.assume("no robot was reached, so that the topics are guesses: " + e.getMessage());
            return null;
        }
    }
}
