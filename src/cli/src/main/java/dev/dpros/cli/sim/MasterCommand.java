package dev.dpros.cli.sim;

import dev.dpros.cli.options.Numbers;
import dev.dpros.process.Lifecycle;
import dev.dpros.transports.Ros1Graph;
import java.net.InetAddress;
import java.net.UnknownHostException;
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
    @Option(names = "--port", converter = Numbers.Port.class, paramLabel = "N", defaultValue = "11311",
            description = "TCP port; 0 for a free one (default: ${DEFAULT-VALUE})")
    private int port;

    @Option(names = "--bind", converter = LocalAddress.class, paramLabel = "ADDRESS", defaultValue = "127.0.0.1",
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
        String host = bind.isLoopbackAddress() ? null : Ros1Graph.host(System.getenv());
        try (Lifecycle lifecycle = Lifecycle.onSignals()) {
            Ros1Graph graph = lifecycle.own(Ros1Graph.open(bind, host, port, true));
            spec.commandLine().getOut().println("ROS master at " + graph.master() + " (Ctrl-C ends it)");
            return lifecycle.awaitStop();
        }
    }
}
