package dev.dpros.faults;

import dev.dpros.core.TransportProvider;
import dev.dpros.process.ChildJvm;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A simulated PushT robot in a process of its own, as {@code dpros sim} starts it: what publishes its sensors can die. Confined to one thread. */
final class RobotProcess implements AutoCloseable {
    private final List<String> arguments;
    private final Map<String, String> environment;
    private ChildJvm child;

    /** Starts it, as node {@code /pusht}. */
    RobotProcess(TransportProvider provider, Map<String, String> environment) throws IOException {
        this.environment = environment;
        arguments = new ArrayList<>(List.of("sim", "--transport", provider.name()));
        arguments.addAll(provider.argumentsFor("pusht", Map.of()));
        start();
    }

    /** Starts it, again after {@link #kill}. */
    void start() throws IOException {
        child = ChildJvm.start(arguments, environment);
    }

    /** Whether it runs. */
    boolean alive() {
        return child.alive();
    }

    /** Kills it with SIGKILL. */
    void kill() {
        child.kill();
    }

    /** Lets it stand still, sockets open, as a machine that has gone from the network. */
    void suspend() throws IOException, InterruptedException {
        child.signal("STOP");
    }

    /** Lets it go on. */
    void resume() throws IOException, InterruptedException {
        child.signal("CONT");
    }

    @Override
    public void close() {
        child.close();
    }
}
