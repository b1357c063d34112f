package dev.dpros.ros2.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import dev.dpros.ros.message.FieldType;
import dev.dpros.ros.message.MessageSchema;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Ros2CatalogTest {
    private static final Ros2Catalog CATALOG = Ros2Catalog.packaged();

    @TempDir
    private Path prefix;

    private Path install(String file, String text) throws IOException {
        Path path = prefix.resolve("share").resolve(file);
        Files.createDirectories(path.getParent());
        return Files.writeString(path, text);
    }

    private Ros2Catalog installed() {
        return Ros2Catalog.withAmentPrefixPath(prefix.toString());
    }

    @Test
    void shouldListEveryPackagedFileInTheIndex() throws URISyntaxException, IOException {
        URI index = Objects.requireNonNull(Ros2Catalog.class.getResource("/dev/dpros/ros2/messages/index.txt")).toURI();
        Path root = Path.of(index).getParent();
        try (Stream<Path> files = Files.walk(root)) {
            List<String> found = files.filter(Files::isRegularFile).map(file -> root.relativize(file).toString())
                    .filter(name -> name.matches(".*\\.(msg|srv|action)")).sorted().toList();
            assertEquals(found, Ros2Catalog.packagedFiles());
        }
    }

    @Test
    void shouldParseEveryKindOfField() {
        Ros2Schema schema = CATALOG.parse("a/All", """
                # a comment
                int32 LIMIT=10   # of all
                string NAME="a 'name'"
                uint8 MASK = 0x0f
                \tbool  flag true
                string<=10 short_text "it's"
                wstring wide
                float64[3] fixed [1, -2.5, 3e2]
                string<=4[<=2] few ['a,b', "c"]
                builtin_interfaces/Time[] stamps
                byte level 255
                """);
        assertEquals(List.of("flag", "short_text", "wide", "fixed", "few", "stamps", "level"), schema.fieldNames());
        assertEquals(List.of("bool", "string<=10", "wstring", "float64[3]", "string<=4[<=2]", "builtin_interfaces/Time[]", "byte"),
                schema.fields().stream().map(field -> field.type().text()).toList());
        assertEquals(List.of(true, "it's", List.of(1.0, -2.5, 300.0), List.of("a,b", "c"), 255L),
                schema.fields().stream().map(MessageSchema.Field::defaultValue).filter(Objects::nonNull).toList());
        assertEquals(List.of("LIMIT 10", "NAME \"a 'name'\"", "MASK 0x0f"),
                schema.constants().stream().map(constant -> constant.name() + " " + constant.text()).toList());
        assertEquals(FieldType.Arity.VARIABLE, schema.fields().get(4).type().arity());
    }

    @ParameterizedTest
    @ValueSource(strings = {"int32", "int32 Name", "int32 a__b", "int32 a_", "int32[0] a", "int32[<=] a", "string<=0 a", "time a",
        "duration[] a", "int32 a 1.5", "uint8 a 256", "int8 a 128", "bool a maybe", "int32[2] a [1]", "int32[<=1] a [1, 2]",
        "string<=1 a 'bc'", "string[] a ['b]", "int32 a\nint64 a", "int32 lower=1", "int32 A=x", "a/Missing a", "a/A a",
        "float64[9999999] a", "int32<=3 a", "a/b/c/D a", "a/Missing a 1"})
    void shouldRefuseWhatRosidlRefuses(String text) {
        InputException error = assertThrows(InputException.class, () -> CATALOG.parse("a/A", text));
        assertEquals(1, error.getMessage().lines().count(), error.getMessage());
    }

    @Test
    void shouldGiveATypeWithoutFieldsItsByte() {
        assertEquals(List.of(Ros2Parser.FILLER), CATALOG.message("std_msgs/msg/Empty").fieldNames());
        assertEquals(List.of(Ros2Parser.FILLER), CATALOG.service("std_srvs/Trigger").request().fieldNames());
    }

    @Test
    void shouldAcceptNamesWithAndWithoutTheMiddle() {
        Ros2Schema image = CATALOG.message("sensor_msgs/Image");
        assertSame(image, CATALOG.message("sensor_msgs/msg/Image"));
        assertEquals("sensor_msgs/Image", image.type());
        assertEquals("sensor_msgs/msg/Image", image.fullName());
        assertEquals("sensor_msgs::msg::dds_::Image_", image.ddsName());
        assertTrue(image.hasHeader());
        assertNull(CATALOG.messageOrNull("sensor_msgs/Nothing"));
        assertNull(CATALOG.messageOrNull("std_srvs/srv/Nothing_Request"));
        assertEquals(List.of("success", "message"), Ros2Catalog.withAmentPrefixPath("/nowhere")
                .messageOrNull("std_srvs/srv/Trigger_Response").fieldNames());
        assertEquals("std_srvs/srv/SetBool_Request", CATALOG.message("std_srvs/srv/SetBool_Request").fullName());
    }

    @Test
    void shouldReadATypeBackFromItsDefinition() {
        for (Ros2Schema schema : TypeHashTest.packaged()) {
            if (schema.fullName().contains("/msg/")) {
                assertEquals(schema.hash(), CATALOG.parse(schema.type(), schema.definition()).hash(), schema.fullName());
                String full = schema.definition().replaceAll("MSG: (\\w+)/", "MSG: $1/msg/");
                assertEquals(schema.hash(), CATALOG.parse(schema.fullName(), full).hash(), schema.fullName());
            }
        }
    }

    @Test
    void shouldPreferWhatIsInstalled() throws IOException {
        install("my_msgs/msg/Grip.msg", "std_msgs/Header header\nfloat64 width\n");
        install("std_msgs/msg/Bool.msg", "bool data true\n");
        assertEquals(List.of("header", "width"), installed().message("my_msgs/Grip").fieldNames());
        assertEquals(true, installed().message("std_msgs/Bool").fields().get(0).defaultValue());
        assertNull(CATALOG.message("std_msgs/Bool").fields().get(0).defaultValue());
    }

    @Test
    void shouldMakeTheTypesOfAnAction() throws IOException {
        install("my_msgs/action/Move.action", "string text\n---\n---\nfloat32 done\n");
        Ros2Action action = installed().action("my_msgs/Move");
        assertEquals(List.of("goal_id", "goal"), action.sendGoal().request().fieldNames());
        assertEquals("my_msgs/action/Move_SendGoal_Request", action.sendGoal().request().fullName());
        assertEquals(List.of("status", "result"), action.getResult().response().fieldNames());
        assertEquals("my_msgs::action::dds_::Move_FeedbackMessage_", action.feedbackMessage().ddsName());
        assertEquals(action.feedbackMessage().hash(), installed().message("my_msgs/action/Move_FeedbackMessage").hash());
    }

    @Test
    void shouldSayWhatItDoesNotKnow() throws IOException {
        install("my_msgs/msg/Loop.msg", "Loop again\n");
        install("my_msgs/srv/Loop.srv", "my_msgs/srv/Loop_Response a\n---\nint32 b\n");
        install("my_msgs/srv/Half.srv", "int32 a\n");
        for (Map.Entry<String, String> entry : Map.of("sensor_msgs/JointStates", "did you mean 'sensor_msgs/msg/JointState'?",
                "my_msgs/Loop", "a cycle", "my_msgs/srv/Half_Request", "1 lines '---'", "my_msgs/srv/Loop_Request", "a cycle",
                "std_srvs/srv/Trigger_Reply", "not known", "../Image", "package/msg/Name").entrySet()) {
            InputException error = assertThrows(InputException.class, () -> installed().message(entry.getKey()));
            assertTrue(error.getMessage().contains(entry.getValue()), error.getMessage());
        }
    }
}
