package dev.dpros.ros.names;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.dpros.core.InputException;
import dev.dpros.core.ParameterText;
import java.math.BigInteger;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What ROS puts on a node's command line and into its environment. Immutable.
 *
 * @param masterUri {@code __master:=} or ROS_MASTER_URI, default http://localhost:11311
 * @param host {@code __hostname:=}, {@code __ip:=}, ROS_HOSTNAME or ROS_IP, in this order; null if none is set
 * @param name {@code __name:=}, or null
 * @param namespace {@code __ns:=} or ROS_NAMESPACE, default {@code /}
 * @param remaps {@code from:=to}
 * @param parameters {@code _name:=value}: value parsed as YAML; a plain text that roscpp reads otherwise stays text
 * @param rest the arguments that are not ROS's
 */
public record RosArguments(URI masterUri, @Nullable String host, @Nullable String name, String namespace, Map<String, String> remaps,
        Map<String, Object> parameters, List<String> rest) {
    private static final String ASSIGN = ":=";
    private static final YAMLMapper YAML = new YAMLMapper();
    /** A scalar that is neither nothing nor quoted, a list, a map or several lines. */
    private static final Pattern PLAIN = Pattern.compile("(?!(~|null|Null|NULL)$)[\\w.+-][\\w.+:/-]*(?<!:)");

    /** Copies the collections. */
    public RosArguments {
        remaps = Map.copyOf(remaps);
        parameters = Map.copyOf(parameters);
        rest = List.copyOf(rest);
    }

    /**
     * Separates ROS's arguments from the program's own.
     *
     * @throws InputException naming the argument if a URI or a value is malformed
     */
    public static RosArguments parse(List<String> argv, Map<String, String> env) {
        Map<String, String> special = new LinkedHashMap<>();
        Map<String, String> remaps = new LinkedHashMap<>();
        Map<String, Object> parameters = new LinkedHashMap<>();
        List<String> rest = new ArrayList<>();
        for (String argument : argv) {
            int assign = argument.indexOf(ASSIGN);
            if (assign <= 0 || !argument.matches("(?s)[~/A-Za-z_][\\w/]*:=.*")) {
                rest.add(argument);
                continue;
            }
            String key = argument.substring(0, assign);
            String value = argument.substring(assign + ASSIGN.length());
            if (key.startsWith("__")) {
                special.put(key, value.strip());
            } else if (key.startsWith("_")) {
                parameters.put(key.substring(1), yaml(argument, value));
            } else {
                remaps.put(key, value.strip());
            }
        }
        return new RosArguments(
                masterUri(first("http://localhost:11311", special.get("__master"), env.get("ROS_MASTER_URI"))),
                set(special.get("__hostname"), special.get("__ip"), env.get("ROS_HOSTNAME"), env.get("ROS_IP")),
                set(special.get("__name")),
                first("/", special.get("__ns"), env.get("ROS_NAMESPACE")), remaps, parameters, rest);
    }

    /** The first candidate that is set and not blank, else the usual one. */
    private static String first(String usual, @Nullable String... candidates) {
        String set = set(candidates);
        return set == null ? usual : set;
    }

    /** The first that is set and not blank, or null. */
    private static @Nullable String set(@Nullable String... candidates) {
        for (String candidate : candidates) {
            if (candidate != null && !candidate.isBlank()) {
                return candidate.strip();
            }
        }
        return null;
    }

    /** Checks a master's URI. @throws InputException if it is not {@code http://host:port} */
    public static URI masterUri(String text) {
        try {
            URI uri = new URI(text);
            if ("http".equals(uri.getScheme()) && uri.getHost() != null && uri.getPort() > 0 && uri.getPort() < 65536) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // reported below, as any other malformed URI
        }
        throw InputException.of("ROS_MASTER_URI", "value", "http://HOST:PORT", "'" + text + "'",
                "for a master on this machine use http://localhost:11311");
    }

    private static Object yaml(String argument, String value) {
        if (PLAIN.matcher(value).matches() && !(ParameterText.rospy(value) instanceof BigInteger)) {
            return ParameterText.agreed(value) ? ParameterText.rospy(value) : value;
        }
        try {
            Object parsed = YAML.readValue(value.isBlank() ? "''" : value, Object.class);
            if (parsed == null || parsed instanceof Long || parsed instanceof BigInteger) {
                throw InputException.of("argument " + argument, "value", "a 32-bit integer or another YAML value",
                        value, "the parameter server holds nothing else");
            }
            return parsed;
        } catch (JsonProcessingException e) {
            throw InputException.of("argument " + argument, "value", "YAML", e.getOriginalMessage().lines().findFirst()
                    .orElse("something else"), "");
        }
    }
}
