package dev.dpros.ros2.names;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Ros2ArgumentsTest {
    @TempDir
    private Path directory;

    private static Ros2Arguments parse(String... arguments) {
        return Ros2Arguments.parse(List.of(arguments));
    }

    private static Object value(String text) {
        return parse("--ros-args", "-p", "x:=" + text).parametersOf("/arm").get("x");
    }

    private Map<String, Object> file(String node, String text, String... more) throws Exception {
        Path file = Files.writeString(directory.resolve("params.yaml"), text);
        List<String> arguments = new ArrayList<>(List.of("--ros-args", "--params-file", file.toString()));
        arguments.addAll(List.of(more));
        return Ros2Arguments.parse(arguments).parametersOf(node);
    }

    @Test
    void shouldSeparateRosArgumentsFromTheOthers() {
        Ros2Arguments read = parse("run", "a:=b", "--ros-args", "-p", "rate:=10", "--", "--config", "x", "--ros-args", "-r", "c:=d", "-e", "/cell");
        assertEquals(List.of("run", "a:=b", "--config", "x"), read.rest());
        assertEquals(Map.of("rate", 10L), read.parametersOf("/any"));
        assertEquals("/d", new Ros2Names("/", "n", read).topic("c"));
        assertEquals("/a", new Ros2Names("/", "n", read).topic("a"), "a remap outside of --ros-args is none");
        assertEquals("/cell", read.enclave());
        assertEquals("/", parse().enclave());
    }

    @Test
    void shouldReadSwitchesAboutLogging() {
        Ros2Arguments read = parse("--ros-args", "--log-level", "debug", "--log-level", "rcl:=WARN", "--disable-rosout-logs",
                "--enable-stdout-logs", "--log-config-file", "f");
        assertEquals("debug", read.logLevel());
        assertFalse(read.rosout());
        assertNull(parse().logLevel());
        assertTrue(parse().rosout());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--foo", "a:=b", "-p", "-p x", "-p x=1", "-p :=1", "-p a..b:=1", "-p a-b:=1", "-p /n/:x:=1", "-r", "--log-level loud",
        "-e cell", "--params-file", "--params-file /nowhere.yaml", "-p x:=[1,2.5]", "-p x:={a: 1}", "-p x:=[[1]]", "-p x:=[1", "extra"})
    void shouldRefuseInOneLineWhatIsNotLegal(String arguments) {
        List<String> all = new ArrayList<>(List.of("--ros-args"));
        all.addAll(List.of(arguments.split(" ", 2)));
        InputException error = assertThrows(InputException.class, () -> Ros2Arguments.parse(all));
        assertEquals(1, error.getMessage().lines().count(), error.getMessage());
        assertTrue(error.getMessage().contains(arguments.split(" ")[0]), error.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"1,1", "-3,-3", "0x1f,31", "017,15", "9223372036854775807,9223372036854775807"})
    void shouldReadWholeNumbersAsC(String text, long expected) {
        assertEquals(expected, value(text));
    }

    @ParameterizedTest
    @CsvSource({"1.0,1", "1e-4,1e-4", ".5,0.5", "-.inf,-Infinity", "inf,Infinity", "nan,NaN", "09,9", "9223372036854775808,9223372036854775808"})
    void shouldReadNumbersAsC(String text, double expected) {
        assertEquals(expected, value(text));
    }

    @ParameterizedTest
    @CsvSource({"true,true", "Yes,true", "on,true", "n,false", "OFF,false"})
    void shouldReadTruth(String text, boolean expected) {
        assertEquals(expected, value(text));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"hello|hello", "'5'|5", "\"true\"|true", "!!str 7|7", "1_000|1_000", "tRUE|tRUE",
        "2026-11-29|2026-11-29", "/dev/x|/dev/x"})
    void shouldReadText(String text, String expected) {
        assertEquals(expected, value(text));
    }

    @Test
    void shouldReadLists() {
        assertEquals(List.of(1L, 2L), value("[1, 2]"));
        assertEquals(List.of("a", "2"), value("[a, '2']"));
        assertEquals(List.of(true, false), value("[yes, no]"));
        assertEquals(List.of(), value("[]"));
        assertEquals("", value(""));
    }

    @Test
    void shouldGiveEachNodeItsParameters() throws Exception {
        String text = """
                /**:
                  ros__parameters: {all: 1, limits: {max: [1.0, 2.0], name: x}}
                arm:
                  ros__parameters: {own: root}
                /r1:
                  arm:
                    ros__parameters: {own: deep, all: 2}
                /*/leg:
                  ros__parameters: {one: true}
                """;
        assertEquals(Map.of("all", 1L, "limits.max", List.of(1.0, 2.0), "limits.name", "x", "own", "root"), file("/arm", text));
        assertEquals(Map.of("all", 2L, "limits.max", List.of(1.0, 2.0), "limits.name", "x", "own", "deep"), file("/r1/arm", text));
        assertEquals(true, file("/r1/leg", text).get("one"));
        assertNull(file("/leg", text).get("one"));
        assertNull(file("/a/b/leg", text).get("one"));
        assertEquals(1L, file("/a/b/leg", text).get("all"));
    }

    @Test
    void shouldLetTheLaterValueWin() throws Exception {
        String text = "/**: {ros__parameters: {a: 1, b: 1}}";
        assertEquals(Map.of("a", 2L, "b", 3L), file("/arm", text, "-p", "a:=2", "-p", "b:=2", "-p", "/arm:b:=3", "-p", "leg:b:=4"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ros__parameters: {a: 1}", "[1]", "a: 1", "arm: {ros__parameters: 1}", "arm: {x: 1}", "a: [b",
        "arm: {ros__parameters: {a: [1, b]}}", "arm: {ros__parameters: {a: [{b: 1}]}}", "arm: {ros__parameters: {a: &x [*x]}}"})
    void shouldRefuseFilesThatAreNotLegalWithTheLine(String text) {
        InputException error = assertThrows(InputException.class, () -> file("/arm", text));
        assertTrue(error.getMessage().contains("params.yaml:1"), error.getMessage());
        assertEquals(1, error.getMessage().lines().count(), error.getMessage());
    }

    @Test
    void shouldBoundWhatAFileMultiplies() {
        StringBuilder text = new StringBuilder("a0: &a0 {ros__parameters: {x: 1}}\n");
        for (int i = 1; i < 40; i++) {
            text.append("a").append(i).append(": &a").append(i).append(" {b: *a").append(i - 1).append(", c: *a").append(i - 1).append("}\n");
        }
        assertThrows(InputException.class, () -> file("/arm", text.toString()));
    }

    @Test
    void shouldReadAnEmptyFile() throws Exception {
        assertEquals(Map.of(), file("/arm", ""));
        assertEquals(Map.of(), file("/arm", "# nothing\n"));
    }
}
