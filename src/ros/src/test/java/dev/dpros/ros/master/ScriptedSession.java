package dev.dpros.ros.master;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.ros.xmlrpc.XmlRpcClient;
import dev.dpros.ros.xmlrpc.XmlRpcFaultException;
import dev.dpros.ros.xmlrpc.XmlRpcTransportException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Plays calls to one master and records answers and callbacks in a form that is equal for equal masters: URIs of its
 * recording nodes are written {@code http://nodeK/}, binary values as their base64 text.
 */
final class ScriptedSession implements AutoCloseable {
    static final int NODES = 4;

    private final URI master;
    private final XmlRpcClient client = new XmlRpcClient();
    private final List<RecordingNode> nodes = new ArrayList<>();

    ScriptedSession(URI master) {
        this.master = master;
        for (int i = 0; i < NODES; i++) {
            nodes.add(new RecordingNode());
        }
    }

    /** The lines of a resource in {@code ros/} that are not comments. */
    static List<String> lines(String resource) throws IOException {
        try (InputStream in = ScriptedSession.class.getResourceAsStream("/ros/" + resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().filter(line -> !line.startsWith("#")).toList();
        }
    }

    static List<Object> parsed(String jsonLine) {
        try {
            return new ObjectMapper().readValue(jsonLine, new TypeReference<List<Object>>() { });
        } catch (IOException e) {
            throw new UncheckedIOException(jsonLine, e);
        }
    }

    /** The answer, or {@code [fault, code, message]}. */
    Object call(List<Object> call) {
        Object[] params = call.stream().skip(1).map(this::withRealUris).toArray();
        try {
            return withPlaceholders(client.call(master, (String) call.get(0), params));
        } catch (XmlRpcFaultException e) {
            return List.of("fault", e.code(), e.getMessage());
        } catch (XmlRpcTransportException e) {
            throw new AssertionError(e);
        }
    }

    /** What each node was told so far, in order. */
    List<Object> callbacks() {
        for (int i = 0; i < NODES; i++) {
            call(List.of("registerSubscriber", "/last" + i, "/last", "*", "http://node" + i + "/"));
        }
        call(List.of("registerPublisher", "/last", "/last", "*", "http://node0/"));
        return nodes.stream().map(node -> withPlaceholders(node.untilUpdateOf("/last"))).toList();
    }

    private Object withRealUris(Object value) {
        if (value instanceof Map<?, ?> map && map.containsKey("$base64")) {
            return Base64.getDecoder().decode((String) map.get("$base64"));
        }
        if (value instanceof Map<?, ?> map && map.containsKey("$dateTime")) {
            return LocalDateTime.parse((String) map.get("$dateTime"), DateTimeFormatter.ofPattern("uuuuMMdd'T'HH:mm:ss"));
        }
        return mapped(value, text -> {
            String real = text;
            for (int i = 0; i < NODES; i++) {
                real = real.replace("http://node" + i + "/", nodes.get(i).uri());
            }
            return real;
        });
    }

    private Object withPlaceholders(Object value) {
        return mapped(value, text -> {
            String neutral = text;
            for (int i = 0; i < NODES; i++) {
                neutral = neutral.replace(nodes.get(i).uri(), "http://node" + i + "/");
            }
            return neutral;
        });
    }

    private static Object mapped(Object value, UnaryOperator<String> change) {
        if (value instanceof String text) {
            return change.apply(text);
        }
        if (value instanceof byte[] bytes) {
            return "base64 " + Base64.getEncoder().encodeToString(bytes);
        }
        if (value instanceof List<?> list) {
            return list.stream().map(element -> mapped(element, change)).toList();
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> copy = new LinkedHashMap<>();
            map.forEach((key, member) -> copy.put((String) key, mapped(member, change)));
            return copy;
        }
        return value;
    }

    @Override
    public void close() {
        nodes.forEach(RecordingNode::close);
    }
}
