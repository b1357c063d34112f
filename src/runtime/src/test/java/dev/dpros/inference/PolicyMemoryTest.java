package dev.dpros.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.checkpoint.PolicyWriter;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A network is in memory once: while it is loaded, while its fastest layout is looked for, and in that. */
@Tag("long")
@EnabledOnOs(OS.LINUX)
@Timeout(180)
class PolicyMemoryTest {
    /** Of the weights; the largest tensor, which is there twice while its layout changes, is 0.08 of them. */
    private static final double MOST = 1.2;
    private static final Pattern SAID = Pattern.compile("\\w+ base \\d+ resident ([\\d.]+) peak ([\\d.]+) of \\d+");

    @Test
    void shouldTakeLittleMoreThanItsWeightsAtAnyTime(@TempDir Path dir) throws Exception {
        PolicyWriter.write(LargePolicy.of(LargePolicy.MIDDLE), dir.resolve("policy"));
        Process child = new ProcessBuilder(System.getProperty("java.home") + "/bin/java", "-Xmx128m", "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Dai.djl.offline=true", "-cp", System.getProperty("java.class.path"),
                PolicyMemoryChild.class.getName(), "load", dir.resolve("policy").toString(), "measured")
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader out = child.inputReader()) {
            String line = out.readLine();
            assertEquals(0, child.waitFor());
            Matcher said = SAID.matcher(line);
            assertTrue(said.matches(), line);
            assertTrue(Double.parseDouble(said.group(1)) < MOST && Double.parseDouble(said.group(2)) < MOST, line);
        } finally {
            child.destroyForcibly();
        }
    }
}
