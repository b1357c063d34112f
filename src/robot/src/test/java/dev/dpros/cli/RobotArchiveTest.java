package dev.dpros.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program with the libraries that the robot's archive holds, which are this module's, in processes of its own. */
@Tag("long")
class RobotArchiveTest {
    private static final String CLASS_PATH = System.getProperty("java.class.path");

    @TempDir
    Path directory;

    private record Result(int code, String output) {}

    private Result run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", CLASS_PATH, Main.class.getName()));
        command.addAll(Arrays.asList(arguments));
        Path output = Files.createTempFile(directory, "output", ".txt");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        return new Result(process.waitFor(), Files.readString(output, StandardCharsets.UTF_8));
    }

    @Test
    void shouldHoldNoLibraryOfTrainingAndDataSets() {
        for (String name : List.of("duckdb", "ffmpeg", "blosc", "jhdf", "xchart", "animated-gif", "VectorGraphics2D")) {
            assertFalse(CLASS_PATH.contains(name), name);
        }
        assertTrue(CLASS_PATH.contains("opencv"), CLASS_PATH);
    }

    @Test
    void shouldDoWhatARobotNeeds() throws Exception {
        for (String command : List.of("run", "record", "sim", "audit")) {
            Result help = run(command, "--help");
            assertEquals(0, help.code(), help.output());
        }
        Result inspected = run("inspect", "models/pusht_keypoints");
        assertEquals(0, inspected.code(), inspected.output());
    }

    @Test
    void shouldSayWhereTheRestIs() throws Exception {
        Path config = Files.writeString(directory.resolve("train.yaml"), "steps: 1\n");
        Result trained = run("train", "--config", config.toString(), "--output", directory.resolve("out").toString());
        assertEquals(2, trained.code(), trained.output());
        assertTrue(trained.output().startsWith("dpros: train: not in the robot's archive"), trained.output());
        Result exported = run("dataset", "export", directory.toString(), "--format", "zarr", "-o", directory.resolve("zarr").toString());
        assertEquals(2, exported.code(), exported.output());
        assertTrue(exported.output().startsWith("dpros: dataset export: not in the robot's archive"), exported.output());
        assertEquals(1, exported.output().lines().count(), exported.output());
    }
}
