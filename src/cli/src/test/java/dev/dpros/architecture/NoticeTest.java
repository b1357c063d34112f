package dev.dpros.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** NOTICE names what is shipped, no more and no less, and travels with it. */
class NoticeTest {
    private static final Pattern ENTRY = Pattern.compile("^  ([\\w.\\-]+:[\\w.\\-:]+ \\S+): (\\S.*)$");
    /** A line of Maven's dependency:list: group:artifact:jar[:classifier]:version:scope. */
    private static final Pattern LISTED = Pattern.compile("^\\s*([\\w.\\-]+:[\\w.\\-]+):jar(:[\\w.\\-]+)?:([\\w.\\-]+):(?:compile|runtime)\\b.*");

    @Test
    @Tag("shipped")
    void shouldNameEveryShippedLibraryWithItsVersion() throws IOException {
        Path list = Path.of("target/shipped-libraries.txt");
        assertTrue(Files.exists(list), list + " is missing: Maven writes it before the tests");
        TreeSet<String> shipped = new TreeSet<>();
        for (String line : Files.readAllLines(list)) {
            Matcher found = LISTED.matcher(line);
            if (found.matches()) {
                shipped.add(found.group(1) + (found.group(2) == null ? "" : found.group(2)) + " " + found.group(3));
            }
        }
        assertTrue(shipped.size() > 10, "too few libraries in " + list + ": " + shipped);
        TreeSet<String> named = new TreeSet<>();
        for (String line : Files.readAllLines(Path.of("NOTICE"))) {
            Matcher entry = ENTRY.matcher(line);
            if (entry.matches()) {
                named.add(entry.group(1));
            }
        }
        assertEquals(String.join("\n", shipped), String.join("\n", named), "NOTICE and the shipped libraries (target/shipped-libraries.txt)");
    }

    @Test
    @Tag("shipped")
    void shouldTravelInTheJars() throws IOException {
        for (String module : new String[] {"core", "ros", "runtime", "node", "learn", "cli"}) {
            for (String name : new String[] {"NOTICE", "LICENSE"}) {
                Path inJar = Path.of("src", module, "target/classes/META-INF", name);
                assertTrue(Files.exists(inJar), inJar + " is missing: Maven copies it");
                assertEquals(Files.readString(Path.of(name)), Files.readString(inJar));
            }
        }
    }

    @Test
    void shouldTravelInTheImages() throws IOException {
        for (String name : new String[] {"NOTICE", "LICENSE"}) {
            String image = Files.readString(Path.of("docker/cpu.Dockerfile"));
            assertTrue(image.lines().anyMatch(line -> line.matches("COPY (.* )?" + name + " .*")), name + " in docker/cpu.Dockerfile");
        }
        assertTrue(Files.readString(Path.of("docker/cuda.Dockerfile")).contains("COPY --from=dpros --chown=robot:robot /opt/dpros /opt/dpros"),
                "the CUDA image takes the folder with both from the other");
    }
}
