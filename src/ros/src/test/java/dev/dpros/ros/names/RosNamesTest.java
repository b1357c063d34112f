package dev.dpros.ros.names;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import dev.dpros.ros.testing.RosTool;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RosNamesTest {
    private static final List<String> NAMES = List.of("a", "/a", "~a", "a/b", "~a/b", "/x/y/", "a/", "~");

    @ParameterizedTest
    @CsvSource({"a,/ns/a", "/a,/a", "~a,/ns/node/a", "a/b,/ns/a/b", "/a/,/a", "~,/ns/node"})
    void shouldResolveNames(String name, String expected) {
        assertEquals(expected, new GraphNames("/ns/", "node", Map.of()).resolve(name));
    }

    @Test
    @Tag("realpeer")
    void shouldResolveNamesAsRospyDoes() {
        RosTool.assumeInstalled("rosmsg");
        String script = """
                import sys
                from rosgraph.names import resolve_name
                node = '/ns/node'
                remaps = {resolve_name(k, node): resolve_name(v, node) for k, v in
                          (('a', 'b'), ('~p', '/q'), ('/x/y', 'z'))}
                for name in sys.argv[1:]:
                    print(resolve_name(name, node, remaps))
                """;
        GraphNames names = new GraphNames("ns", "node", Map.of("a", "b", "~p", "/q", "/x/y", "z"));
        List<String> all = new ArrayList<>(NAMES);
        all.remove("~");
        all.addAll(List.of("~p", "b", "/ns/a", "/ns/node/p"));
        try (RosTool tool = RosTool.rospy(URI.create("http://127.0.0.1:1/"), script, all.toArray(new String[0]))) {
            tool.awaitExit();
            assertEquals(tool.output(), String.join("\n", all.stream().map(names::resolve).toList()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1a", "a-b", "a//b", "a b", "/a~b", "_a"})
    void shouldRefuseIllegalNames(String name) {
        InputException error = assertThrows(InputException.class,
                () -> new GraphNames("/", "node", Map.of()).resolve(name));
        assertTrue(error.getMessage().contains("'" + name + "'"), error.getMessage());
    }

    @Test
    void shouldRefuseANamespaceInsideANodeName() {
        InputException error = assertThrows(InputException.class, () -> new GraphNames("/", "ns/node", Map.of()));
        assertTrue(error.getMessage().contains("a namespace belongs in __ns"), error.getMessage());
        assertThrows(InputException.class, () -> new GraphNames("~x", "node", Map.of()));
    }

    @Test
    void shouldSeparateRosArgumentsFromTheRest() {
        RosArguments arguments = RosArguments.parse(List.of("run", "--config", "a.yaml", "image:=/camera/image",
                "__name:=policy", "__ns:=/arm", "__log:=/tmp/x.log", "_rate:=50", "_names:=[a, b]", "_on:=true",
                "_text:=hello", "_gain:=0.5", "~private:=/shared", "time:12"),
                Map.of("ROS_MASTER_URI", "http://robot:11311", "ROS_IP", "10.0.0.7"));
        assertEquals(List.of("run", "--config", "a.yaml", "time:12"), arguments.rest());
        assertEquals(Map.of("image", "/camera/image", "~private", "/shared"), arguments.remaps());
        assertEquals("policy", arguments.name());
        assertEquals("/arm", arguments.namespace());
        assertEquals("10.0.0.7", arguments.host());
        assertEquals(URI.create("http://robot:11311"), arguments.masterUri());
        assertEquals(Map.of("rate", 50, "names", List.of("a", "b"), "on", true, "text", "hello", "gain", 0.5),
                arguments.parameters());
    }

    @Test
    void shouldPreferArgumentsOverTheEnvironmentAndHostNameOverAddress() {
        Map<String, String> env = Map.of("ROS_MASTER_URI", "http://a:1", "ROS_IP", "10.0.0.7", "ROS_HOSTNAME", "robot",
                "ROS_NAMESPACE", "left");
        assertEquals("robot", RosArguments.parse(List.of(), env).host());
        assertEquals("left", RosArguments.parse(List.of(), env).namespace());
        RosArguments arguments = RosArguments.parse(List.of("__ip:=10.0.0.8", "__master:=http://b:2", "__ns:=right"), env);
        assertEquals("10.0.0.8", arguments.host());
        assertEquals(URI.create("http://b:2"), arguments.masterUri());
        assertEquals("right", arguments.namespace());
        assertNull(RosArguments.parse(List.of(), Map.of()).host());
        assertEquals(URI.create("http://localhost:11311"), RosArguments.parse(List.of(), Map.of()).masterUri());
    }

    @ParameterizedTest
    @ValueSource(strings = {"robot:11311", "https://robot:11311", "http://robot", "http://:11311", "http://robot:99999", "x y"})
    void shouldRefuseAMalformedMasterUri(String uri) {
        InputException error = assertThrows(InputException.class,
                () -> RosArguments.parse(List.of(), Map.of("ROS_MASTER_URI", uri)));
        assertTrue(error.getMessage().startsWith("ROS_MASTER_URI: value: expected http://HOST:PORT"), error.getMessage());
    }

    @Test
    void shouldRefuseAParameterThatIsNotYaml() {
        InputException error = assertThrows(InputException.class,
                () -> RosArguments.parse(List.of("_gains:=[1, 2"), Map.of()));
        assertTrue(error.getMessage().startsWith("argument _gains:=[1, 2: value: expected YAML"), error.getMessage());
    }
}
