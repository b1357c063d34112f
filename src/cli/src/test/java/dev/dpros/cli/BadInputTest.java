package dev.dpros.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.ros.master.EmbeddedMaster;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Every wrong input gives one line that says what to do, and exit code 2. */
@Timeout(120)
class BadInputTest {
    private static EmbeddedMaster master;

    @TempDir
    Path dir;

    @BeforeAll
    static void startMaster() {
        master = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
    }

    @AfterAll
    static void stopMaster() {
        master.close();
    }

    @Test
    void shouldSuggestTheNearestCommand() {
        assertEquals("dpros: unknown command 'dmeo'; did you mean 'demo'? (see 'dpros --help')", error("dmeo"));
    }

    @Test
    void shouldSuggestTheNearestOption() {
        assertTrue(error("run", "--confg", "x").startsWith("dpros: unknown option '--confg'; did you mean '--config'?"));
        assertTrue(error("demo", "--epsodes=3").startsWith("dpros: unknown option '--epsodes=3'; did you mean '--episodes'?"));
    }

    @Test
    void shouldNameARateThatAWorldCannotKeep() {
        assertEquals("dpros: camera rate 500.0 Hz: expected 1 to 100", error("sim", "--world", "arm7", "--camera-rate", "500"));
    }

    @Test
    void shouldNameADeviceThatIsNotThereBeforeTheWork() throws IOException {
        Path file = dir.resolve("cuda.yaml");
        String pusht = Files.readString(Path.of("launch/pusht.yaml")).replace("../models", Path.of("models").toAbsolutePath().toString());
        Files.writeString(file, pusht + "\nsampler: {device: 'cuda:99'}\n");
        String line = error("run", "--config", file.toString(), "__master:=http://127.0.0.1:1");
        assertTrue(line.startsWith("dpros: device: name: expected cpu"), line);
    }

    @Test
    void shouldNameAMissingConfiguration() {
        assertTrue(error("run", "--config", "none.yaml").contains("none.yaml: configuration: expected a YAML file, found no such file"));
    }

    @Test
    void shouldNameAMissingPolicy() throws IOException {
        String line = error("run", "--config", "launch/pusht.yaml", "--policy", dir.resolve("none").toString(), masterArgument(),
                "_metrics/enabled:=false");
        assertTrue(line.contains("none") && line.contains("no such"), line);
    }

    @Test
    void shouldNameAnUnknownConfigurationKey() throws IOException {
        String text = Files.readString(Path.of("launch/pusht.yaml")).replace("rate_hz: 50", "rate_hertz: 50");
        Path file = Files.writeString(dir.resolve("robot.yaml"), text);
        String line = error("run", "--config", file.toString());
        assertTrue(line.matches("dpros: .*robot\\.yaml:\\d+: control\\.rate_hertz: unknown key; did you mean 'rate_hz'\\?"), line);
    }

    @Test
    void shouldNameTheOptionOrArgumentThatIsOutOfBounds() {
        assertEquals("dpros: --steps (option): expected 0 to 1000, found 5000",
                error("run", "--config", "launch/pusht.yaml", "--steps", "5000", "_sampler/steps:=4"));
        assertEquals("dpros: _sampler/steps:= (argument): expected 0 to 1000, found 5000",
                error("run", "--config", "launch/pusht.yaml", "_sampler/steps:=5000"));
    }

    @Test
    void shouldNameTheSettingOfATrainingThatIsWrong() {
        String[] train = {"train", "--config", "models/recipes/pusht_keypoints.yaml", "--output", dir.resolve("run").toString()};
        assertEquals("dpros: --set optimizer.lr (option): expected 0 to 10, found 11",
                error(with(train, "--set", "optimizer.lr=11")).replaceFirst("expected \\S+ to", "expected 0 to"));
        assertEquals("dpros: --set optimizer (option): ema_powr: unknown key; did you mean 'ema_power'?",
                error(with(train, "--set", "optimizer={ema_powr: 1}")));
        assertEquals("dpros: --set loader/threads (option): value: expected a whole number, found \"two\"",
                error(with(train, "--set", "loader/threads=two")));
        assertTrue(error(with(train, "--set", "steps=0", "--set", "steps.x=1")).startsWith("dpros: --set steps.x (option): "));
    }

    @Test
    void shouldSayThatNoMasterCanBeReached() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = free.getLocalPort();
            free.close();
            String line = error("run", "--config", "launch/pusht.yaml", "__master:=http://127.0.0.1:" + port);
            assertTrue(line.contains("ROS master http://127.0.0.1:" + port + " cannot be reached"), line);
        }
    }

    @Test
    void shouldSayThatAPortIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String line = error("master", "--port", Integer.toString(taken.getLocalPort()));
            assertTrue(line.contains(Integer.toString(taken.getLocalPort())), line);
        }
    }

    @Test
    void shouldNameAnInputThatThePolicyDoesNotHave() throws IOException {
        String text = Files.readString(Path.of("launch/pusht.yaml"))
                .replace("observation.image:", "observation.imge:")
                .replace("../models", Path.of("models").toAbsolutePath().toString());
        Path file = Files.writeString(dir.resolve("robot.yaml"), text);
        String line = error("run", "--config", file.toString(), masterArgument(), "_metrics/enabled:=false");
        assertTrue(line.contains("'observation.imge': the policy has no such input; did you mean 'observation.image'?"), line);
    }

    @Test
    void shouldNameAFieldPathThatTheMessageDoesNotHave() throws IOException {
        String text = Files.readString(Path.of("launch/pusht.yaml")).replace("position[x,y]", "positoin[x,y]")
                .replace("../models", Path.of("models").toAbsolutePath().toString());
        Path file = Files.writeString(dir.resolve("robot.yaml"), text);
        String line = error("run", "--config", file.toString(), masterArgument(), "_metrics/enabled:=false");
        assertTrue(line.contains("positoin") && line.contains("position"), line);
    }

    @Test
    void shouldRejectAMalformedSeedRange() {
        assertTrue(error("eval", "--policy", "models/pusht_image", "--seeds", "5..1").startsWith("dpros: --seeds: range: expected"));
    }

    private static String masterArgument() {
        return "__master:=" + master.uri().toString().replaceAll("/$", "");
    }

    /** The one line on standard error. */
    private static String[] with(String[] args, String... more) {
        return Stream.concat(Stream.of(args), Stream.of(more)).toArray(String[]::new);
    }

    private static String error(String... args) {
        CommandLine line = Main.commandLine();
        StringWriter err = new StringWriter();
        line.setErr(new PrintWriter(err, true));
        int code = line.execute(args);
        assertEquals(2, code, () -> String.join(" ", args) + "\n" + err);
        assertEquals(1, err.toString().lines().count(), err::toString);
        return err.toString().strip();
    }
}
