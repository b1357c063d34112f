package dev.dpros.ros.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import dev.dpros.ros.testing.RosTool;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MessageSchemaTest {
    private static final URI NO_MASTER = URI.create("http://127.0.0.1:1/");
    /** Prints md5 and, for messages, the md5 of the full text, by genmsg: the generator behind rosmsg, rospy and roscpp. */
    private static final String GENMSG = """
            import hashlib, os, sys, genmsg
            from genmsg import gentools, msg_loader
            roots = {'std_srvs': None, 'roscpp': None}
            for line in sys.argv[1].split():
                package, kind, name = line.rsplit('.', 1)[0].split('/')
                if package in roots:
                    module = __import__(package + '.' + kind, fromlist=[name])
                    cls = getattr(module, name)
                    full = cls._full_text if kind == 'msg' else None
                    md5 = cls._md5sum
                else:
                    context = genmsg.MsgContext.create_default()
                    names = ('std', 'geometry', 'sensor', 'trajectory', 'nav', 'diagnostic', 'visualization', 'rosgraph', 'actionlib')
                    path = {p + '_msgs': ['/usr/share/%s_msgs/msg' % p] for p in names}
                    share = 'ros' if package.startswith('diffusion_policy') else '/usr/share'
                    if not os.path.isdir(share + '/' + package):  # not in Debian
                        share = 'src/ros/src/main/resources/dev/dpros/ros/messages'
                    file = '%s/%s/%s/%s.%s' % (share, package, kind, name, kind)
                    load = msg_loader.load_msg_from_file if kind == 'msg' else msg_loader.load_srv_from_file
                    spec = load(context, file, package + '/' + name)
                    if kind == 'msg':
                        msg_loader.load_depends(context, spec, path)
                    else:
                        msg_loader.load_depends(context, spec, path)
                    md5 = gentools.compute_md5(context, spec)
                    full = gentools.compute_full_text(context, spec) if kind == 'msg' else None
                print(line, md5, hashlib.md5(full.encode()).hexdigest() if kind == 'msg' else '-')
            """;

    @Test
    void shouldListEveryPackagedFileInTheIndex() throws URISyntaxException, IOException {
        Path root = Path.of(Objects.requireNonNull(
                MessageSchema.class.getResource("/dev/dpros/ros/messages/index.txt")).toURI()).getParent();
        try (Stream<Path> files = Files.walk(root)) {
            List<String> found = files.filter(Files::isRegularFile).map(file -> root.relativize(file).toString())
                    .filter(name -> name.endsWith(".msg") || name.endsWith(".srv")).sorted().toList();
            assertEquals(found, SchemaCatalog.packagedFiles());
        }
    }

    @Test
    void shouldKnowTheSumsOfTheTypesOnTheControlPath() {
        SchemaCatalog catalog = SchemaCatalog.packaged();
        assertEquals("060021388200f6f0f447d0fcd9c64743", catalog.message("sensor_msgs/Image").md5());
        assertEquals("3066dcd76a6cfaef579bd0f34173e9fd", catalog.message("sensor_msgs/JointState").md5());
        assertEquals("65b4f94a94d1ed67169da35a02f33d3f", catalog.message("trajectory_msgs/JointTrajectory").md5());
        assertEquals("1685da700c8c2e1254afc92a5fb89c96", catalog.message("control_msgs/JointJog").md5());
        assertEquals("937c9679a518e3a18d831e57125ea522", catalog.service("std_srvs/Trigger").md5());
    }

    @Test
    @Tag("realpeer")
    void shouldComputeSumAndDefinitionOfEveryPackagedTypeAsRosDoes() {
        RosTool.assumeInstalled("rosmsg", "rossrv");
        SchemaCatalog catalog = SchemaCatalog.packaged();
        List<String> actual = new ArrayList<>();
        for (String file : SchemaCatalog.packagedFiles()) {
            String type = file.replaceAll("/(msg|srv)/", "/").replaceAll("\\.(msg|srv)$", "");
            actual.add(file + " " + (file.endsWith(".srv") ? catalog.service(type).md5() + " -"
                    : catalog.message(type).md5() + " " + Md5.of(catalog.message(type).definition())));
        }
        String files = String.join(" ", SchemaCatalog.packagedFiles());
        try (RosTool tool = RosTool.rospy(NO_MASTER, GENMSG, files)) {
            tool.awaitExit();
            assertEquals(String.join("\n", actual), tool.output().strip());
        }
    }

    @Test
    @Tag("realpeer")
    void shouldAgreeWithRosmsgItself() {
        RosTool.assumeInstalled("rosmsg", "rossrv");
        List<String> installed = RosTool.run(NO_MASTER, "/usr/bin/rosmsg", "package", "sensor_msgs").lines().toList();
        assertTrue(installed.size() > 20, installed::toString);
        for (String type : installed.subList(0, 4)) {
            assertEquals(RosTool.run(NO_MASTER, "/usr/bin/rosmsg", "md5", type).strip(),
                    SchemaCatalog.packaged().message(type).md5(), type);
        }
        assertEquals(RosTool.run(NO_MASTER, "/usr/bin/rossrv", "md5", "sensor_msgs/SetCameraInfo").strip(),
                SchemaCatalog.packaged().service("sensor_msgs/SetCameraInfo").md5());
    }

    @Test
    void shouldReadAnyTypeFromThePublishersDefinition() {
        for (String file : SchemaCatalog.packagedFiles()) {
            if (file.contains("/msg/")) {
                MessageSchema packaged = SchemaCatalog.packaged()
                        .message(file.replace("/msg/", "/").replace(".msg", ""));
                MessageSchema sent = MessageDefinitions.parse(packaged.type(), packaged.definition());
                assertEquals(packaged.md5(), sent.md5(), file);
                assertEquals(packaged.definition(), sent.definition(), file);
            }
        }
    }

    @Test
    void shouldFindTypesOfPackagesOnThePath(@TempDir Path root) throws IOException {
        Path messages = Files.createDirectories(root.resolve("src/stack/my_msgs/msg"));
        Files.writeString(messages.getParent().resolve("package.xml"), "<package/>");
        Files.writeString(messages.resolve("Grip.msg"), "Header header\nfloat64 width # m\nfloat32 OPEN=0.08\n");
        SchemaCatalog catalog = SchemaCatalog.withRosPackagePath("/nowhere:" + root);
        MessageSchema schema = catalog.message("my_msgs/Grip");
        assertTrue(schema.hasHeader());
        assertEquals("width", schema.fields().get(1).name());
        assertEquals("OPEN", schema.constants().get(0).name());
    }

    @Test
    void shouldNameTheTypeThatWasProbablyMeant() {
        InputException error = assertThrows(InputException.class,
                () -> SchemaCatalog.packaged().message("sensor_msgs/JointStates"));
        assertTrue(error.getMessage().contains("did you mean 'sensor_msgs/JointState'?"), error.getMessage());
    }

    @Test
    void shouldRefuseHostileDefinitions() {
        String separator = "\n" + "=".repeat(80) + "\n";
        for (String definition : List.of(
                "a/B b" + separator + "MSG: a/B\na/A a",
                "a/A inside",
                "float64[999999999] x",
                "float64",
                "float64 x y",
                "a/Missing m",
                "int32 x" + separator + "MESSAGE a/B",
                "time T=1")) {
            assertThrows(InputException.class, () -> MessageDefinitions.parse("a/A", definition), definition);
        }
    }

    @Test
    void shouldBoundTheSizeOfNestedFixedArrays() {
        StringBuilder definition = new StringBuilder("a/T1[1000000] x");
        for (int i = 1; i < 6; i++) {
            definition.append("\n").append("=".repeat(80)).append("\nMSG: a/T").append(i).append("\n")
                    .append(i < 5 ? "a/T" + (i + 1) + "[1000000] x" : "float64 x");
        }
        MessageSchema schema = MessageDefinitions.parse("a/A", definition.toString());
        assertEquals(Integer.MAX_VALUE, schema.fixedSize());
    }
}
