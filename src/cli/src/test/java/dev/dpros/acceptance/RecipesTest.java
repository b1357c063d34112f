package dev.dpros.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every recipe that is shipped takes the public data as they are: two steps of each, on a slice of them. */
@Timeout(300)
@Tag("long")
// processes of their own, beside the other classes, one at a time
@Execution(ExecutionMode.CONCURRENT)
@ResourceLock("training")
class RecipesTest {
    private static final Path DATA = Path.of("src/learn/src/test/resources/recording/pusht_slice_blosc.zarr").toAbsolutePath();

    @TempDir
    private Path folder;

    static List<Path> recipes() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("models/recipes"))) {
            return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void shouldTrainFromThePublicData(Path recipe) throws IOException {
        List<String> command = new ArrayList<>(List.of("train", "--config", recipe.toAbsolutePath().toString(), "--output",
                folder.resolve("run").toString(), "--set", "datasets=[" + DATA + "]", "--set", "steps=2", "--set", "loader.batch_size=4",
                "--set", "validation.ratio=0.3", "--set", "evaluation.env=none"));
        // what the stages before it would have left
        switch (recipe.getFileName().toString()) {
            case "pusht_image_encoder.yaml" -> command.addAll(List.of("--set", initial("pusht_keypoints")));
            case "pusht_image_policy.yaml" -> command.addAll(List.of("--set", initial("pusht_image")));
            default -> { }
        }
        try (DprosProcess process = DprosProcess.start(folder, null, command.toArray(new String[0]))) {
            assertEquals(0, process.awaitExit(), process::error);
        }
        assertTrue(Files.exists(folder.resolve("run/last/model.safetensors")));
    }

    private static String initial(String policy) {
        return "initial=[" + Path.of("models", policy).toAbsolutePath() + "]";
    }
}
