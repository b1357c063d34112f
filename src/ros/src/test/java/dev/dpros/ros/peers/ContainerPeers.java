package dev.dpros.ros.peers;

import com.github.dockerjava.api.exception.NotFoundException;
import dev.dpros.ros.testing.RosTool;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.output.WaitingConsumer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.ImageFromDockerfile;
import org.testcontainers.utility.DockerImageName;

/**
 * Peers in containers on this machine's network (ROS 1 nodes call each other on ports of their choice). The image is
 * {@code DPROS_PEERS_IMAGE}, or dpros/ros-peers, built from docker/ros-peers.Dockerfile if it is not there.
 */
final class ContainerPeers implements RosPeers {
    private static final String IMAGE = System.getenv().getOrDefault("DPROS_PEERS_IMAGE", "dpros/ros-peers");
    private static final Duration STARTUP = Duration.ofSeconds(60);

    private final int port;
    private final GenericContainer<?> roscore;
    private final List<GenericContainer<?>> started = new ArrayList<>();

    private ContainerPeers(int port) {
        this.port = port;
        roscore = container("roscore", "-p", Integer.toString(port))
                .waitingFor(Wait.forLogMessage(".*started core service.*", 1).withStartupTimeout(STARTUP));
        roscore.start();
    }

    /** Whether an engine answers; looks for one only where its socket is named or in its usual place. */
    static boolean engineFound() {
        boolean likely = System.getenv("DOCKER_HOST") != null || Files.exists(Path.of("/var/run/docker.sock"));
        return likely && DockerClientFactory.instance().isDockerAvailable();
    }

    static ContainerPeers start() {
        if (!engineFound()) {
            throw new AssertionError("DPROS_PEERS=container, but no container engine answers at DOCKER_HOST or "
                    + "/var/run/docker.sock");
        }
        buildIfMissing();
        return new ContainerPeers(RosTool.freePort());
    }

    private static void buildIfMissing() {
        try {
            DockerClientFactory.lazyClient().inspectImageCmd(IMAGE).exec();
        } catch (NotFoundException e) {
            new ImageFromDockerfile(IMAGE, false).withDockerfile(Path.of("docker", "ros-peers.Dockerfile")).get();
        }
    }

    private GenericContainer<?> container(String... command) {
        GenericContainer<?> container = new GenericContainer<>(DockerImageName.parse(IMAGE))
                .withImagePullPolicy(name -> false)
                .withNetworkMode("host")
                .withEnv("ROS_MASTER_URI", master().toString())
                .withEnv("ROS_IP", "127.0.0.1")
                .withEnv("PYTHONUNBUFFERED", "1")
                .withCommand(command);
        started.add(container);
        return container;
    }

    @Override
    public URI master() {
        return URI.create("http://127.0.0.1:" + port + "/");
    }

    @Override
    public Peer rospy(String script, String... arguments) {
        List<String> command = new ArrayList<>(List.of("python3", "-c", script));
        command.addAll(List.of(arguments));
        GenericContainer<?> container = container(command.toArray(new String[0]));
        container.start();
        WaitingConsumer lines = new WaitingConsumer();
        container.followOutput(lines);
        return new Peer() {
            @Override
            public void awaitLine(String text) {
                try {
                    lines.waitUntil(frame -> frame.getUtf8String().contains(text), 30, TimeUnit.SECONDS);
                } catch (TimeoutException e) {
                    throw new AssertionError("no line with '" + text + "' in:\n" + container.getLogs(), e);
                }
            }

            @Override
            public void close() {
                container.stop();
            }
        };
    }

    @Override
    public String run(String... command) {
        try {
            ExecResult result = roscore.execInContainer(command);
            return result.getStdout() + result.getStderr();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        for (int i = started.size() - 1; i >= 0; i--) {
            started.get(i).stop();
        }
    }
}
