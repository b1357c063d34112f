package dev.dpros.cli.setup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.checkpoint.PolicyWriter;
import dev.dpros.cli.Main;
import dev.dpros.cli.run.PolicyProcess;
import dev.dpros.config.ConfigReader;
import dev.dpros.config.RobotConfig;
import dev.dpros.ros.master.EmbeddedMaster;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import dev.dpros.ros.testing.Await;
import dev.dpros.safety.JointLimits;
import dev.dpros.simnode.Arm7WorldNode;
import dev.dpros.simnode.WorldPace;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** {@code dpros init}, then {@code doctor} and {@code run --start} with what it wrote, no line of it edited. */
@Timeout(180)
class InitCommandTest {
    private static final long ENOUGH_COMMANDS = 20;

    @TempDir
    private Path folder;

    private EmbeddedMaster master;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void startMaster() {
        master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
    }

    @AfterEach
    void stopMaster() {
        master.close();
    }

    private int execute(String... arguments) {
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }

    private String masterArgument() {
        return "__master:=" + master.uri().toString().replaceAll("/$", "");
    }

    private Path init(Path policy) {
        Path file = folder.resolve("robot.yaml");
        assertEquals(0, execute("init", "--policy", policy.toString(), "--yes", "-o", file.toString(), masterArgument()), err::toString);
        return file;
    }

    private void drives(Path config, LongSupplier obeyed, BooleanSupplier opens) {
        try (PolicyProcess run = PolicyProcess.start(master.uri(), config, "--start", "_metrics/enabled:=false")) {
            run.awaitReady();
            long before = obeyed.getAsLong();
            Await.until("the robot obeys", () -> obeyed.getAsLong() > before + ENOUGH_COMMANDS);
            Await.until("the gripper opens", opens);
        }
    }

    @Test
    void shouldDriveTheArmAndItsGripperEachByItsOwnTopic() throws Exception {
        Path policy = folder.resolve("policy");
        PolicyWriter.write(SmallArm.within(new double[] {-0.1, 0.2, -0.1, -1.8, -0.1, 0.8, -0.1, 0.05},
                new double[] {0.1, 0.5, 0.1, -1.6, 0.1, 1.0, 0.1, 0.07}), policy);
        try (RosNode world = RosNode.connect(RosNodeConfig.local(master.uri(), "arm7"));
                Arm7WorldNode robot = new Arm7WorldNode(world, WorldPace.REAL_TIME, 5)) {
            robot.start();
            Path file = init(policy);
            RobotConfig config = ConfigReader.read(file).config();
            assertEquals("/camera_scene/image_raw", config.observations().get("observation.images.scene").topic());
            assertEquals("/camera_wrist/image_raw/compressed", config.observations().get("observation.images.wrist").topic());
            assertEquals(List.of("/arm_controller/command trajectory_msgs/JointTrajectory", "/gripper/command control_msgs/GripperCommand"),
                    config.actions().stream().map(action -> action.topic() + " " + action.type()).toList());
            assertEquals(8, config.layout().names().size());
            assertEquals(List.of("gripper"), config.actions().get(1).joints());
            assertEquals(new JointLimits("joint4", -3.05, -0.05, 0.5, 0.5, 5), config.actions().get(0).jointLimits().get(3));
            drives(file, robot::commandsAccepted, () -> robot.opening() > 0.045);
            assertEquals(0, robot.commandsRefused());
        }
    }

    @Test
    void shouldNotOverwriteUnsaid() throws IOException {
        Path file = Files.writeString(folder.resolve("robot.yaml"), "mine");
        assertEquals(2, execute("init", "--policy", "models/pusht_keypoints", "--yes", "-o", file.toString(), masterArgument()));
        assertTrue(err.toString().contains("say --overwrite"), err::toString);
        assertEquals("mine", Files.readString(file));
        assertEquals(0, execute("init", "--policy", "models/pusht_keypoints", "--yes", "--overwrite", "-o", file.toString(), masterArgument()));
        assertTrue(err.toString().contains("dpros: replaced " + file), err::toString);
        assertEquals(List.of(file), Files.list(folder).toList(), "nothing else is left behind");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "init",
        "init --policy DIR/none --yes -o DIR/a.yaml MASTER",
        "init --policy models/pusht_keypoints --yes -o DIR/none/a.yaml MASTER",
        "init --policy models/pusht_keypoints --yes -o DIR/a.yaml --urdf DIR/none.urdf MASTER",
        "init --policy models/pusht_keypoints --yes -o DIR/a.yaml --urdf DIR/text MASTER",
        "init --policy models/pusht_keypoints --yes -o DIR/a.yaml --urdf DIR/text --from-topics MASTER",
        "init --policy models/pusht_keypoints --yes -o DIR/a.yaml --joint-limits DIR/text MASTER",
        "init --policy models/pusht_keypoints --yes -o DIR/a.yaml --joint-limits DIR/none MASTER",
        "init --policy models/pusht_keypoints --yes -o DIR/a.yaml --rate 0 MASTER",
        "init --policy models/pusht_keypoints --yes -o DIR/a.yaml __master:=http://127.0.0.1:1",
        "init --policy models/pusht_keypoints --yes -o DIR/a.yaml --transport ros3",
        "init --policy models/pusht_keypoints -o DIR/a.yaml MASTER",
        "doctor --config DIR/none.yaml",
        "doctor --config DIR/text",
        "doctor --config launch/pusht_keypoints.yaml --seconds 0",
        "doctor --config launch/pusht_keypoints.yaml --json DIR/none/a.json",
        "run --check --config DIR/none.yaml",
        "init-training DIR/none -o DIR/training",
        "init-training DIR -o DIR/training",
        "init-training src/learn/src/test/resources/recording/pusht_slice_blosc.zarr -o DIR/text",
        "init-training src/learn/src/test/resources/recording/pusht_slice_blosc.zarr --inputs observation.stat -o DIR/training"})
    void shouldEndInOneLine(String line) throws IOException {
        Files.writeString(folder.resolve("text"), "no such thing");
        assertEquals(2, execute(line.replace("DIR", folder.toString()).replace("MASTER", masterArgument()).split(" ")), err::toString);
        List<String> said = err.toString().lines().filter(text -> !text.contains("stands in its place") && !text.contains("stand in their place")
                && !text.contains("is in no URDF")).toList();
        assertEquals(1, said.size(), err::toString);
        assertTrue(said.get(0).startsWith("dpros: "), err::toString);
        assertEquals(List.of(folder.resolve("text")), Files.list(folder).toList(), "nothing was written");
    }
}
