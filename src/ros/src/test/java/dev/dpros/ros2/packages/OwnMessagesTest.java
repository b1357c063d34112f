package dev.dpros.ros2.packages;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.dpros.ros.message.FieldType;
import dev.dpros.ros.message.MessageSchema;
import dev.dpros.ros.message.Primitive;
import dev.dpros.ros.message.SchemaCatalog;
import dev.dpros.ros2.message.Ros2Action;
import dev.dpros.ros2.message.Ros2Catalog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Our own messages are the same in ROS 1 and in ROS 2. */
class OwnMessagesTest {
    private static final Path ROS1 = Path.of("ros/diffusion_policy_msgs");
    private static final Path ROS2 = Path.of("ros/ros2/diffusion_policy_msgs");
    private static final SchemaCatalog OLD = SchemaCatalog.packaged();
    private static final Ros2Catalog NEW = Ros2Catalog.packaged();

    private static List<String> files(Path folder, String kind) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve(kind))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static String type(String file) {
        return "diffusion_policy_msgs/" + file.substring(0, file.indexOf('.'));
    }

    @Test
    void shouldHaveTheSameFieldsAndConstants() throws IOException {
        assertEquals(files(ROS1, "msg"), files(ROS2, "msg"));
        assertEquals(files(ROS1, "srv"), files(ROS2, "srv"));
        for (String file : files(ROS1, "msg")) {
            assertEquals(described(OLD.message(type(file))), described(NEW.message(type(file))), file);
        }
        for (String file : files(ROS1, "srv")) {
            assertEquals(described(OLD.service(type(file)).request()), described(NEW.service(type(file)).request()), file);
            assertEquals(described(OLD.service(type(file)).response()), described(NEW.service(type(file)).response()), file);
        }
        assertEquals(files(ROS1, "action"), files(ROS2, "action"));
        for (String file : files(ROS1, "action")) {
            Ros2Action action = NEW.action(type(file));
            assertEquals(described(OLD.message(type(file) + "Goal")), described(action.goal()), file);
            assertEquals(described(OLD.message(type(file) + "Result")), described(action.result()), file);
            assertEquals(described(OLD.message(type(file) + "Feedback")), described(action.feedback()), file);
        }
    }

    /** Constants and fields with their types, time and duration as ROS 2 names them. */
    private static List<String> described(MessageSchema schema) {
        return Stream.concat(
                schema.constants().stream().map(c -> c.type().rosName() + " " + c.name() + "=" + c.text()),
                schema.fields().stream().map(f -> described(f.type()) + " " + f.name())).toList();
    }

    private static String described(FieldType type) {
        String text = type.text();
        return type.primitive() == Primitive.TIME ? text.replace("time", "builtin_interfaces/Time")
                : type.primitive() == Primitive.DURATION ? text.replace("duration", "builtin_interfaces/Duration") : text;
    }

    /** The comments of both say the same. */
    @Test
    void shouldSayTheSameOfEachField() throws IOException {
        for (String kind : List.of("msg", "srv", "action")) {
            for (String file : files(ROS1, kind)) {
                assertEquals(comments(ROS1.resolve(kind).resolve(file)), comments(ROS2.resolve(kind).resolve(file)), file);
            }
        }
    }

    private static List<String> comments(Path file) throws IOException {
        return Files.readAllLines(file).stream().filter(line -> line.contains("#"))
                .map(line -> line.substring(line.indexOf('#'))).toList();
    }

    @Test
    void shouldPackTheMessagesOfTheColconPackage() throws IOException {
        for (String kind : List.of("msg", "srv", "action")) {
            for (String file : files(ROS2, kind)) {
                try (var packed = Ros2Catalog.class.getResourceAsStream(
                        "/dev/dpros/ros2/messages/diffusion_policy_msgs/" + kind + "/" + file)) {
                    assertEquals(Files.readString(ROS2.resolve(kind).resolve(file)),
                            new String(packed.readAllBytes(), StandardCharsets.UTF_8));
                }
            }
        }
    }

    @Test
    void shouldBuildEveryInterface() throws IOException {
        String build = Files.readString(ROS2.resolve("CMakeLists.txt"));
        for (String kind : List.of("msg", "srv", "action")) {
            for (String file : files(ROS2, kind)) {
                assertEquals(1, build.split("\"" + kind + "/" + file + "\"", -1).length - 1, file);
            }
        }
    }
}
