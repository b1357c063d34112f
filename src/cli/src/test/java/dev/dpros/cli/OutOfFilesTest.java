package dev.dpros.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/** Processes with few files to open: one line that says what to do, exit code 2. */
@Timeout(400)
@Tag("long")
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock("processes")
class OutOfFilesTest {
    private static final String REMEDY = "raise the limit before the start, for instance: ulimit -n 4096";
    private static final String CONFIG = """
            policy: MODEL
            observations:
              observation.image: {topic: /camera/image_raw}
              observation.state: {topic: /joint_states, field: "position[x,y]"}
            action: {topic: /command, joints: [x, y], limits: {default: {position: [0, 512], velocity: 500, acceleration: 5000, jerk: 500000}}}
            control: {rate_hz: 50, policy_rate_hz: 10, interpolation: zero_order_hold, realtime_priority: false}
            metrics: {enabled: false}
            """;

    @TempDir
    private Path folder;

    private Path config() throws IOException {
        return Files.writeString(folder.resolve("robot.yaml"), CONFIG.replace("MODEL", Path.of("models/pusht_image").toAbsolutePath().toString()));
    }

    private record Ended(int code, List<String> out, String err) {}

    private Ended run(int limit, String main, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("bash", "-c", "ulimit -n " + limit + "; exec \"$@\"", "bash",
                Path.of(System.getProperty("java.home"), "bin/java").toString(), "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp",
                System.getProperty("java.class.path"), main));
        command.addAll(List.of(arguments));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        Process process = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        assertTrue(process.waitFor(380, TimeUnit.SECONDS));
        return new Ended(process.exitValue(), Files.readAllLines(out), Files.readString(err));
    }

    @Test
    void shouldNotBeginWithFewerThanTheLibrariesNeed() throws Exception {
        String config = config().toString();
        String data = "src/learn/src/test/resources/recording/pusht_slice_blosc.zarr";
        for (String[] command : new String[][] {{"record", "--config", config}, {"run", "--config", config}, {"dataset", "info", data},
                {"train", config}, {"import", "models/pusht_image", folder + "/new"}}) {
            Ended ended = run(60, "dev.dpros.cli.Main", command);
            assertEquals(2, ended.code, ended.err);
            assertEquals("dpros: open files: expected a limit of at least 256, found 60; " + REMEDY, ended.err.strip());
        }
    }

    @Test
    void shouldSayThatFilesRanOutWhereverTheyDo() throws Exception {
        Ended ended = run(300, "dev.dpros.cli.OutOfFilesChild", folder.toString(), "src/learn/src/test/resources/recording/pusht_slice_blosc.zarr",
                config().toString());
        assertTrue(ended.out.contains("COMPLETE"), () -> ended.code + ": " + ended.err);
        assertTrue(ended.out.contains("GUARDED\ttrue\ttrue\tfalse"), ended.out.toString());
        int ranOut = 0;
        int runs = 0;
        for (String line : ended.out) {
            if (!line.startsWith("ENDED")) {
                continue;
            }
            String[] parts = line.split("\t", -1);
            runs++;
            boolean unreachable = parts[4].contains("localhost:1 cannot be reached");
            List<String> said = new ArrayList<>(List.of(parts[4].split("\\\\n")));
            said.removeIf(other -> other.contains("do not tell who drove"));
            boolean named = parts[3].equals("2") && said.size() == 1 && said.get(0).contains("Too many open files") && said.get(0).endsWith(REMEDY);
            assertTrue(named || parts[3].equals("0") || unreachable, line);
            ranOut += named ? 1 : 0;
        }
        assertTrue(runs >= 60 && ranOut >= 25, runs + " runs, " + ranOut + " out of files");
    }
}
