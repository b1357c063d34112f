package dev.dpros.cli.setup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.cli.Main;
import dev.dpros.cli.run.PolicyProcess;
import dev.dpros.config.ConfigReader;
import dev.dpros.config.RobotConfig;
import dev.dpros.ros.node.RosNode;
import dev.dpros.ros.node.RosNodeConfig;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros.testing.RosMasterProcess;
import dev.dpros.safety.JointLimits;
import dev.dpros.simnode.Arm7WorldNode;
import dev.dpros.simnode.PushTWorldNode;
import dev.dpros.simnode.WorldNode;
import dev.dpros.simnode.WorldPace;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** From nothing to a policy that drives a simulated robot, by commands alone, on a real roscore. */
@Tag("realpeer")
@Timeout(180)
class FirstHourPeerTest {
    private static final String PAGE = "docs/quick-start.md";
    private static final String HEADING = "## All of it without a robot";
    private static final long ENOUGH_COMMANDS = 20;
    /** What a command gets in addition, so that the test is short. */
    private static final Map<String, List<String>> SHORTER = Map.of(
            "train", List.of("--set", "steps=2", "--set", "validation.every_steps=2", "--set", "validation.sample_every_steps=2", "--set",
                    "loader.batch_size=4", "--set", "checkpoint.every_steps=2"),
            "doctor", List.of("--seconds", "0.5"));

    private static RosMasterProcess master;

    @TempDir
    private Path folder;

    private final StringWriter said = new StringWriter();

    @BeforeAll
    static void startMaster() {
        master = RosMasterProcess.roscore();
    }

    @AfterAll
    static void stopMaster() {
        if (master != null) {
            master.close();
        }
    }

    private static String masterArgument() {
        return "__master:=" + master.uri().toString().replaceAll("/$", "");
    }

    private void succeeds(List<String> arguments) {
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(said, true));
        line.setErr(new PrintWriter(said, true));
        assertEquals(0, line.execute(arguments.toArray(new String[0])), () -> arguments + "\n" + said);
    }

    /** Runs it until the robot moves and has obeyed often. */
    private static void drives(List<String> run, WorldNode world, LongSupplier obeyed) {
        List<String> more = new ArrayList<>(run.subList(3, run.size()));
        more.add("_metrics/enabled:=false");
        assertEquals(List.of("run", "--config"), run.subList(0, 2));
        try (PolicyProcess node = PolicyProcess.start(master.uri(), Path.of(run.get(2)), more.toArray(new String[0]))) {
            node.awaitReady();
            long before = obeyed.getAsLong();
            Await.until("the robot obeys", () -> obeyed.getAsLong() > before + ENOUGH_COMMANDS);
            Await.until("the robot moves", () -> world.stillNs() == 0);
        }
    }

    /** The page's commands, without {@code ./dpros}, their paths below this test's folder. */
    private List<List<String>> commands() throws IOException {
        String text = Files.readString(Path.of(PAGE));
        String block = text.substring(text.indexOf(HEADING)).split("```\n")[1];
        return block.lines().map(line -> List.of(line.replaceAll("\\s*#.*", "").replaceFirst("^\\./dpros ", "").replace("reach/", folder + "/reach/")
                .replace("0..49", "0..1").split(" "))).toList();
    }

    @Test
    void shouldLeadFromADataSetToADrivenArmAsThePageSays() throws Exception {
        try (RosNode node = RosNode.connect(RosNodeConfig.local(master.uri(), "arm7"));
                Arm7WorldNode world = new Arm7WorldNode(node, WorldPace.REAL_TIME, 10)) {
            world.start();
            List<String> done = new ArrayList<>();
            for (List<String> command : commands()) {
                List<String> arguments = new ArrayList<>(command);
                arguments.addAll(SHORTER.getOrDefault(command.get(0), List.of()));
                switch (command.get(0)) {
                    case "collect", "init-training", "train" -> succeeds(arguments);
                    case "init", "doctor" -> {
                        arguments.add(masterArgument());
                        succeeds(arguments);
                    }
                    case "run" -> drives(arguments, world, world::commandsAccepted);
                    case "master", "sim" -> { } // they are there
                    default -> throw new AssertionError("not known here: " + command);
                }
                done.add(command.get(0));
            }
            assertEquals(List.of("collect", "init-training", "train", "master", "sim", "init", "doctor", "run"), done);
            assertTrue(said.toString().replaceAll("\\s+", " ").contains("640x480, a compressed image of format"), said::toString);
            assertTrue(Files.exists(folder.resolve("reach/data/meta/info.json")), "a LeRobotDataset");
            RobotConfig config = ConfigReader.read(folder.resolve("reach/robot.yaml")).config();
            assertEquals("/camera_scene/image_raw", config.observations().get("observation.images.scene").topic());
            assertEquals("/camera_wrist/image_raw/compressed", config.observations().get("observation.images.wrist").topic());
            assertEquals(new JointLimits("joint4", -3.05, -0.05, 0.5, 0.5, 5), config.action().jointLimits().get(3));
        }
    }

    @Test
    void shouldDrivePushTWithWhatInitWrites() throws Exception {
        try (RosNode node = RosNode.connect(RosNodeConfig.local(master.uri(), "pusht"));
                PushTWorldNode world = new PushTWorldNode(node, PushTWorldNode.Options.DEFAULT)) {
            world.start();
            String file = folder.resolve("robot.yaml").toString();
            succeeds(List.of("init", "--policy", "models/pusht_keypoints", "--yes", "-o", file, masterArgument()));
            RobotConfig config = ConfigReader.read(Path.of(file)).config();
            assertEquals("/keypoints", config.observations().get("observation.environment_state").topic());
            assertEquals("position[x,y]", config.observations().get("observation.state").field());
            assertEquals("/arm_controller/command", config.action().topic());
            assertTrue(said.toString().contains("x is in no URDF"), said::toString);
            succeeds(List.of("doctor", "--config", file, "--seconds", "0.5", masterArgument()));
            assertTrue(said.toString().contains("marked with 'check' in robot.yaml"), said::toString);
            drives(List.of("run", "--config", file, "--start"), world, world::commandsAccepted);
        }
    }
}
