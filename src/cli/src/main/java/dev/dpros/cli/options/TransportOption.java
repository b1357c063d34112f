package dev.dpros.cli.options;

import dev.dpros.core.InputException;
import dev.dpros.core.NodeArguments;
import dev.dpros.core.TransportProvider;
import dev.dpros.transports.Transports;
import java.util.List;
import picocli.CommandLine.Option;

/** Which middleware a command's node is on: a mixin. */
public final class TransportOption {
    @Option(names = "--transport", paramLabel = "NAME",
            description = "middleware: ros1, ros2, or rosjava in builds with it (default: " + Transports.VARIABLE + ", else the "
                    + "configuration's node.transport, else ros1)")
    private String name;

    /**
     * As the option says, else the environment, else the configuration.
     *
     * @param configured by the configuration; empty if it does not say
     * @throws InputException if this build has none such
     */
    public TransportProvider provider(String configured) {
        String variable = System.getenv().getOrDefault(Transports.VARIABLE, "").strip();
        if (name != null) {
            return Transports.named("--transport", name);
        }
        return !variable.isEmpty() ? Transports.named(Transports.VARIABLE, variable)
                : Transports.named("node.transport", configured.isEmpty() ? Transports.DEFAULT : configured);
    }

    /**
     * The middleware's arguments of a command that takes no others.
     *
     * @param configured as for {@link #provider}
     * @throws InputException naming one that is malformed or not its
     */
    public NodeArguments arguments(List<String> given, String configured) {
        TransportProvider provider = provider(configured);
        NodeArguments arguments = provider.arguments(given, System.getenv());
        if (!arguments.rest().isEmpty()) {
            throw new InputException("unexpected argument '" + arguments.rest().get(0) + "'; ROS arguments have the form "
                    + provider.argumentForm());
        }
        return arguments;
    }
}
