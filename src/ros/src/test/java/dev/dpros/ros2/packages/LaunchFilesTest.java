package dev.dpros.ros2.packages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.ros2.names.Ros2Arguments;
import dev.dpros.ros2.names.Ros2Names;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The launch files for {@code ros2 launch}, read by the rules of launch_xml and launch_ros, and what the node is started with. */
@Timeout(60)
class LaunchFilesTest {
    private static final Path LAUNCH = Path.of("ros/ros2/diffusion_policy_ros/launch");
    private static final List<String> FILES = List.of("policy.launch.xml", "record.launch.xml", "pusht_demo.launch.xml");
    /** Tags with their attributes that launch heeds from Humble on; it ends with an error at any other. */
    private static final Map<String, Set<String>> HEEDED = Map.of("launch", Set.of(), "arg", Set.of("name", "default", "description", "value"),
            "let", Set.of("name", "value", "if", "unless"), "node", Set.of("pkg", "exec", "name", "output", "args"),
            "param", Set.of("name", "value"), "include", Set.of("file"));
    private static final Pattern SUBSTITUTION = Pattern.compile("\\$\\((\\w+)(?: (\\w+))?\\)");

    @TempDir
    private Path folder;

    private static List<Element> elements(String file, String tag) throws Exception {
        Element root = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(LAUNCH.resolve(file).toFile()).getDocumentElement();
        assertEquals("launch", root.getTagName());
        NodeList nodes = root.getElementsByTagName(tag);
        List<Element> found = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            found.add((Element) nodes.item(i));
        }
        return found;
    }

    private static List<String> attributes(Element element) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < element.getAttributes().getLength(); i++) {
            names.add(element.getAttributes().item(i).getNodeName());
        }
        return names;
    }

    @Test
    void shouldHaveNothingThatLaunchDoesNotHeed() throws Exception {
        for (String file : FILES) {
            Set<String> variables = new TreeSet<>();
            for (Element element : elements(file, "*")) {
                assertTrue(HEEDED.getOrDefault(element.getTagName(), Set.of()).containsAll(attributes(element)), file + ": " + element.getTagName());
                boolean declares = element.getParentNode().getNodeName().equals("launch") && Set.of("arg", "let").contains(element.getTagName());
                assertTrue(!declares || element.getTagName().equals("let") || !element.getAttribute("description").isEmpty(), file);
                for (String name : attributes(element)) {
                    Matcher used = SUBSTITUTION.matcher(element.getAttribute(name));
                    while (used.find()) {
                        assertTrue(used.group(1).equals("var") ? variables.contains(used.group(2)) : Set.of("env", "dirname").contains(used.group(1)),
                                file + ": " + used.group());
                    }
                }
                if (declares) {
                    variables.add(element.getAttribute("name"));
                }
            }
        }
    }

    @Test
    void shouldIncludeWithArgumentsThatThereAre() throws Exception {
        List<String> declared = elements("policy.launch.xml", "arg").stream().map(arg -> arg.getAttribute("name")).toList();
        Element include = elements("pusht_demo.launch.xml", "include").get(0);
        assertEquals("$(dirname)/policy.launch.xml", include.getAttribute("file"));
        NodeList given = include.getElementsByTagName("arg");
        assertEquals(3, given.getLength());
        for (int i = 0; i < given.getLength(); i++) {
            assertTrue(declared.contains(((Element) given.item(i)).getAttribute("name")));
        }
    }

    @Test
    void shouldStartTheNodeWithItsOptionsAndRosArguments() throws Exception {
        Path params = Files.writeString(folder.resolve("params.yaml"), "/**:\n  ros__parameters: {use_sim_time: false}\n");
        List<String> plain = started("policy.launch.xml", Map.of("config", "/a b.yaml", "start", "false"), params);
        assertEquals(List.of("run", "--transport", "ros2", "--config", "/a b.yaml"), Ros2Arguments.parse(plain).rest());
        List<String> full = started("policy.launch.xml", Map.of("config", "/r.yaml", "name", "arm", "start", "true", "args", " --steps 10",
                "ros_args", "-r /joint_states:=/arm/joint_states -p sampler.steps:=4"), params);
        Ros2Arguments parsed = Ros2Arguments.parse(full);
        assertEquals(List.of("run", "--transport", "ros2", "--config", "/r.yaml", "--start", "--steps", "10"), parsed.rest());
        Ros2Names names = new Ros2Names("/", "dpros", parsed);
        assertEquals("/arm", names.node());
        assertEquals("/arm/joint_states", names.topic("/joint_states"));
        assertEquals(Map.of("sampler.steps", 4L, "use_sim_time", false), parsed.parametersOf("/arm"));
    }

    @Test
    void shouldStartTheRecorderAndTheWorld() throws Exception {
        Path params = Files.writeString(folder.resolve("params.yaml"), "/**:\n  ros__parameters: {use_sim_time: true}\n");
        assertEquals(List.of("record", "--transport", "ros2", "--config", "/r.yaml", "--output", "/data", "--start"),
                Ros2Arguments.parse(started("record.launch.xml", Map.of("config", "/r.yaml", "output", "/data", "args", "--start"), params)).rest());
        assertEquals(List.of("sim", "--transport", "ros2", "--speed", "1"),
                Ros2Arguments.parse(started("pusht_demo.launch.xml", Map.of("world_args", "--speed 1"), params)).rest());
    }

    /** What the launcher is started with, by launch's rules: of an argument's text the words, of a substitution one argument; then ROS's. */
    private List<String> started(String file, Map<String, String> given, Path params) throws Exception {
        Map<String, String> variables = new HashMap<>();
        for (Element arg : elements(file, "arg")) {
            String name = arg.getAttribute("name");
            variables.putIfAbsent(name, given.getOrDefault(name, arg.getAttribute("default")));
        }
        for (Element let : elements(file, "let")) {
            boolean wanted = let.hasAttribute("if") ? expanded(let.getAttribute("if"), variables).equals("true")
                    : !expanded(let.getAttribute("unless"), variables).equals("true");
            if (wanted) {
                variables.put(let.getAttribute("name"), let.getAttribute("value"));
            }
        }
        Element node = elements(file, "node").get(0);
        assertEquals("diffusion_policy_ros dpros_node", node.getAttribute("pkg") + " " + node.getAttribute("exec"));
        List<String> command = new ArrayList<>(List.of(Path.of("ros/diffusion_policy_ros/scripts/dpros_node").toAbsolutePath().toString()));
        for (String word : node.getAttribute("args").strip().split(" (?![^(]*\\))")) {
            command.add(expanded(word, variables));
        }
        command.addAll(List.of("--ros-args", "-r", "__node:=" + expanded(node.getAttribute("name"), variables), "--params-file", params.toString()));
        return run(command);
    }

    private static String expanded(String text, Map<String, String> variables) {
        return SUBSTITUTION.matcher(text).replaceAll(match -> Matcher.quoteReplacement(match.group(1).equals("var") ? variables.get(match.group(2)) : ""));
    }

    /** The arguments that the wrapper passes to the launcher. */
    private List<String> run(List<String> command) throws IOException {
        Path launcher = Files.writeString(folder.resolve("dpros"), "#!/bin/sh\nfor a do echo \"$a\"; done\n");
        assertTrue(launcher.toFile().setExecutable(true));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("DPROS_HOME", folder.toString());
        return new String(builder.start().getInputStream().readAllBytes()).lines().toList();
    }
}
