package dev.dpros.recording;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** Runs the system's own readers of datasets: python3 with zarr, rosbag, ffprobe. */
public final class ExternalReader {
    private static final String PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

    private ExternalReader() {}

    /** Skips the test unless the command succeeds. */
    public static void assumeWorks(String... command) throws Exception {
        int code;
        try {
            code = start(List.of(command)).waitFor();
        } catch (IOException e) {
            code = -1;
        }
        Assumptions.assumeTrue(code == 0, "not installed: " + String.join(" ", command));
    }

    /** Runs a command to its end within two minutes and returns what it printed. */
    public static String run(String... command) throws Exception {
        Process process = start(List.of(command));
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Assertions.assertTrue(process.waitFor(120, TimeUnit.SECONDS), "still running: " + String.join(" ", command));
        Assertions.assertEquals(0, process.exitValue(), String.join(" ", command) + "\n" + output);
        return output;
    }

    /** Runs a Python program on the system's interpreter. */
    public static String python(String program, String... args) throws Exception {
        List<String> command = new ArrayList<>(List.of("/usr/bin/python3", "-c", program));
        command.addAll(List.of(args));
        return run(command.toArray(String[]::new));
    }

    private static Process start(List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("PATH", PATH);
        return builder.start();
    }
}
