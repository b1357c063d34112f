package dev.dpros.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program with the libraries that the robot's archive holds, in processes of its own. */
@Tag("long")
class RobotArchiveTest {
    private static final Pattern EXCLUDED = Pattern.compile("<exclude>[\\w.]+:([\\w.-]+)</exclude>");

    @TempDir
    Path directory;

    private record Result(int code, String output) {}

    private Result run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", classPath(), Main.class.getName()));
        command.addAll(Arrays.asList(arguments));
        Path output = Files.createTempFile(directory, "output", ".txt");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        return new Result(process.waitFor(), Files.readString(output, StandardCharsets.UTF_8));
    }

    /** This test's class path without what the archive's descriptor excludes. */
    private static String classPath() throws IOException {
        List<String> excluded = new ArrayList<>();
        Matcher exclude = EXCLUDED.matcher(Files.readString(Path.of("src/assembly/robot.xml")));
        while (exclude.find()) {
            excluded.add(exclude.group(1));
        }
        assertFalse(excluded.isEmpty());
        String kept = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> excluded.stream().noneMatch(name -> Path.of(entry).getFileName().toString()
                        .matches(Pattern.quote(name) + "-\\d.*\\.jar")))
                .collect(Collectors.joining(File.pathSeparator));
        assertFalse(kept.contains("duckdb"), kept);
        return kept;
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
