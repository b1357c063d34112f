package dev.dpros.cli.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.dpros.checkpoint.PolicyReader;
import dev.dpros.cli.MainAccess;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.inference.InferenceOptions;
import dev.dpros.inference.NoiseSource;
import dev.dpros.inference.ObservationBatch;
import dev.dpros.inference.Sampling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code dpros distill} of the shipped policies, for a few steps: a student is a policy like any other. */
@Tag("long")
@Timeout(300)
class DistillCommandTest {
    private static final Path DATA = Path.of("src/learn/src/test/resources/recording/pusht_slice_blosc.zarr").toAbsolutePath();

    @TempDir
    private Path folder;

    private int distill(String policy, Path output, String... more) {
        List<String> command = new ArrayList<>(List.of("distill", policy, "--dataset", DATA.toString(), "-o", output.toString(), "--set",
                "pusht.poses=true", "--set", "loader.batch_size=2", "--set", "validation.ratio=0.3", "--set", "steps=2"));
        command.addAll(List.of(more));
        return MainAccess.execute(command.toArray(new String[0]));
    }

    @Test
    void shouldMakeAStudentOfTwoEvaluationsThatOtherCommandsTake() throws IOException {
        Path output = folder.resolve("run");
        assertEquals(0, distill("models/pusht_keypoints", output, "--evaluations", "2"));

        PolicyDefinition teacher = PolicyReader.read(Path.of("models/pusht_keypoints"));
        PolicyDefinition student = PolicyReader.read(output.resolve("last"));
        PolicyConfig config = student.config();
        assertEquals(teacher.config().with(config.scheduler()), config, "the same but for the scheduler");
        assertEquals(2, config.scheduler().inferenceSteps());
        teacher.normalizers().forEach((key, normalizer) ->
                assertArrayEquals(normalizer.scale(), student.normalizers().get(key).scale(), 1e-9, key));
        try (DiffusionPolicy loaded = DiffusionPolicy.load(student, InferenceOptions.DEFAULT)) {
            List<Integer> visited = new ArrayList<>();
            ObservationBatch observations = new ObservationBatch(1, config.inputs().stream().map(input -> new float[2 * input.size()]).toList());
            loaded.predictAction(observations, Sampling.of(NoiseSource.seeded(1), (index, count, timestep, clean) -> visited.add(timestep)));
            assertEquals(List.of(90, 40), visited);
        }
        Path json = folder.resolve("scores.json");
        assertEquals(0, MainAccess.execute("eval", "--policy", output.resolve("last").toString(), "--seeds", "100000..100000", "--max-steps",
                "16", "--json", json.toString()));
        assertEquals(0, MainAccess.execute("inspect", output.resolve("last").toString(), "--no-latency"));
        assertEquals(2, distill("models/pusht_keypoints", output), "a training is there");
        assertEquals(0, distill("models/pusht_keypoints", output, "--evaluations", "2", "--resume"), "nothing left to do");
        assertEquals(2, distill("models/pusht_keypoints", output, "--resume"), "another number of evaluations");
        assertEquals(2, distill(output.resolve("last").toString(), folder.resolve("more"), "--set", "frozen=[unet.]"));
    }

    /** The image encoder is the teacher's, its pictures go through it once; the rest has learnt. */
    @Test
    void shouldKeepTheImageEncoder() throws IOException {
        Path output = folder.resolve("run");
        assertEquals(0, distill("models/pusht_image", output));

        PolicyDefinition teacher = PolicyReader.read(Path.of("models/pusht_image"));
        PolicyDefinition student = PolicyReader.read(output.resolve("last"));
        assertEquals(1, student.config().scheduler().inferenceSteps());
        teacher.weights().forEach((name, tensor) -> {
            if (name.startsWith("rgb_encoder.")) {
                assertEquals(tensor.bytes(), student.weights().get(name).bytes(), name);
            }
        });
        String learnt = "unet.final_conv.1.weight";
        assertNotEquals(teacher.weights().get(learnt).bytes(), student.weights().get(learnt).bytes());
        assertEquals(0, Files.readAllLines(output.resolve("metrics.csv")).stream().filter(line -> line.contains("NaN")).count());
    }
}
