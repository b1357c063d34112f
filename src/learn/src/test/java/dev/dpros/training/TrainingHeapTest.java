package dev.dpros.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.Scanner;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A training needs no heap for its network: a child with less than the weights begins one, saves it and goes on. */
@Tag("long")
@Timeout(120)
class TrainingHeapTest {
    @Test
    void shouldTrainWithAHeapIntoWhichTheWeightsDoNotFit(@TempDir Path dir) throws Exception {
        Process child = new ProcessBuilder(System.getProperty("java.home") + "/bin/java", "-Xmx24m", "-XX:MaxDirectMemorySize=2g",
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Dai.djl.offline=true", "-cp",
                System.getProperty("java.class.path"), TrainingHeapChild.class.getName(), dir.resolve("training").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader out = child.inputReader()) {
            String line = out.readLine();
            assertEquals(0, child.waitFor());
            Scanner said = new Scanner(line).useDelimiter("\\D+");
            long weights = said.nextLong();
            long heap = said.nextLong();
            assertTrue(weights > 1.2 * heap, line);
            assertEquals(3, said.nextLong(), line);
        } finally {
            child.destroyForcibly();
        }
    }
}
