package dev.dpros.ros.message;

import dev.dpros.core.InputException;
import dev.dpros.core.MessageReader;
import dev.dpros.core.MessageTypes;
import dev.dpros.core.MessageWriter;
import dev.dpros.core.NearestName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds message and service types by name: those packaged with the product, then those of the packages on
 * {@code ROS_PACKAGE_PATH}; and the messages that actionlib makes of the actions there. Thread-safe; parses a type once; reads files
 * only on the first use of a type.
 */
public final class SchemaCatalog implements MessageTypes {
    private static final String ROOT = "/dev/dpros/ros/messages/";
    private static final SchemaCatalog PACKAGED = new SchemaCatalog(List.of());

    private final PackagePath packages;
    private final Map<String, MessageSchema> messages = new ConcurrentHashMap<>();
    private final Map<String, ServiceSchema> services = new ConcurrentHashMap<>();

    private SchemaCatalog(List<Path> packagePath) {
        packages = new PackagePath(packagePath);
    }

    /** The types packaged with the product alone. */
    public static SchemaCatalog packaged() {
        return PACKAGED;
    }

    /** The packaged types, and those of the packages below the given folders. */
    public static SchemaCatalog withPath(List<Path> packagePath) {
        return packagePath.isEmpty() ? PACKAGED : new SchemaCatalog(packagePath);
    }

    /** As {@link #withPath}, for the colon-separated value of ROS_PACKAGE_PATH, which may be null. */
    public static SchemaCatalog withRosPackagePath(String rosPackagePath) {
        List<Path> paths = new ArrayList<>();
        if (rosPackagePath != null) {
            for (String part : rosPackagePath.split(":")) {
                if (!part.isBlank()) {
                    paths.add(Path.of(part));
                }
            }
        }
        return withPath(paths);
    }

    /** Names of all packaged types, {@code package/msg/Name.msg} or {@code package/srv/Name.srv}. */
    public static List<String> packagedFiles() {
        return read(ROOT + "index.txt").lines().toList();
    }

    /**
     * The schema of a message type.
     *
     * @param type {@code package/Name}
     * @throws InputException if it is neither packaged nor on the package path, or its text is malformed
     */
    @Override
    public MessageSchema message(String type) {
        return message(type, new HashSet<>());
    }

    /** The schema of a message type, or null if it is not known here. */
    @Override
    public MessageSchema messageOrNull(String type) {
        return messages.containsKey(type) || textOf(type, "msg") != null ? message(type) : null;
    }

    @Override
    public MessageSchema parse(String type, String definition) {
        return MessageDefinitions.parse(type, definition);
    }

    @Override
    public MessageReader reader() {
        return new WireReader();
    }

