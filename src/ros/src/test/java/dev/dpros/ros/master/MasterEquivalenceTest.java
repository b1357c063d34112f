package dev.dpros.ros.master;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dpros.ros.testing.RosMasterProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The same calls to rosmaster and to the embedded master: equal answers, messages included, and equal callbacks. */
@Tag("realpeer")
@Timeout(120)
class MasterEquivalenceTest {
    private static final List<String> CORE_PARAMETERS = List.of("/run_id", "/rosdistro", "/rosversion");

    private RosMasterProcess realMaster;
    private EmbeddedMaster embeddedMaster;
    private ScriptedSession real;
    private ScriptedSession embedded;

    @BeforeEach
    void startBothMasters() {
        realMaster = RosMasterProcess.rosmaster();
        embeddedMaster = EmbeddedMaster.start(InetAddress.getLoopbackAddress(), 0);
        real = new ScriptedSession(realMaster.uri());
        embedded = new ScriptedSession(embeddedMaster.uri());
        CORE_PARAMETERS.forEach(key -> embedded.call(List.of("deleteParam", "/test", key)));
    }

    @AfterEach
    void stopBothMasters() {
        for (AutoCloseable resource : Arrays.asList(real, embedded, embeddedMaster, realMaster)) {
            try {
                if (resource != null) {
                    resource.close();
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void shouldAnswerTheScriptAsRosmasterDoes() throws IOException {
        List<String> lines = ScriptedSession.lines("master-calls.jsonl");
        List<String> recorded = ScriptedSession.lines("master-answers.txt");
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            Object answer = compare(ScriptedSession.parsed(lines.get(i)), differences);
            assertEquals(recorded.get(i), answer.toString(), "recorded answer to " + lines.get(i));
        }
        assertEquals("", String.join("\n", differences));
        compareCallbacks(line -> line);
    }

    @Test
    void shouldAnswerRandomCallsAsRosmasterDoes() {
        Random random = new Random(11311);
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < 1500; i++) {
            compare(RandomCalls.next(random), differences);
        }
        for (String method : List.of("getSystemState", "getTopicTypes", "getParamNames")) {
            compare(List.of(method, "/test"), differences);
        }
        compare(List.of("getParam", "/test", "/"), differences);
        assertEquals("", String.join("\n", differences));
        // rosmaster queues a reference to its live tree, so a map that changes before it is sent arrives changed
        compareCallbacks(line -> line.replaceFirst("^(\\[paramUpdate, /master, .*?, )\\{.*", "$1{...}]"));
    }

    private void compareCallbacks(UnaryOperator<String> comparable) {
        List<Object> expected = real.callbacks();
        List<Object> actual = embedded.callbacks();
        for (int node = 0; node < ScriptedSession.NODES; node++) {
            assertEquals(inLines(expected.get(node), comparable), inLines(actual.get(node), comparable), "callbacks of node " + node);
        }
    }

    private Object compare(List<Object> call, List<String> differences) {
        Object expected = real.call(call);
        Object actual = embedded.call(call);
        if (!expected.equals(actual)) {
            differences.add(call + "\n  rosmaster: " + expected + "\n  embedded:  " + actual);
        }
        return expected;
    }

    private static String inLines(Object calls, UnaryOperator<String> comparable) {
        List<String> lines = ((List<?>) calls).stream().map(String::valueOf).map(comparable).toList();
        return String.join("\n", lines);
    }

    /** Calls over few names, so that they meet each other. */
    private static final class RandomCalls {
        private static final List<String> CALLERS = List.of("/a", "/b", "/ns/c", "/ns/d/", "e", "");
        private static final List<String> NAMES = List.of("/x", "x", "~x", "/x/y", "x/y/z", "//x//y/", "/", "~", "a b", "");
        private static final List<String> TYPES = List.of("*", "p/T", "p/U", "bad", "");
        private static final List<String> APIS = List.of("http://node0/", "http://node1/", "http://node2/", "odd");
        private static final List<String> SERVICE_APIS = List.of("rosrpc://h:1", "rosrpc://h:2");
        private static final List<Object> VALUES = List.of(1, "s", 2.5, true, List.of(1), Map.of(), Map.of("x", 1),
                Map.of("y", Map.of("z", 2)), Map.of("x", Map.of("y", Map.of("z", "deep"))));
        private static final List<List<List<?>>> ARGUMENTS = List.of(
                List.of(NAMES, VALUES), List.of(NAMES), List.of(APIS, NAMES), List.of(NAMES, TYPES, APIS),
                List.of(NAMES, APIS), List.of(NAMES, SERVICE_APIS, APIS), List.of(NAMES, SERVICE_APIS), List.of());
        private static final List<List<String>> METHODS = List.of(
                List.of("setParam"),
                List.of("getParam", "hasParam", "deleteParam", "searchParam", "lookupNode", "lookupService",
                        "getPublishedTopics"),
                List.of("subscribeParam", "unsubscribeParam"), List.of("registerPublisher", "registerSubscriber"),
                List.of("unregisterPublisher", "unregisterSubscriber"), List.of("registerService"),
                List.of("unregisterService"), List.of("getSystemState", "getTopicTypes", "getParamNames"));

        private RandomCalls() { }

        static List<Object> next(Random random) {
            int kind = random.nextInt(METHODS.size());
            List<Object> call = new ArrayList<>(List.of(pick(METHODS.get(kind), random), pick(CALLERS, random)));
            ARGUMENTS.get(kind).forEach(choices -> call.add(pick(choices, random)));
            return call;
        }

        private static <T> T pick(List<T> choices, Random random) {
            return choices.get(random.nextInt(choices.size()));
        }
    }
}
