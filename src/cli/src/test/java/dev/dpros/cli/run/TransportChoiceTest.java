package dev.dpros.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Which middleware a command joins, said before anything else is done. */
@Timeout(60)
class TransportChoiceTest {
    @TempDir
    private Path folder;

    /** What a command says that ends with bad input. */
    private static String refusal(String... arguments) {
        StringWriter err = new StringWriter();
        CommandLine line = Main.commandLine();
        line.setErr(new PrintWriter(err, true));
        assertEquals(2, line.execute(arguments), err::toString);
        assertEquals(1, err.toString().lines().count(), err::toString);
        return err.toString();
    }

    @Test
    void shouldRefuseAMiddlewareThatThisBuildDoesNotHave() {
        for (List<String> command : List.of(List.of("run", "--config", "launch/pusht.yaml"),
                List.of("record", "--config", "launch/pusht.yaml", "-o", folder.resolve("recording").toString()),
                List.of("sim"), List.of("audit", "--config", "launch/pusht.yaml"), List.of("demo"))) {
            String[] arguments = new String[command.size() + 2];
            command.toArray(arguments);
            arguments[command.size()] = "--transport";
            arguments[command.size() + 1] = "rso1";
            String said = refusal(arguments);
            assertTrue(said.startsWith("dpros: --transport: 'rso1': this build has "), said);
            assertTrue(said.contains("ros1, ros2; did you mean 'ros1'?"), said);
        }
    }

    @Test
    void shouldTakeTheConfigurationsChoiceUnlessAnOptionSaysOtherwise() throws IOException {
        Path robot = folder.resolve("robot.yaml");
        Files.writeString(robot, Files.readString(Path.of("launch/pusht_keypoints.yaml")).replace("node:\n", "node:\n  transport: carrier_pigeon\n"));
        assertTrue(refusal("run", "--config", robot.toString()).startsWith("dpros: node.transport: 'carrier_pigeon': this build has "));
        String other = refusal("run", "--config", robot.toString(), "--transport", "ros1", "unexpected");
        assertTrue(other.contains("unexpected argument 'unexpected'; ROS arguments have the form a:=b"), other);
    }

    @Test
    void shouldNameAnArgumentThatIsNotTheMiddlewares() {
        assertTrue(refusal("record", "--config", "launch/pusht.yaml", "-o", folder.resolve("recording").toString(), "front")
                .contains("unexpected argument 'front'; ROS arguments have the form a:=b"));
    }

    @Test
    void shouldNameAParameterAsTheMiddlewareWritesIt() {
        String said = refusal("run", "--config", "launch/pusht.yaml", "--transport", "ros2", "--", "--ros-args", "-p", "control.rate_hz:=fast");
        assertTrue(said.startsWith("dpros: -p control.rate_hz:= (argument): "), said);
        said = refusal("run", "--config", "launch/pusht.yaml", "--transport", "ros1", "_control/rate_hz:=fast");
        assertTrue(said.startsWith("dpros: _control/rate_hz:= (argument): "), said);
    }

    @Test
    void shouldTakeTheParametersOfTheNodeThatTheConfigurationNames() throws IOException {
        Path robot = folder.resolve("robot.yaml");
        Files.writeString(robot, Files.readString(Path.of("launch/pusht_keypoints.yaml")).replace("node:\n", "node:\n  name: arm\n"));
        Path file = folder.resolve("parameters.yaml");
        Files.writeString(file, "/dpros: {ros__parameters: {control: {rate_hz: 50}}}\n/arm: {ros__parameters: {control: {rate_hz: fast}}}\n");
        String said = refusal("run", "--config", robot.toString(), "--transport", "ros2", "--", "--ros-args", "--params-file", file.toString());
        assertTrue(said.startsWith("dpros: -p control.rate_hz:= (argument): "), said);
    }

    @Test
    void shouldNameMiddlewareArgumentsOfACommandThatTakesNone() {
        assertTrue(refusal("demo", "--", "--ros-args", "-r", "a:=b").startsWith("dpros: unknown option '--ros-args'"));
    }
}
