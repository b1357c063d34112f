package dev.dpros.safety;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;

/** docs/safety.md, hazard by hazard: the tests that it names are there and run. */
class HazardTableTest {
    private static final Path SOURCES = Path.of("src");
    private static final Pattern TEST = Pattern.compile(".*/src/test/java/(.*Test)\\.java");
    private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w+Test)#(\\w+)`");
    private static final Set<Class<? extends Annotation>> RUN =
            Set.of(Test.class, ParameterizedTest.class, TestFactory.class, Property.class);

    private static List<String> hazards() throws IOException {
        String page = Files.readString(Path.of("docs/safety.md"));
        String section = page.substring(page.indexOf("\n## Hazards\n"), page.indexOf("\n## Limits\n"));
        return section.lines().filter(line -> line.startsWith("| ") && !line.startsWith("| hazard ")).toList();
    }

    private static Map<String, String> classes() throws IOException {
        Map<String, String> names = new HashMap<>();
        try (Stream<Path> files = Files.walk(SOURCES)) {
            files.map(file -> TEST.matcher(file.toString())).filter(Matcher::matches).forEach(file -> {
                String name = file.group(1).replace('/', '.');
                names.put(name.substring(name.lastIndexOf('.') + 1), name);
            });
        }
        return names;
    }

    @Test
    void shouldNameForEveryHazardTestsThatThereAre() throws Exception {
        Map<String, String> classes = classes();
        List<String> hazards = hazards();
        assertTrue(hazards.size() >= 25, "hazards " + hazards.size());
        for (String hazard : hazards) {
            String[] cells = hazard.split("\\|", -1);
            assertEquals(6, cells.length, hazard);
            Matcher named = NAMED.matcher(cells[3]);
            assertTrue(named.find(), "no test of: " + hazard);
            do {
                requireRuns(classes.get(named.group(1)), named.group(2), hazard);
            } while (named.find());
        }
    }

    private static void requireRuns(String className, String method, String hazard) throws ClassNotFoundException {
        assertTrue(className != null, "no such test class: " + hazard);
        List<Method> methods = Arrays.stream(Class.forName(className, false, HazardTableTest.class.getClassLoader())
                .getDeclaredMethods()).filter(each -> each.getName().equals(method)).toList();
        assertEquals(1, methods.size(), className + "#" + method + ": " + hazard);
        assertTrue(RUN.stream().anyMatch(methods.get(0)::isAnnotationPresent), className + "#" + method + " is no test");
        assertTrue(!methods.get(0).isAnnotationPresent(Disabled.class), className + "#" + method + " does not run");
    }
}
