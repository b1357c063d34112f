package dev.dpros.ros.master;

import dev.dpros.core.InputException;
import dev.dpros.ros.xmlrpc.XmlRpcFaultException;
import dev.dpros.ros.xmlrpc.XmlRpcHandler;
import dev.dpros.ros.xmlrpc.XmlRpcServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;

/**
 * A ROS master in this process, with the parameter server. rospy and roscpp nodes, roslaunch and the command-line tools
 * use it as they use roscore; it sets the parameters that roscore sets. roscore's other half is {@link RosoutRelay}, which
 * needs a node.
 *
 * <p>Thread-safe. {@link #close()} returns within a moment; nodes are not told, as with roscore.
 */
public final class EmbeddedMaster implements AutoCloseable {
    /** The port that ROS tools look for. */
    public static final int DEFAULT_PORT = 11311;

    private static final String ROS_DISTRIBUTION = "noetic\n"; // with the line feed of `rosversion -d`, as roscore sets it
    private static final String ROS_VERSION = "1.16.0\n";
    private static final String CALLER = "/roslaunch";

    private final NodeCallbacks callbacks = new NodeCallbacks();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final XmlRpcServer server;
    private final URI uri;
    private MasterApi api;

    private EmbeddedMaster(InetAddress bindAddress, String advertisedHost, int port) throws IOException {
        CountDownLatch ready = new CountDownLatch(1);
        this.server = new XmlRpcServer(new InetSocketAddress(bindAddress, port), handlerOnceReady(ready));
        this.uri = URI.create("http://" + bracketed(advertisedHost) + ":" + server.address().getPort() + "/");
        this.api = new MasterApi(uri.toString(), callbacks, this::closeSoon);
        setCoreParameters();
        ready.countDown();
    }

    /**
     * Starts a master whose URI holds the bind address; for the wildcard address it holds this host's name.
     *
     * @param bindAddress where to listen, usually the loopback address
     * @param port 0 picks a free one
     * @throws InputException when it cannot listen there; one line that says what to do
     */
    public static EmbeddedMaster start(InetAddress bindAddress, int port) {
        return start(bindAddress, bindAddress.isAnyLocalAddress() ? localHostName() : bindAddress.getHostAddress(), port);
    }

    /**
     * As {@link #start(InetAddress, int)}, with the host name or address that other machines reach this one by
     * ({@code ROS_HOSTNAME} or {@code ROS_IP}).
     */
    public static EmbeddedMaster start(InetAddress bindAddress, String advertisedHost, int port) {
        try {
            return new EmbeddedMaster(bindAddress, advertisedHost, port);
        } catch (IOException e) {
            throw new InputException("ROS master: cannot listen on " + bindAddress.getHostAddress() + ":" + port + ": "
                    + e.getMessage() + "; stop the master that runs there or choose another port with --port", e);
        }
    }

    /** What to set {@code ROS_MASTER_URI} to. */
    public URI uri() {
        return uri;
    }

    /** Blocks until {@link #close()} or a shutdown request over the API. */
    public void awaitClosed() throws InterruptedException {
        closed.await();
    }

    /** Stops serving at once; repeated calls do nothing. */
    @Override
    public void close() {
        server.close();
        callbacks.close();
        closed.countDown();
    }

    private XmlRpcHandler handlerOnceReady(CountDownLatch ready) {
        return new XmlRpcHandler() { // the server is up before the port, and so the API's URI, is known
            @Override
            public Object handle(String method, List<Object> params) throws XmlRpcFaultException {
                await(ready);
                return api.handle(method, params);
            }

            @Override
            public List<String> methodNames() {
                await(ready);
                return api.methodNames();
            }
        };
    }

    private static void await(CountDownLatch ready) {
        try {
            ready.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("closed while starting", e);
        }
    }

    private void setCoreParameters() {
        try {
            api.handle("setParam", List.of(CALLER, "/run_id", UUID.randomUUID().toString()));
            api.handle("setParam", List.of(CALLER, "/rosdistro", ROS_DISTRIBUTION));
            api.handle("setParam", List.of(CALLER, "/rosversion", ROS_VERSION));
        } catch (XmlRpcFaultException e) {
            throw new IllegalStateException(e);
        }
    }

    /** After the answer to the shutdown request has left. */
    private void closeSoon() {
        Thread closer = new Thread(() -> {
            server.closeAfterAnswers();
            close();
        }, "ros-master-shutdown");
        closer.setDaemon(true);
        closer.start();
    }

    private static String bracketed(String host) {
        return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    }

    private static String localHostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (IOException e) {
            return InetAddress.getLoopbackAddress().getHostAddress();
        }
    }
}