    /** u32 length and UTF-8. */
    @Override
    public byte[] text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(4 + utf8.length).order(ByteOrder.LITTLE_ENDIAN).putInt(utf8.length).put(utf8).array();
    }

    /** u32 count and each text. */
    @Override
    public byte[] texts(List<String> texts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(texts.size()).array());
        texts.forEach(text -> all.writeBytes(text(text)));
        return all.toByteArray();
    }

    @Override
    public MessageWriter writer(int bytes) {
        return new WireWriter(bytes);
    }

    private MessageSchema message(String type, Set<String> open) {
        MessageSchema known = messages.get(type);
        if (known != null) {
            return known;
        }
        String text = textOf(type, "msg");
        if (text == null) {
            throw unknown(type, "msg");
        }
        if (!open.add(type)) {
            throw InputException.of(type, "fields", "no type inside itself", "a cycle", "");
        }
        MessageSchema schema = MessageParser.parse(type, text, nested -> message(nested, open));
        open.remove(type);
        messages.put(type, schema);
        return schema;
    }

    /**
     * The schema of a service type.
     *
     * @param type {@code package/Name}
     * @throws InputException if it is neither packaged nor on the package path, or its text is malformed
     */
    public ServiceSchema service(String type) {
        ServiceSchema known = services.get(type);
        if (known != null) {
            return known;
        }
        String text = textOf(type, "srv");
        if (text == null) {
            throw unknown(type, "srv");
        }
        StringBuilder request = new StringBuilder();
        StringBuilder response = new StringBuilder();
        StringBuilder current = request;
        for (String line : text.lines().toList()) {
            if (line.startsWith("---")) {
                current = response;
            } else {
                current.append(line).append('\n');
            }
        }
        ServiceSchema schema = ServiceSchema.of(type,
                MessageParser.parse(type + "Request", request.toString(), this::message),
                MessageParser.parse(type + "Response", response.toString(), this::message));
        services.put(type, schema);
        return schema;
    }

    private String textOf(String type, String kind) {
        int slash = type.indexOf('/');
        if (!type.matches("[A-Za-z]\\w*/[A-Za-z]\\w*")) {
            throw InputException.of("message type", "name", "package/Name", "'" + type + "'", "");
        }
        String packageName = type.substring(0, slash);
        String name = type.substring(slash + 1);
        String text = fileText(packageName, kind, name);
        return text != null || !kind.equals("msg") ? text : ActionTexts.of(name, action -> fileText(packageName, "action", action));
    }

    private String fileText(String packageName, String kind, String name) {
        String file = name + "." + kind;
        String packaged = read(ROOT + packageName + "/" + kind + "/" + file);
        return packaged != null ? packaged : packages.text(packageName, kind, file);
    }

    private static String read(String resource) {
        try (InputStream stream = SchemaCatalog.class.getResourceAsStream(resource)) {
            return stream == null ? null : new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new InputException(resource + ": cannot be read from the program's own archive: " + e.getMessage(), e);
        }
    }

    private static InputException unknown(String type, String kind) {
        Set<String> names = new TreeSet<>();
        for (String file : packagedFiles()) {
            if (file.endsWith("." + kind)) {
                names.add(file.replace("/" + kind + "/", "/").replace("." + kind, ""));
            }
        }
        String hint = NearestName.hint(type, names);
        return new InputException("message type '" + type + "' is not known" + (hint.startsWith("; did") ? hint : "")
                + "; it is not packaged and no package on ROS_PACKAGE_PATH has it: add its folder to ROS_PACKAGE_PATH");
    }

    /** Folders of packages below the entries of ROS_PACKAGE_PATH, found once as rospack does. */
    private static final class PackagePath {
        private static final int MAX_DEPTH = 12;
        private final List<Path> roots;
        private Map<String, Path> found;

        PackagePath(List<Path> roots) {
            this.roots = List.copyOf(roots);
        }

        synchronized String text(String packageName, String kind, String file) {
            if (roots.isEmpty()) {
                return null;
            }
            if (found == null) {
                found = new ConcurrentHashMap<>();
                roots.forEach(root -> crawl(root, 0));
            }
            Path folder = found.get(packageName);
            Path path = folder == null ? null : folder.resolve(kind).resolve(file);
            try {
                return path == null || !Files.isRegularFile(path) ? null : Files.readString(path);
            } catch (IOException e) {
                throw new InputException(path + ": cannot be read: " + e.getMessage(), e);
            }
        }

        private void crawl(Path folder, int depth) {
            if (Files.isRegularFile(folder.resolve("package.xml"))) {
                found.putIfAbsent(folder.toAbsolutePath().normalize().getFileName().toString(), folder);
                return;
            }
            boolean ignored = Files.exists(folder.resolve("CATKIN_IGNORE")) || Files.exists(folder.resolve("rospack_nosubdirs"));
            if (depth >= MAX_DEPTH || ignored || !Files.isDirectory(folder)) {
                return;
            }
            try (var children = Files.newDirectoryStream(folder, child -> Files.isDirectory(child)
                    && !child.getFileName().toString().startsWith("."))) {
                children.forEach(child -> crawl(child, depth + 1));
            } catch (IOException e) {
                // an unreadable folder holds no packages for this user
            }
        }
    }
}
