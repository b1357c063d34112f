package dev.dpros.app;

import dev.dpros.ros.master.EmbeddedMaster;
import java.net.InetAddress;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dpros master}: a ROS master with parameter server, for machines without roscore. */
@Command(
        name = "master",
        mixinStandardHelpOptions = true,
        description = "Run a ROS 1 master with parameter server (as roscore, without Python).",
        footer = {"", "Then, in other terminals: export ROS_MASTER_URI=http://localhost:11311; rostopic list"})
final class MasterCommand implements Callable<Integer> {
    @Option(names = "--port", defaultValue = "11311", description = "TCP port; 0 for a free one (default: ${DEFAULT-VALUE})")
    private int port;

    @Option(names = "--bind", defaultValue = "127.0.0.1",
            description = "address to listen on (default: ${DEFAULT-VALUE}; 0.0.0.0 for all)")
    private InetAddress bind;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        try (Lifecycle lifecycle = Lifecycle.onSignals()) {
            EmbeddedMaster master = lifecycle.own(EmbeddedMaster.start(bind, port));
            spec.commandLine().getOut().println("ROS master at " + master.uri() + " (Ctrl-C ends it)");
            return lifecycle.awaitStop();
        }
    }
}
