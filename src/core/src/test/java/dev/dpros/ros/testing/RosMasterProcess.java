package dev.dpros.ros.testing;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Map;

/** A real ROS master on a port of its own: {@code rosmaster --core}, or {@code roscore} with its rosout node. */
public final class RosMasterProcess implements AutoCloseable {
    private final int port;
    private final boolean core;
    private RosTool tool;

    private RosMasterProcess(int port, boolean core) {
        this.port = port;
        this.core = core;
        restart();
    }

    /** Starts rosmaster alone, or skips the test if it is not installed. */
    public static RosMasterProcess rosmaster() {
        RosTool.assumeInstalled("rosmaster", "rostopic");
        return new RosMasterProcess(RosTool.freePort(), false);
    }

    /** Starts roscore (rosmaster and rosout), or skips the test if it is not installed. */
    public static RosMasterProcess roscore() {
        RosTool.assumeInstalled("roscore", "rostopic");
        return new RosMasterProcess(RosTool.freePort(), true);
    }

    /** Where it listens. */
    public URI uri() {
        return URI.create("http://127.0.0.1:" + port + "/");
    }

    /** Kills the master (kill -9); its clients stay. */
    public void kill() {
        tool.kill();
    }

    /** Sends a signal by name, such as STOP, to the master's process. */
    public void signal(String signal) {
        tool.signal(signal);
    }

    /** Starts it again on the same port and waits until it accepts connections. */
    public void restart() {
        List<String> command = core
                ? List.of("/usr/bin/roscore", "-p", Integer.toString(port))
                : List.of("/usr/bin/rosmaster", "--core", "-p", Integer.toString(port));
        tool = RosTool.start(uri(), Map.of(), command);
        long deadlineNs = System.nanoTime() + RosTool.LIMIT.toNanos();
        while (!accepts()) {
            if (System.nanoTime() > deadlineNs || !tool.isAlive()) {
                throw new AssertionError("the master did not start:\n" + tool.output());
            }
            Thread.onSpinWait();
        }
    }

    private boolean accepts() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 200);
            return true;
        } catch (IOException e) {
            pause();
            return false;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        tool.close();
    }
}
