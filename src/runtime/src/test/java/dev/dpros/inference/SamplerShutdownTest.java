package dev.dpros.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** libtorch crashes when the JVM is torn down during a forward pass; the sampler is joined first. */
@Timeout(120)
@Tag("long")
class SamplerShutdownTest {
    @RepeatedTest(3)
    void shouldEndWithoutACrashOnSigtermDuringAForward() throws IOException, InterruptedException {
        Process child = new ProcessBuilder(System.getProperty("java.home") + "/bin/java", "-Xmx256m", "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", "-Dai.djl.offline=true",
                "-XX:-CreateCoredumpOnCrash", "-XX:ErrorFile=/dev/null", "-cp", System.getProperty("java.class.path"),
                SamplerChild.class.getName(), "models/pusht_image").redirectErrorStream(true).start();
        List<String> lines = new ArrayList<>();
        try (BufferedReader out = child.inputReader()) {
            String line = "";
            while (line != null && !line.equals("chunk")) {
                line = out.readLine();
                lines.add(line);
            }
            child.toHandle().destroy();
            while ((line = out.readLine()) != null) {
                lines.add(line);
            }
        } finally {
            child.destroy();
        }
        assertTrue(child.waitFor(30, TimeUnit.SECONDS));
        assertTrue(lines.contains("ready"), () -> lines.toString());
        assertTrue(lines.contains("stopped"), () -> lines.toString());
        assertFalse(lines.stream().anyMatch(l -> l != null && l.contains("SIGSEGV")), () -> lines.toString());
        assertEquals(128 + 15, child.exitValue(), () -> lines.toString());
    }
}
