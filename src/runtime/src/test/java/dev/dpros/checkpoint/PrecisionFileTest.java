package dev.dpros.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.diffusion.Precision;
import dev.dpros.diffusion.PrecisionChoice;
import dev.dpros.diffusion.PrecisionChoice.Candidate;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrecisionFileTest {
    @TempDir
    private Path folder;

    /** A network whose outputs are zeros, or overflow, has no relative error; its directory must stay readable. */
    @Test
    void shouldReadBackErrorsThatAreNoNumbers() throws IOException {
        Path policy = new TinyPolicy().write(folder.resolve("policy"));
        PrecisionFile.write(policy, new PrecisionChoice(Precision.FLOAT32, "0".repeat(64), 0.03, "8 random", List.of(
                new Candidate(Precision.FLOAT32, 0, 0, 2, ""), new Candidate(Precision.BFLOAT16, Double.NaN, Double.NaN, Double.NaN, "not here"),
                new Candidate(Precision.INT8, Double.POSITIVE_INFINITY, Double.NaN, 1.5, ""))));

        PrecisionChoice read = PolicyReader.read(policy).precision();

        assertEquals(Precision.FLOAT32, read.precision());
        assertTrue(Double.isNaN(read.candidates().get(2).error()) && Double.isNaN(read.candidates().get(2).chunk()));
        assertEquals(1.5, read.candidates().get(2).stepMs());
        assertEquals("not here", read.candidates().get(1).refused());
    }
}
