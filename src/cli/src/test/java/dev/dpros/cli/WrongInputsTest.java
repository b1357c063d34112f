package dev.dpros.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** The table wrong_inputs.txt: each gives one line that says what is wrong, exit code 2, and writes nothing. */
@Timeout(120)
class WrongInputsTest {
    private static final String INPUT = "observations: {a: {topic: /a, field: 'position[x]'}}\n";
    private static final String TABLE = "wrong_inputs.txt";

    @TempDir
    private static Path folder;

    @BeforeAll
    static void makeFiles() throws IOException {
        Map<String, String> files = Map.ofEntries(
                Map.entry("file", "no folder"),
                Map.entry("file.ckpt", "no checkpoint"),
                Map.entry("file.hdf5", "no data"),
                Map.entry("file.bag", "no bag"),
                Map.entry("empty.bag", "#ROSBAG V2.0\n"),
                Map.entry("broken.urdf", "<robot name=\"a\"><joint"),
                Map.entry("unclosed.yaml", "policy: none\naction: {topic: /c, joints: [x, y}\n\n"),
                Map.entry("tab.yaml", "policy: none\n\tnode: {}\n"),
                Map.entry("indent.yaml", "policy: none\ncontrol:\n  rate_hz: 50\n policy_rate_hz: 10\n"),
                Map.entry("twice.yaml", "policy: none\naction: {topic: /c, joints: [x]}\npolicy: other\n"),
                Map.entry("list.yaml", "- policy\n- action\n"),
                Map.entry("unknown.yaml", "policy: none\naction: {topic: /c, joints: [x]}\ncontrol: {rate_hertz: 50}\n"),
                Map.entry("text.yaml", "policy: none\naction: {topic: /c, joints: [x]}\ncontrol: {rate_hz: fast}\n"),
                Map.entry("velocity.yaml", "policy: none\naction: {topic: /c, joints: [x], limits: {\n  default: {position: [0, 1], velocity: -1}}}\n" + INPUT),
                Map.entry("position.yaml", "policy: none\naction: {topic: /c, joints: [x], limits: {\n  default: {position: [2, 1], velocity: 1}}}\n" + INPUT),
                Map.entry("training.yaml", "policy: a.json\nstesp: 3\ndatasets: [a.zarr]\n"),
                Map.entry("broken_policy/config.json", "{\"type\": \"diffusion\",\n  \"horizon\" 16}\n"),
                Map.entry("broken_policy/model.safetensors", ""),
                Map.entry("taken/config.json", "{}"),
                Map.entry("data.zarr/.zgroup", "{\"zarr_format\": 2}"));
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path path = folder.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
        Files.createDirectory(folder.resolve("empty"));
    }

    static Stream<Arguments> table() throws IOException {
        try (BufferedReader in = new BufferedReader(
                new InputStreamReader(WrongInputsTest.class.getResourceAsStream(TABLE), StandardCharsets.UTF_8))) {
            return in.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).toList().stream()
                    .map(line -> line.split(" \\| ", 2)).map(parts -> Arguments.of(parts[0], parts[1]));
        }
    }

    @ParameterizedTest
    @MethodSource("table")
    void shouldSayInOneLineWhatIsWrong(String line, String said) throws IOException {
        Map<String, Long> before = files();
        StringWriter err = new StringWriter();
        StringWriter out = new StringWriter();
        CommandLine command = Main.commandLine();
        command.setErr(new PrintWriter(err, true));
        command.setOut(new PrintWriter(out, true));

        int code = command.execute(line.replace("DIR", folder.toString()).split(" "));

        String text = err.toString();
        assertEquals(2, code, text);
        assertEquals(1, text.lines().count(), text);
        assertTrue(text.contains(said.replace("DIR", folder.toString())), text);
        assertFalse(text.matches("(?s).*(internal error|Exception|java\\.|\u001b|Cannot invoke).*"), text);
        assertEquals("", out.toString());
        assertEquals(before, files(), "nothing is written");
    }

    @Test
    void shouldLookAtEveryCommand() throws IOException {
        TreeSet<String> missing = new TreeSet<>();
        commands(Main.commandLine(), "", missing);
        List<String> lines = new ArrayList<>();
        table().forEach(row -> lines.add(row.get()[0] + " "));
        missing.removeIf(command -> lines.stream().anyMatch(line -> line.startsWith(command + " ")));
        assertEquals(List.of(), List.copyOf(missing));
    }

    private static void commands(CommandLine command, String above, TreeSet<String> found) {
        command.getSubcommands().forEach((name, below) -> {
            if (!below.getCommandSpec().usageMessage().hidden() && !name.equals("completion")) {
                if (below.getSubcommands().isEmpty()) {
                    found.add(above + name);
                }
                commands(below, above + name + " ", found);
            }
        });
    }

    private static Map<String, Long> files() throws IOException {
        Map<String, Long> found = new TreeMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                found.put(folder.relativize(path).toString(), Files.isRegularFile(path) ? Files.size(path) : -1);
            }
        }
        return found;
    }
}
