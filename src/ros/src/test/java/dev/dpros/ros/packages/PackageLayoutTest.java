package dev.dpros.ros.packages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.ros.message.MessageSchema;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.safety.SafetyState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The ROS packages in ros/, without ROS. */
@Timeout(60)
class PackageLayoutTest {
    private static final Path PACKAGE = Path.of("ros/diffusion_policy_ros");
    private static final Path NODE = PACKAGE.resolve("scripts/dpros_node").toAbsolutePath();

    @TempDir
    private Path folder;

    @Test
    void shouldHoldEachLaunchFileOnce() throws IOException {
        try (Stream<Path> files = Files.list(PACKAGE.resolve("launch"))) {
            for (Path file : files.toList()) {
                Path link = Path.of("launch").resolve(file.getFileName());
                assertTrue(Files.isSymbolicLink(link), link + " is a link into the package");
                assertEquals(file.toRealPath(), link.toRealPath());
            }
        }
    }

    @Test
    void shouldPackTheMessagesOfTheCatkinPackage() throws IOException {
        for (String type : List.of("msg/ActionChunk.msg", "msg/ControllerState.msg", "srv/SetSampler.srv", "action/RunPolicy.action")) {
            try (var packed = SchemaCatalog.class.getResourceAsStream(
                    "/dev/dpros/ros/messages/diffusion_policy_msgs/" + type)) {
                assertEquals(Files.readString(Path.of("ros/diffusion_policy_msgs", type)), new String(packed.readAllBytes()));
            }
        }
    }

    @Test
    void shouldNumberTheStatesAsTheWatchdogDoes() {
        for (String type : List.of("ControllerState", "RunPolicyFeedback")) {
            Map<String, String> constants = SchemaCatalog.packaged().message("diffusion_policy_msgs/" + type).constants()
                    .stream().collect(Collectors.toMap(MessageSchema.Constant::name, constant -> constant.text().strip()));
            for (SafetyState state : SafetyState.values()) {
                assertEquals(Integer.toString(state.ordinal()), constants.get(state.name()), state.name());
            }
        }
    }

    @Test
    void shouldPassArgumentsUnchangedToTheLauncher() throws Exception {
        Path home = Files.createDirectories(folder.resolve("a home"));
        Path launcher = Files.writeString(home.resolve("dpros"), "#!/bin/sh\nfor a do echo \"[$a]\"; done\necho $$\n");
        assertTrue(launcher.toFile().setExecutable(true));
        Process node = start(Map.of("DPROS_HOME", home.toString()),
                "run", "--config", "home:launch/a.yaml", "", "two words", "_p:={a: '1'}", "__name:=n", "*", "words:", "words: --a  b * $HOME `id` ", "end");
        List<String> lines = new String(node.getInputStream().readAllBytes()).lines().toList();
        assertEquals(List.of("[run]", "[--config]", "[" + home + "/launch/a.yaml]", "[]", "[two words]", "[_p:={a: '1'}]",
                "[__name:=n]", "[*]", "[--a]", "[b]", "[*]", "[$HOME]", "[`id`]", "[end]", Long.toString(node.pid())), lines,
                "and it has become the launcher's process");
    }

    @Test
    void shouldSayWhatToDoWithoutLauncher() throws Exception {
        Process node = start(Map.of("DPROS_HOME", folder.toString()), "run");
        String output = new String(node.getInputStream().readAllBytes());
        assertTrue(node.waitFor(30, TimeUnit.SECONDS));
        assertEquals(2, node.exitValue());
        assertEquals("dpros_node: no dpros launcher in '" + folder + "'; set DPROS_HOME to the folder that holds it\n", output);
    }

    @Test
    void shouldFindTheLauncherFromItsSourceFolder() throws Exception {
        Path tree = Files.createDirectories(folder.resolve("tree/ros/diffusion_policy_ros/scripts"));
        Path copy = Files.copy(NODE, tree.resolve("dpros_node"));
        assertTrue(copy.toFile().setExecutable(true));
        Path launcher = Files.writeString(folder.resolve("tree/dpros"), "#!/bin/sh\necho found $1\n");
        assertTrue(launcher.toFile().setExecutable(true));
        Path link = Files.createSymbolicLink(folder.resolve("node"), copy);
        Process node = new ProcessBuilder(link.toString(), "it").redirectErrorStream(true).start();
        assertEquals("found it\n", new String(node.getInputStream().readAllBytes()));
    }

    private static Process start(Map<String, String> environment, String... arguments) throws IOException {
        String[] command = new String[arguments.length + 1];
        command[0] = NODE.toString();
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        ProcessBuilder builder = new ProcessBuilder(Arrays.asList(command)).redirectErrorStream(true);
        builder.environment().putAll(environment);
        return builder.start();
    }
}
