package dev.dpros.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.checkpoint.PolicyWriter;
import dev.dpros.diffusion.UnetConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What others do to a policy's file must not reach the process that loads or runs it: a child process of its own here. */
@Timeout(120)
@Tag("long")
class PolicyFileSurvivalTest {
    @TempDir
    Path dir;

    private Path policy;
    private Path weights;

    @BeforeEach
    void write() throws IOException {
        policy = dir.resolve("policy");
        weights = policy.resolve("model.safetensors");
        PolicyWriter.write(TestPolicies.stateOnly(16, new UnetConfig(List.of(64, 128), 5, 8, 64, true)), policy);
    }

    private Process start(String mode) throws IOException {
        return new ProcessBuilder(System.getProperty("java.home") + "/bin/java", "-Xmx128m", "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData", "-XX:-CreateCoredumpOnCrash", "-XX:ErrorFile=/dev/null", "-Dai.djl.offline=true", "-cp",
                System.getProperty("java.class.path"), PolicyFileChild.class.getName(), mode, policy.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static void go(Process child) throws IOException {
        try (Writer in = child.outputWriter()) {
            in.write("go\n");
        }
    }

    private void truncate(long size) throws IOException {
        try (FileChannel channel = FileChannel.open(weights, StandardOpenOption.WRITE)) {
            channel.truncate(size);
        }
    }

    private void overwrite(byte[] bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(weights, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(bytes), 0);
        }
    }

    @Test
    void shouldGoOnWithItsWeightsWhenTheFileIsOverwrittenAndTruncated() throws Exception {
        Process child = start("loaded");
        try (BufferedReader out = child.inputReader()) {
            String before = out.readLine();
            overwrite(new byte[(int) Files.size(weights)]);
            truncate(0);
            go(child);
            assertEquals(before, out.readLine());
            assertEquals(0, child.waitFor());
        } finally {
            child.destroyForcibly();
        }
    }

    @Test
    void shouldRefuseInOneLineToLoadAFileThatWasTruncatedSinceItWasRead() throws Exception {
        refusesAfter(() -> truncate(Files.size(weights) / 2));
    }

    @Test
    void shouldRefuseInOneLineToLoadAFileThatWasOverwrittenSinceItWasRead() throws Exception {
        byte[] bytes = Files.readAllBytes(weights);
        refusesAfter(() -> overwrite(bytes));
    }

    @Test
    void shouldLoadWhatItReadThoughTheFileIsReplacedAndThenGone() throws Exception {
        Process child = start("read");
        try (BufferedReader out = child.inputReader()) {
            assertEquals("read", out.readLine());
            Files.move(Files.write(dir.resolve("other"), new byte[100]), weights, StandardCopyOption.REPLACE_EXISTING);
            Files.delete(weights);
            go(child);
            assertEquals("loaded", out.readLine());
            assertEquals(0, child.waitFor());
        } finally {
            child.destroyForcibly();
        }
    }

    private interface Deed {
        void run() throws IOException;
    }

    private void refusesAfter(Deed deed) throws Exception {
        Process child = start("read");
        try (BufferedReader out = child.inputReader()) {
            assertEquals("read", out.readLine());
            deed.run();
            go(child);
            String line = out.readLine();
            assertTrue(line.startsWith("refused " + weights + ": tensor '"), line);
            assertTrue(line.contains("found it overwritten or shortened"), line);
            assertEquals(2, child.waitFor());
        } finally {
            child.destroyForcibly();
        }
    }

    @Test
    void shouldSurviveAFileThatIsRewrittenWhileItLoads() throws Exception {
        byte[] bytes = Files.readAllBytes(weights);
        Process child = start("again");
        try (BufferedReader out = child.inputReader()) {
            assertEquals("begins", out.readLine());
            for (int i = 0; child.isAlive() && !out.ready(); i++) {
                truncate(bytes.length / 200 * (i % 200));
                Thread.sleep(5);
                overwrite(bytes);
                Thread.sleep(15);
            }
            assertEquals("refused " + PolicyFileChild.REFUSALS, out.readLine());
            assertEquals(0, child.waitFor());
        } finally {
            child.destroyForcibly();
        }
    }
}
