package dev.dpros.cli.audit;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.config.ConfigReader;
import dev.dpros.config.RobotConfig;
import dev.dpros.core.InputException;
import dev.dpros.core.MessageTypes;
import dev.dpros.core.Transport;
import dev.dpros.core.Transport.Publication;
import dev.dpros.core.Transport.PublicationOptions;
import dev.dpros.messages.ControllerStateWriter;
import dev.dpros.node.audit.AuditFeed;
import dev.dpros.ros.master.EmbeddedMaster;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros2.discovery.DomainSettings;
import dev.dpros.ros2.node.Ros2Node;
import dev.dpros.ros2.node.Ros2NodeConfig;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Messages of a node on a real master, and of one in a domain of ROS 2. */
@Timeout(60)
class AuditIntakeTest {
    @TempDir
    Path directory;

    private EmbeddedMaster master;
    private RosNode robot;
    private RosNode auditor;

    @BeforeEach
    void connect() {
        master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
        robot = RosNode.connect(RosNodeConfig.local(master.uri(), "dpros"));
        auditor = RosNode.connect(RosNodeConfig.local(master.uri(), "dpros_audit"));
    }

    @AfterEach
    void disconnect() {
        auditor.close();
        robot.close();
        master.close();
    }

    private AuditFeed feed(String measured) throws Exception {
        RobotConfig config = ConfigReader.read(Files.writeString(directory.resolve("robot.yaml"), """
                policy: none
                observations:
                  observation.state: {topic: /joint_states, field: "position[a,b]"}
                control: {rate_hz: 100, interpolation: cubic}
                action:
                  topic: /arm/command
                  type: trajectory_msgs/JointTrajectory
                  joints: [a, b]
                  limits: {default: {position: [-2.8, 2.8], velocity: 1.5, acceleration: 4, jerk: 40}}
                """ + measured)).config();
        return new AuditFeed(config, 0, auditor::resolve, "/dpros/state");
    }

    private static void publish(Publication states, MessageTypes types, long stampNs) {
        ControllerStateWriter writer = new ControllerStateWriter(types, List.of("a", "b"), List.of(), List.of("x"));
        writer.stampNs = stampNs;
        writer.source = -1;
        states.publish(writer.write());
    }

    @Test
    void shouldReceiveWhileItJudges() throws Exception {
        receive(robot, auditor);
    }

    @Test
    void shouldReceiveOverRos2() throws Exception {
        int domain = DomainSettings.unoccupied().domainId();
        try (Ros2Node publisher = Ros2Node.open(Ros2NodeConfig.local(domain, "dpros"));
                Ros2Node listener = Ros2Node.open(Ros2NodeConfig.local(domain, "dpros_audit"))) {
            receive(publisher, listener);
        }
    }

    private void receive(Transport from, Transport to) throws Exception {
        AuditFeed feed = feed("");
        Publication states = from.advertise("/dpros/state", ControllerStateWriter.TYPE, new PublicationOptions(false, 10));
        try (AuditIntake intake = new AuditIntake(feed, to)) {
            Await.until("connected", () -> states.subscribers() == 1);
            synchronized (feed) { // the judge waits for it with the first message
                for (int i = 1; i <= 5; i++) {
                    publish(states, from.messages(), i);
                    int sent = i;
                    Await.until("message " + i, () -> intake.received() == sent);
                }
            }
            assertTrue(intake.result().state());
        }
    }

    @Test
    void shouldRefuseAMessageThatIsNotAsConfigured() throws Exception {
        Publication measured = robot.advertise("/measured", "std_msgs/Float64MultiArray", new PublicationOptions(false, 10));
        AuditFeed feed = feed("  measured: {topic: /measured, type: std_msgs/Float64MultiArray, field: \"nothing[0:2]\"}\n");
        try (AuditIntake intake = new AuditIntake(feed, auditor)) {
            Await.until("connected", () -> measured.subscribers() == 1);
            measured.publish(Map.of("data", new double[] {0, 0}));
            Await.until("received", () -> intake.received() == 1);
            InputException refused = assertThrows(InputException.class, intake::result);
            assertTrue(refused.getMessage().contains("nothing"), refused.getMessage());
        }
    }
}
