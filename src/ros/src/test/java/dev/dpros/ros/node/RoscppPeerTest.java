package dev.dpros.ros.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dpros.core.CommandFrame;
import dev.dpros.core.ImageLayout;
import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.core.Transport.Subscription;
import dev.dpros.core.VectorReader;
import dev.dpros.messages.JointTrajectoryWriter;
import dev.dpros.messages.RosImageReader;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros.testing.CollectingSlots;
import dev.dpros.ros.testing.RosMasterProcess;
import dev.dpros.ros.testing.RosTool;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Topics and services between this client and a roscpp node, compiled here. */
@Tag("realpeer")
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class RoscppPeerTest {
    private static final Path PROGRAM = Path.of("target", "roscpp", "roscpp_peer");
    private static RosMasterProcess master;
    private static RosNode node;
    private static RosTool peer;

    @BeforeAll
    static void start() throws IOException {
        RosTool.assumeInstalled("g++");
        assumeTrue(Files.exists(Path.of("/usr/include/ros/ros.h")), "no headers of roscpp");
        compile();
        master = RosMasterProcess.rosmaster();
        node = RosNode.connect(RosNodeConfig.local(master.uri(), "java_node"));
        peer = RosTool.start(master.uri(), PROGRAM.toAbsolutePath().toString());
    }

    private static void compile() throws IOException {
        Path source = Files.createDirectories(PROGRAM.getParent()).resolve("roscpp_peer.cpp");
        try (InputStream text = Objects.requireNonNull(RoscppPeerTest.class.getResourceAsStream("roscpp_peer.cpp"))) {
            byte[] bytes = text.readAllBytes();
            if (Files.isExecutable(PROGRAM) && Arrays.equals(bytes, Files.readAllBytes(source))) {
                return;
            }
            Files.write(source, bytes);
        }
        try (RosTool compiler = RosTool.start(URI.create("http://127.0.0.1:1/"), "/usr/bin/g++", "-O0",
                source.toString(), "-o", PROGRAM.toString(), "-lroscpp", "-lroscpp_serialization", "-lrostime",
                "-lrosconsole", "-lboost_thread", "-lboost_system", "-lpthread")) {
            compiler.awaitExit();
            assertTrue(Files.isExecutable(PROGRAM), compiler.output());
        }
    }

    @AfterAll
    static void stop() {
        for (AutoCloseable started : new AutoCloseable[] {peer, node, master}) {
            if (started != null) {
                try {
                    started.close();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    @Test
    void shouldReadImagesOfRoscpp() {
        CollectingSlots slots = new CollectingSlots();
        try (Subscription subscription = node.subscribe("/camera/image_raw", "sensor_msgs/Image", slots)) {
            ByteBuffer message = slots.next();
            ImageLayout layout = new ImageLayout();
            assertTrue(RosImageReader.forType(SchemaCatalog.packaged(), "sensor_msgs/Image").read(message, layout), peer.output());
            assertEquals(640, layout.width);
            assertEquals(ImageLayout.Encoding.RGB8, layout.encoding);
            assertEquals(7, message.get(layout.dataOffset + 921_599));
            assertTrue(Math.abs(node.clock().rosNs() - layout.stampNs) < 60_000_000_000L, "wall-clock stamps");
            assertEquals(SchemaCatalog.packaged().message("sensor_msgs/Image").definition().strip(),
                    subscription.messageDefinition().strip());
        }
    }

    @Test
    void shouldReadNamedJointsOfRoscpp() {
        CollectingSlots slots = new CollectingSlots();
        try (Subscription subscription = node.subscribe("/joint_states", "sensor_msgs/JointState", slots)) {
            VectorReader reader = node.messages().message("sensor_msgs/JointState").vector("position[elbow,shoulder]");
            float[] out = new float[2];
            assertTrue(reader.read(slots.next(), out, 0));
            assertEquals(-0.5f, out[0]);
            assertEquals(0.25f, out[1]);
            assertEquals(1, subscription.publishers());
        }
    }

    @Test
    void shouldCommandARoscppNode() {
        CommandFrame frame = new CommandFrame(List.of("shoulder"), 1);
        frame.points = 1;
        frame.positions[0] = 1.25;
        JointTrajectoryWriter writer = new JointTrajectoryWriter(SchemaCatalog.packaged(), frame, "");
        try (Publication publication = node.advertise("/command", "trajectory_msgs/JointTrajectory",
                new PublicationOptions(false, 1))) {
            Await.until("roscpp hears the command", () -> {
                publication.publish(writer.write(frame));
                return peer.output().contains("command shoulder 1.250");
            });
        }
    }

    @Test
    void shouldServeARoscppClient() throws Exception {
        try (AutoCloseable service = node.advertiseService("/java_trigger", "std_srvs/Trigger",
                request -> Map.of("success", true, "message", "from Java"))) {
            peer.awaitLine("answer 1 from Java");
        }
    }

    @Test
    void shouldCallARoscppService() {
        Await.until("the service is there", () -> node.isServiceAvailable("/cpp_flip"));
        assertEquals(Map.of("success", true, "message", "from roscpp"),
                node.callService("/cpp_flip", "std_srvs/SetBool", Map.of("data", false)));
    }

    @Test
    void shouldLearnTheTypeOfARoscppPublisher() {
        Await.until("the publisher is registered", () -> RosTool.run(master.uri(), "/usr/bin/rostopic", "list")
                .contains("/joint_states"));
        CollectingSlots slots = new CollectingSlots();
        try (Subscription subscription = node.subscribe("/joint_states", "*", slots)) {
            slots.next();
            assertEquals("sensor_msgs/JointState", subscription.messageType());
        }
    }
}
