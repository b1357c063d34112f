package dev.dpros.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.cli.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The job files call commands and options that there are, and share out as many parts as they start tasks. */
class JobFilesTest {
    private static final String LAUNCHER = "\"${DPROS:-./dpros}\"";

    private static List<Path> files(String folder, String suffix) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("docker", folder))) {
            List<Path> found = files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
            assertTrue(found.size() > 1, folder);
            return found;
        }
    }

    /** What of a command line the program does not have. */
    private static String unknown(List<String> words) {
        CommandSpec spec = Main.commandLine().getCommandSpec();
        for (String word : words) {
            CommandLine inner = spec.subcommands().get(word);
            if (inner != null && spec.args().stream().allMatch(arg -> arg.isOption())) {
                spec = inner.getCommandSpec();
            } else if (word.startsWith("-") && spec.findOption(word.split("=")[0]) == null) {
                return spec.qualifiedName() + " " + word;
            }
        }
        return spec.parent() == null || !spec.subcommands().isEmpty() ? "no command in " + words : "";
    }

    @Test
    void shouldFindWhatIsUnknown() {
        assertEquals("", unknown(List.of("dataset", "export", "x", "--format", "zarr", "-o", "y")));
        assertEquals("dpros eval --sead", unknown(List.of("eval", "--sead", "1")));
        assertEquals("no command in [evil]", unknown(List.of("evil")));
        assertEquals("no command in [dataset]", unknown(List.of("dataset")));
    }

    @Test
    void shouldCallWhatThereIsInSlurmsJobs() throws IOException {
        for (Path file : files("slurm", ".sbatch")) {
            String text = Files.readString(file).replace("\\\n", " ");
            String line = text.lines().filter(each -> each.startsWith("exec " + LAUNCHER)).findFirst().orElseThrow();
            assertEquals("", unknown(List.of(line.substring(line.indexOf(LAUNCHER) + LAUNCHER.length()).strip().split("\\s+"))), file.toString());
            Matcher array = Pattern.compile("#SBATCH --array=0-(\\d+)\n").matcher(text);
            assertTrue(array.find(), file.toString());
            assertTrue(text.contains("\nexport DPROS_SHARDS=" + (Integer.parseInt(array.group(1)) + 1) + "\n"), file.toString());
            for (Matcher said = Pattern.compile("\\./dpros ([a-z].*)").matcher(text); said.find();) {
                assertEquals("", unknown(List.of(said.group(1).split("\\s+"))), file.toString());
            }
        }
    }

    @Test
    void shouldCallWhatThereIsInKubernetesJobs() throws IOException {
        int programs = 0;
        for (Path file : files("kubernetes", ".yaml")) {
            for (Object document : new Yaml(new SafeConstructor(new LoaderOptions())).loadAll(Files.readString(file))) {
                Map<?, ?> root = map(document);
                for (String key : List.of("apiVersion", "kind", "metadata", "spec")) {
                    assertNotNull(root.get(key), file + ": " + key);
                }
                Map<?, ?> spec = map(root.get("spec"));
                for (Map<?, ?> container : containers(spec)) {
                    if (List.of("/opt/dpros/dpros").equals(container.get("command"))) {
                        programs++;
                        List<String> words = ((List<?>) container.get("args")).stream().map(Object::toString).toList();
                        assertEquals("", unknown(words), file.toString());
                        assertEquals(spec.get("completions") == null ? null : spec.get("completions").toString(), variable(container, "DPROS_SHARDS"),
                                file.toString());
                    }
                }
            }
        }
        assertEquals(2, programs);
    }

    /** A service leads to the pods of its deployment, by port names that these have. */
    @Test
    void shouldLeadToTheServer() throws IOException {
        List<Map<?, ?>> documents = new ArrayList<>();
        new Yaml(new SafeConstructor(new LoaderOptions())).loadAll(Files.readString(Path.of("docker/kubernetes/triton.yaml")))
                .forEach(document -> documents.add(map(document)));
        Map<?, ?> deployment = map(documents.get(0).get("spec"));
        Map<?, ?> service = map(documents.get(1).get("spec"));
        Object labels = map(map(deployment.get("template")).get("metadata")).get("labels");
        assertEquals(labels, service.get("selector"));
        assertEquals(labels, map(deployment.get("selector")).get("matchLabels"));
        Map<?, ?> container = containers(deployment).get(0);
        List<?> names = ((List<?>) container.get("ports")).stream().map(port -> map(port).get("name")).toList();
        assertEquals(names, ((List<?>) service.get("ports")).stream().map(port -> map(port).get("targetPort")).toList());
        Object mounted = map(((List<?>) container.get("volumeMounts")).get(0)).get("mountPath");
        assertTrue(((List<?>) container.get("args")).contains("--model-repository=" + mounted));
    }

    private static Map<?, ?> map(Object value) {
        return (Map<?, ?>) value;
    }

    private static List<Map<?, ?>> containers(Map<?, ?> spec) {
        List<Map<?, ?>> containers = new ArrayList<>();
        if (spec.get("template") == null) {
            return containers;
        }
        ((List<?>) map(map(spec.get("template")).get("spec")).get("containers")).forEach(container -> containers.add(map(container)));
        return containers;
    }

    private static String variable(Map<?, ?> container, String name) {
        if (container.get("env") instanceof List<?> env) {
            for (Object entry : env) {
                if (name.equals(map(entry).get("name"))) {
                    return map(entry).get("value").toString();
                }
            }
        }
        return null;
    }
}
