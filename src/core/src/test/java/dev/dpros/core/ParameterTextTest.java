package dev.dpros.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.ros.testing.Await;
import dev.dpros.ros.testing.RosMasterProcess;
import dev.dpros.ros.testing.RosTool;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class ParameterTextTest {
    private static final List<String> TEXTS = List.of("5", "-5", "+5", "017", "-017", "08", "0x10", "0b11", "0o17", "1_000", "1e3", "1.e3",
            "1.0e3", "1.0e+3", "1e+3", "1E-2", ".5", "-.5", "5.", "1.5", "inf", "-inf", ".inf", "-.inf", "infinity", "1:30", "1e400",
            "3000000000", "yes", "no", "on", "off", "y", "true", "True", "TRUE", "tRue", "false", "text", "1.2.3", "5e", "--5", "0", "00");

    @ParameterizedTest
    @CsvSource({"5, 5", "1e3, 1000.0", "0x10, 16", "inf, Infinity", ".inf, Infinity", "1_000, 1000", "0b11, 3", "1.5, 1.5", "1:30, 90",
        "yes, yes", "text, text", "08, 8", "+7, 7"})
    void shouldTakeANumberThatEitherReads(String text, String expected) {
        assertEquals(expected, ParameterText.number("a", text).toString());
    }

    @ParameterizedTest
    @CsvSource({"yes, true", "off, false", "TRUE, true", "false, false", "1, 1", "y, y", "tRue, tRue"})
    void shouldTakeATruthThatEitherReads(String text, String expected) {
        assertEquals(expected, ParameterText.truth("a", text).toString());
    }

    @ParameterizedTest
    @CsvSource({"017, 17, 15", "-017, -17, -15", "010, 10, 8"})
    void shouldRefuseWhatTheyReadDifferently(String text, String roscpp, String rospy) {
        String line = assertThrows(InputException.class, () -> ParameterText.number("parameter ~a", text)).getMessage();
        assertTrue(line.contains(roscpp + " for roscpp, " + rospy + " for rospy"), line);
    }

    @Tag("realpeer")
    @Test
    void shouldReadAsRospyDoes() {
        try (RosMasterProcess master = RosMasterProcess.rosmaster()) {
            List<String> command = new ArrayList<>(List.of("/usr/bin/python3", "-c",
                    "import sys, yaml\nfor a in sys.argv[1:]: v = yaml.safe_load(a); print(type(v).__name__, v)"));
            command.addAll(TEXTS);
            List<String> theirs = RosTool.run(master.uri(), command.toArray(new String[0])).strip().lines().toList();
            assertEquals(theirs, TEXTS.stream().map(text -> python(ParameterText.rospy(text))).toList());
        }
    }

    @Tag("realpeer")
    @Test
    void shouldReadAsRoscppDoes() {
        try (RosMasterProcess master = RosMasterProcess.rosmaster()) {
            RosTool.assumeInstalled("rosparam");
            List<String> command = new ArrayList<>(List.of("/usr/lib/rosout/rosout"));
            for (int i = 0; i < TEXTS.size(); i++) {
                command.add("_p" + i + ":=" + TEXTS.get(i));
            }
            try (RosTool node = RosTool.start(master.uri(), command.toArray(new String[0]))) {
                Await.until("rosout is there", () -> RosTool.run(master.uri(), "/usr/bin/rosnode", "list").contains("/rosout"));
                String script = "import rosgraph\nm = rosgraph.Master('/t')\nfor i in range(" + TEXTS.size()
                        + "): v = m.getParam('/rosout/p%d' % i); print(type(v).__name__, v)";
                List<String> theirs = RosTool.run(master.uri(), "/usr/bin/python3", "-c", script).strip().lines().toList();
                assertEquals(theirs, TEXTS.stream().map(text -> python(ParameterText.roscpp(text))).toList());
            }
        }
    }

    private static String python(Object value) {
        if (value instanceof Double number) {
            return "float " + (Double.isInfinite(number) ? (number > 0 ? "inf" : "-inf") : number == 3e9 ? "3000000000.0" : number.toString());
        }
        return value instanceof Boolean truth ? "bool " + (truth ? "True" : "False")
                : (value instanceof Number ? "int " : "str ") + value;
    }
}
