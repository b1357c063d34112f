package dev.dpros.ros2.message;

import dev.dpros.core.InputException;
import dev.dpros.core.MessageReader;
import dev.dpros.core.MessageTypes;
import dev.dpros.core.MessageWriter;
import dev.dpros.ros.message.MessageDefinitions;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds ROS 2 types by name: those installed below the folders of {@code AMENT_PREFIX_PATH}, since they may change from
 * one release to the next, then those packaged with the product. Names may leave out the middle part: {@code sensor_msgs/Image} is
 * {@code sensor_msgs/msg/Image}. Thread-safe; parses a type once; reads files only on the first use of a type.
 */
public final class Ros2Catalog implements MessageTypes {
    private static final Ros2Catalog PACKAGED = new Ros2Catalog(List.of());

    private final Ros2Texts texts;
    private final Map<String, Ros2Schema> messages = new HashMap<>();
    private final Map<String, Ros2Service> services = new HashMap<>();
    private final Map<String, Ros2Action> actions = new HashMap<>();
    private final Set<String> open = new HashSet<>();

    private Ros2Catalog(List<Path> prefixes) {
        texts = new Ros2Texts(prefixes);
    }

    /** The types packaged with the product alone. */
    public static Ros2Catalog packaged() {
        return PACKAGED;
    }

    /** The packaged types, and those installed below the folders of AMENT_PREFIX_PATH, which may be null. */
    public static Ros2Catalog withAmentPrefixPath(String amentPrefixPath) {
        List<Path> paths = new ArrayList<>();
        if (amentPrefixPath != null) {
            for (String part : amentPrefixPath.split(":")) {
                if (!part.isBlank()) {
                    paths.add(Path.of(part));
                }
            }
        }
        return paths.isEmpty() ? PACKAGED : new Ros2Catalog(paths);
    }

    /** Names of all packaged types, such as {@code package/msg/Name.msg}. */
    public static List<String> packagedFiles() {
        return Ros2Texts.packagedFiles();
    }

    /**
     * The schema of a message type, or of a part of a service or action ({@code std_srvs/srv/Trigger_Request}).
     *
     * @throws InputException if it is neither packaged nor installed, or its text is malformed
     */
    @Override
    public synchronized Ros2Schema message(String type) {
        String full = fullName(type, "msg");
        Ros2Schema known = messages.get(full);
        if (known != null) {
            return known;
        }
        if (!full.contains("/msg/")) {
            return part(full);
        }
        if (!open.add(full)) {
            throw InputException.of(full, "fields", "no type inside itself", "a cycle", "");
        }
        try {
            return parsed(full, texts.text(full));
        } finally {
            open.remove(full);
        }
    }

    /** The schema of a message type, or null if it is not known here. */
    @Override
    public synchronized Ros2Schema messageOrNull(String type) {
        String full = fullName(type, "msg");
        return messages.containsKey(full) || texts.textOrNull(whole(full)) != null ? message(full) : null;
    }

    /**
     * A type by its full definition, as recordings keep it; builtin_interfaces may be left out.
     *
     * @throws InputException if the definition is malformed, incomplete or refers to itself
     */
    @Override
    public Ros2Schema parse(String type, String definition) {
        return (Ros2Schema) MessageDefinitions.parse(type.replace("/msg/", "/"), definition, (name, text, nested) ->
                Ros2Parser.parse(fullName(name, "msg"), text, full -> full.startsWith("builtin_interfaces/") ? message(full)
                        : nested.apply(full.replace("/msg/", "/"))));
    }

    @Override
    public MessageReader reader() {
        return new CdrReader();
    }

