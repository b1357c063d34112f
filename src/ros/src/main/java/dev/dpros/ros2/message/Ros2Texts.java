package dev.dpros.ros2.message;

import dev.dpros.core.InputException;
import dev.dpros.core.NearestName;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The .msg, .srv and .action texts that are installed or packaged. Immutable; any thread. */
final class Ros2Texts {
    private static final String ROOT = "/dev/dpros/ros2/messages/";

    private final List<Path> prefixes;

    /** Those installed below {@code share} of these folders, and the packaged ones. */
    Ros2Texts(List<Path> prefixes) {
        this.prefixes = List.copyOf(prefixes);
    }

    /** Names of all packaged texts, such as {@code package/msg/Name.msg}. */
    static List<String> packagedFiles() {
        return read(ROOT + "index.txt").lines().toList();
    }

    /** The text of {@code package/msg/Name} and the like. @throws InputException if there is none */
    String text(String full) {
        String text = textOrNull(full);
        if (text == null) {
            throw unknown(full);
        }
        return text;
    }

    /** The same, or null. */
    String textOrNull(String full) {
        String kind = full.substring(full.indexOf('/') + 1, full.lastIndexOf('/'));
        for (Path prefix : prefixes) {
            Path file = prefix.resolve("share").resolve(full + "." + kind);
            try {
                if (Files.isRegularFile(file)) {
                    return Files.readString(file);
                }
            } catch (IOException e) {
                throw new InputException(file + ": cannot be read: " + e.getMessage(), e);
            }
        }
        return read(ROOT + full + "." + kind);
    }

    private static String read(String resource) {
        try (InputStream stream = Ros2Texts.class.getResourceAsStream(resource)) {
            return stream == null ? null : new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new InputException(resource + ": cannot be read from the program's own archive: " + e.getMessage(), e);
        }
    }

    /** What to say of a type that is neither installed nor packaged. */
    static InputException unknown(String full) {
        Set<String> names = new TreeSet<>();
        packagedFiles().forEach(file -> names.add(file.replaceFirst("\\.[a-z]+$", "")));
        String hint = NearestName.hint(full, names);
        return new InputException("ROS 2 type '" + full + "' is not known" + (hint.startsWith("; did") ? hint : "")
                + "; it is not packaged and not installed: source the workspace that has it (AMENT_PREFIX_PATH)");
    }
}
