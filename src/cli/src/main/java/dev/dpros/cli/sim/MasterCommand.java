package dev.dpros.cli.sim;

import dev.dpros.cli.options.Numbers;
import dev.dpros.process.Lifecycle;
import dev.dpros.ros.master.EmbeddedMaster;
import dev.dpros.ros.master.RosoutRelay;
import dev.dpros.ros.names.RosArguments;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code dpros master}: a ROS master with parameter server, for machines without roscore. */
@Command(
        name = "master",
        mixinStandardHelpOptions = true,
        description = "Run a ROS 1 master with parameter server (as roscore, without Python).",
        footer = {"", "Then, in other terminals: export ROS_MASTER_URI=http://localhost:11311; rostopic list"})
public final class MasterCommand implements Callable<Integer> {
    @Option(names = "--port", converter = Numbers.Port.class, defaultValue = "11311",
            description = "TCP port; 0 for a free one (default: ${DEFAULT-VALUE})")
    private int port;

    @Option(names = "--bind", converter = LocalAddress.class, defaultValue = "127.0.0.1",
            description = "address to listen on (default: ${DEFAULT-VALUE}; 0.0.0.0 for all)")
    private InetAddress bind;

    @Spec
    private CommandSpec spec;

    /** An address or host name that can be resolved. */
    static final class LocalAddress implements ITypeConverter<InetAddress> {
        @Override
        public InetAddress convert(String text) {
            try {
                return InetAddress.getByName(text);
            } catch (UnknownHostException e) {
                throw new TypeConversionException("expected an address of this machine, found '" + text + "'");
            }
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        RosArguments environment = RosArguments.parse(List.of(), System.getenv());
        String host = bind.isLoopbackAddress() ? null : environment.host();
        try (Lifecycle lifecycle = Lifecycle.onSignals()) {
            EmbeddedMaster master = lifecycle.own(host == null ? EmbeddedMaster.start(bind, port)
                    : EmbeddedMaster.start(bind, host, port));
            relayLogs(lifecycle, master.uri(), bind.isLoopbackAddress() ? null : master.uri().getHost());
            spec.commandLine().getOut().println("ROS master at " + master.uri() + " (Ctrl-C ends it)");
            return lifecycle.awaitStop();
        }
    }

    /**
     * Starts what roscore starts besides the master: the node that repeats all logs on {@code /rosout_agg}.
     *
     * @param host under which other machines reach the node; null for this machine only
     */
    public static void relayLogs(Lifecycle lifecycle, URI master, String host) {
        RosNode node = lifecycle.own(RosNode.connect(
                new RosNodeConfig(master, host, RosoutRelay.NODE_NAME, "/", Map.of(), Map.of(), null)));
        lifecycle.own(new RosoutRelay(node));
    }
}