    /** u32 length, UTF-8 and a zero. */
    @Override
    public byte[] text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return little(4 + utf8.length + 1).putInt(utf8.length + 1).put(utf8).array();
    }

    /** u32 count and each text at a multiple of 4. */
    @Override
    public byte[] texts(List<String> texts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(little(4).putInt(texts.size()).array());
        for (String text : texts) {
            all.writeBytes(new byte[-all.size() & 3]);
            all.writeBytes(text(text));
        }
        return all.toByteArray();
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public MessageWriter writer(int bytes) {
        return new CdrWriter(bytes);
    }

    /** The service or action of a part of it; other types as they are. */
    private static String whole(String full) {
        int end = full.contains("/msg/") ? -1 : full.indexOf('_', full.lastIndexOf('/'));
        return end < 0 ? full : full.substring(0, end);
    }

    private Ros2Schema part(String full) {
        String whole = whole(full);
        if (!open.add(whole)) {
            throw InputException.of(whole, "fields", "no type inside itself", "a cycle", "");
        }
        try {
            if (full.contains("/srv/")) {
                service(whole);
            } else {
                action(whole);
            }
        } finally {
            open.remove(whole);
        }
        Ros2Schema schema = messages.get(full);
        if (schema == null) {
            throw Ros2Texts.unknown(full);
        }
        return schema;
    }

    private Ros2Schema parsed(String full, String text) {
        Ros2Schema schema = Ros2Parser.parse(full, text, this::message);
        messages.put(full, schema);
        return schema;
    }

    /**
     * A service type.
     *
     * @param type {@code package/srv/Name} or {@code package/Name}; of an action {@code package/action/Name_SendGoal} or {@code _GetResult}
     * @throws InputException if it is neither packaged nor installed, or its text is malformed
     */
    public synchronized Ros2Service service(String type) {
        String full = fullName(type, "srv");
        Ros2Service known = services.get(full);
        if (known != null) {
            return known;
        }
        if (full.contains("/action/") && !whole(full).equals(full)) {
            return serviceOf(action(whole(full)), full);
        }
        List<String> parts = parts(full, 2);
        return service(full, parts.get(0), parts.get(1));
    }

    private static Ros2Service serviceOf(Ros2Action action, String full) {
        return List.of(action.sendGoal(), action.getResult()).stream().filter(one -> one.type().equals(full)).findAny()
                .orElseThrow(() -> Ros2Texts.unknown(full));
    }

    private Ros2Service service(String full, String requestText, String responseText) {
        Ros2Schema request = parsed(full + "_Request", requestText);
        Ros2Schema response = parsed(full + "_Response", responseText);
        Ros2Schema event = parsed(full + "_Event", "service_msgs/ServiceEventInfo info\n" + full
                + "_Request[<=1] request\n" + full + "_Response[<=1] response\n");
        Ros2Schema whole = parsed(full, full + "_Request request_message\n" + full + "_Response response_message\n"
                + full + "_Event event_message\n");
        Ros2Service service = new Ros2Service(full, request, response, event, whole);
        services.put(full, service);
        return service;
    }

    /**
     * An action type.
     *
     * @param type {@code package/action/Name} or {@code package/Name}
     * @throws InputException if it is neither packaged nor installed, or its text is malformed
     */
    public synchronized Ros2Action action(String type) {
        String full = fullName(type, "action");
        Ros2Action known = actions.get(full);
        if (known != null) {
            return known;
        }
        List<String> parts = parts(full, 3);
        Ros2Schema goal = parsed(full + "_Goal", parts.get(0));
        Ros2Schema result = parsed(full + "_Result", parts.get(1));
        Ros2Schema feedback = parsed(full + "_Feedback", parts.get(2));
        String id = "unique_identifier_msgs/UUID goal_id\n";
        Ros2Service sendGoal = service(full + "_SendGoal", id + full + "_Goal goal\n",
                "bool accepted\nbuiltin_interfaces/Time stamp\n");
        Ros2Service getResult = service(full + "_GetResult", id, "int8 status\n" + full + "_Result result\n");
        Ros2Schema message = parsed(full + "_FeedbackMessage", id + full + "_Feedback feedback\n");
        Ros2Schema whole = parsed(full, full + "_Goal goal\n" + full + "_Result result\n" + full + "_Feedback feedback\n"
                + full + "_SendGoal send_goal_service\n" + full + "_GetResult get_result_service\n" + full
                + "_FeedbackMessage feedback_message\n");
        Ros2Action action = new Ros2Action(full, goal, result, feedback, sendGoal, getResult, message, whole);
        actions.put(full, action);
        return action;
    }

    private List<String> parts(String full, int count) {
        List<String> parts = new ArrayList<>();
        StringBuilder current = new StringBuilder();
        for (String line : texts.text(full).split("\n", -1)) {
            if (line.strip().equals("---")) {
                parts.add(current.toString());
                current.setLength(0);
            } else {
                current.append(line).append('\n');
            }
        }
        parts.add(current.toString());
        if (parts.size() != count) {
            throw InputException.of(full, "text", count - 1 + " lines '---'", Integer.toString(parts.size() - 1), "");
        }
        return parts;
    }

    private static String fullName(String type, String kind) {
        if (!type.matches("[A-Za-z]\\w*/((msg|srv|action)/)?[A-Za-z]\\w*")) {
            throw InputException.of("type", "name", "package/" + kind + "/Name", "'" + type + "'", "");
        }
        return type.indexOf('/') == type.lastIndexOf('/') ? type.replace("/", "/" + kind + "/") : type;
    }
}
