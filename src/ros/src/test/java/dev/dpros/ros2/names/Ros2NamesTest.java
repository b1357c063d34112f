package dev.dpros.ros2.names;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Ros2NamesTest {
    private static Ros2Names names(String namespace, String... ros) {
        List<String> arguments = new ArrayList<>(List.of("--ros-args"));
        arguments.addAll(List.of(ros));
        return new Ros2Names(namespace, "arm", Ros2Arguments.parse(arguments));
    }

    @ParameterizedTest
    @CsvSource({"image,/r1/image", "/image,/image", "~/image,/r1/arm/image", "~,/r1/arm", "a/b,/r1/a/b", "{node}/x,/r1/arm/x",
        "/{ns}/x,/r1/x", "{ns}/x,/r1/x", "{namespace}_x,/r1_x", "/{node},/arm"})
    void shouldExpandNames(String given, String full) {
        assertEquals(full, names("/r1").topic(given));
        assertEquals(full, names("/r1").service(given));
    }

    @ParameterizedTest
    @CsvSource({"image,/image", "~/image,/arm/image", "{ns}/x,/x"})
    void shouldExpandNamesInTheRootNamespace(String given, String full) {
        assertEquals(full, names("/").topic(given));
    }

    @Test
    void shouldRenameNodeAndNamespace() {
        Ros2Names names = names("/", "-r", "__node:=leg", "-r", "__ns:=/r2");
        assertEquals("/r2/leg", names.node());
        assertEquals("leg", names.name());
        assertEquals("/r2", names.namespace());
        assertEquals("/r2/leg/x", names.topic("~/x"));
        assertEquals("/r3/arm", names("/", "--remap", "__ns:=/r3").node());
        assertEquals("/hand", names("/", "-r", "__name:=hand").node());
    }

    @Test
    void shouldTakeTheFirstRuleThatFits() {
        Ros2Names names = names("/r1", "-r", "image:=/cam/image", "-r", "/r1/image:=/other", "-r", "~/go:=stop");
        assertEquals("/cam/image", names.topic("image"));
        assertEquals("/cam/image", names.topic("/r1/image"));
        assertEquals("/image", names.topic("/image"));
        assertEquals("/r1/stop", names.service("~/go"));
        assertEquals("/other", names.topic("/other"), "a rule is applied once, and to whole names");
    }

    @Test
    void shouldKeepRulesToTheirNodeAndKind() {
        Ros2Names names = names("/", "-r", "leg:a:=b", "-r", "arm:c:=d", "-r", "rostopic://e:=f", "-r", "rosservice://g:=rosservice://h",
                "-r", "leg:__node:=x", "-r", "arm:__ns:=/n");
        assertEquals("/n/arm", names.node());
        assertEquals("/n/a", names.topic("a"));
        assertEquals("/n/d", names.topic("c"));
        assertEquals("/n/f", names.topic("e"));
        assertEquals("/n/e", names.service("e"));
        assertEquals("/n/g", names.topic("g"));
        assertEquals("/n/h", names.service("g"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1a", "a-b", "a//b", "a b", "/a~b", "a/", "~a", "a/2b", "{other}", "/", "ä"})
    void shouldRefuseNamesThatAreNotLegal(String name) {
        InputException error = assertThrows(InputException.class, () -> names("/r1").topic(name));
        assertTrue(error.getMessage().contains("'" + name + "'"), error.getMessage());
        assertEquals(1, error.getMessage().lines().count());
    }

    @Test
    void shouldRefuseNamesTooLongForDds() {
        assertEquals("/" + "a".repeat(244), names("/").topic("a".repeat(244)));
        assertThrows(InputException.class, () -> names("/").topic("a".repeat(245)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"__ns:=r2", "__ns:=~/r2", "__node:=/leg", "__node:=2a", "__ns:=/a/", "a", ":=b", "a:=", "a*:=b", "a:=b c", "__ns:="})
    void shouldRefuseRulesThatAreNotLegal(String rule) {
        InputException error = assertThrows(InputException.class, () -> names("/", "-r", rule));
        assertTrue(error.getMessage().startsWith("argument -r " + rule), error.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "r1", "/r1/", "//", "/1"})
    void shouldRefuseNamespacesThatAreNotLegal(String namespace) {
        assertThrows(InputException.class, () -> names(namespace));
    }
}
