package dev.dpros.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A policy in 8 bits on another CPU, as far as one can play another: libtorch without any vector instructions beyond SSE4.1. */
@Tag("long")
@Timeout(240)
class Int8MachinesTest {
    /** Normalised; what 8 bits themselves move a trajectory by. */
    private static final float BOUND = 3e-3f;

    @Test
    void shouldSampleAboutTheSameOnAnOlderCpu() throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(System.getProperty("java.home") + "/bin/java", "-Xmx256m", "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-Dai.djl.offline=true", "-cp", System.getProperty("java.class.path"),
                Int8Child.class.getName()).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(Map.of("ATEN_CPU_CAPABILITY", "default", "DNNL_MAX_CPU_ISA", "SSE41"));
        Process child = builder.start();
        try {
            float[][] here = Int8Child.trajectories();
            List<String> lines = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines()
                    .filter(line -> line.matches("[-0-9.E ]+")).toList();
            assertEquals(0, child.waitFor());
            assertEquals(here.length, lines.size());
            for (int i = 0; i < here.length; i++) {
                String[] words = lines.get(i).split(" ");
                float[] there = new float[words.length];
                for (int j = 0; j < words.length; j++) {
                    there[j] = Float.parseFloat(words[j]);
                }
                assertArrayEquals(here[i], there, BOUND);
            }
        } finally {
            child.destroyForcibly();
        }
    }
}
