package dev.dpros.ros2.names;

import dev.dpros.core.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What ROS 2 puts on a node's command line: all between {@code --ros-args} and {@code --} (or the end). Immutable.
 *
 * <p>{@code -r}/{@code --remap}, {@code -p}/{@code --param}, {@code --params-file}, {@code --log-level}, {@code -e}/{@code
 * --enclave}; rcl's switches about logging are accepted. Remaps: the first that fits counts; parameters: the last.
 */
public final class Ros2Arguments {
    private static final Set<String> SWITCHES = Set.of("--enable-rosout-logs", "--disable-rosout-logs", "--enable-stdout-logs",
            "--disable-stdout-logs", "--enable-external-lib-logs", "--disable-external-lib-logs");
    private static final Set<String> LEVELS = Set.of("unset", "debug", "info", "warn", "error", "fatal");
    private static final String START = "--ros-args";

    private final List<RemapRule> remaps = new ArrayList<>();
    private final List<ParameterOverride> parameters = new ArrayList<>();
    private final List<String> rest = new ArrayList<>();
    private final Set<String> switches = new java.util.LinkedHashSet<>();
    private String enclave = "/";
    private String logLevel;

    private Ros2Arguments() {}

    /** No arguments at all. */
    public static Ros2Arguments none() {
        return new Ros2Arguments();
    }

    /**
     * Separates ROS's arguments from the program's own, and reads the parameter files they name.
     *
     * @throws InputException naming the argument that is malformed or unknown
     */
    public static Ros2Arguments parse(List<String> argv) {
        Ros2Arguments read = new Ros2Arguments();
        boolean ros = false;
        for (Iterator<String> arguments = argv.iterator(); arguments.hasNext();) {
            String argument = arguments.next();
            if (argument.equals(START)) {
                ros = true;
            } else if (!ros) {
                read.rest.add(argument);
            } else if (argument.equals("--")) {
                ros = false;
            } else {
                read.take(argument, arguments);
            }
        }
        return read;
    }

    private void take(String argument, Iterator<String> more) {
        switch (argument) {
            case "-r", "--remap" -> remaps.add(RemapRule.parse(operand(argument, more)));
            case "-p", "--param" -> parameters.add(parameter(operand(argument, more)));
            case "--params-file" -> parameters.addAll(ParameterYaml.file(Path.of(operand(argument, more))));
            case "--log-level" -> logLevel(operand(argument, more));
            case "-e", "--enclave" -> enclave = enclave(operand(argument, more));
            case "--log-config-file", "--log-file-name" -> operand(argument, more);
            default -> {
                if (!SWITCHES.contains(argument)) {
                    throw InputException.of("argument " + argument, "after " + START,
                            "-r, -p, --params-file, --log-level, -e or -- at the end of ROS's arguments", "'" + argument + "'",
                            argument.contains(":=") ? "write -r " + argument + " or -p " + argument : "");
                }
                switches.add(argument);
            }
        }
    }

    private static String operand(String argument, Iterator<String> more) {
        if (!more.hasNext()) {
            throw InputException.of("argument " + argument, "value", "one behind it", "the end of the arguments", "");
        }
        return more.next();
    }

    private static ParameterOverride parameter(String text) {
        String where = "argument -p " + text;
        int assign = text.indexOf(":=");
        if (assign <= 0) {
            throw InputException.of(where, "parameter", "[NODE:]NAME:=VALUE", "'" + text + "'", "");
        }
        String left = text.substring(0, assign);
        int colon = left.indexOf(':');
        String name = left.substring(colon + 1);
        if (!name.matches("[A-Za-z_]\\w*([./][A-Za-z_]\\w*)*")) {
            throw InputException.of(where, "parameter name", "letters, digits and _, parts joined by points", "'" + name + "'", "");
        }
        String node = colon < 0 ? "/**" : left.substring(0, colon);
        if (!node.matches("/?([A-Za-z_]\\w*|\\*\\*?)(/([A-Za-z_]\\w*|\\*\\*?))*")) {
            throw InputException.of(where, "node", "a node's name, or /** for all", "'" + node + "'", "");
        }
        return new ParameterOverride(node, name, ParameterYaml.value(where, text.substring(assign + 2)));
    }

    private void logLevel(String text) {
        String level = text.substring(text.indexOf(":=") < 0 ? 0 : text.indexOf(":=") + 2);
        if (!LEVELS.contains(level.toLowerCase(java.util.Locale.ROOT))) {
            throw InputException.of("argument --log-level " + text, "level", "debug, info, warn, error or fatal", "'" + level + "'", "");
        }
        if (!text.contains(":=")) {
            logLevel = level.toLowerCase(java.util.Locale.ROOT);
        }
    }

    private static String enclave(String text) {
        NameRules.requireNamespace("argument -e " + text, text);
        return text;
    }

    List<RemapRule> remaps() {
        return List.copyOf(remaps);
    }

    /**
     * The parameters that these arguments give to a node: dotted name to Boolean, Long, Double, String or a list of one of
     * these, in the order given.
     *
     * @param fullName such as {@code /robot1/dpros}
     */
    public Map<String, Object> parametersOf(String fullName) {
        Map<String, Object> own = new LinkedHashMap<>();
        for (ParameterOverride parameter : parameters) {
            if (parameter.isFor(fullName)) {
                own.remove(parameter.name());
                own.put(parameter.name(), parameter.value());
            }
        }
        return own;
    }

    /** {@code -e}, or {@code /}. */
    public String enclave() {
        return enclave;
    }

    /** {@code --log-level} for all loggers in lower case, or null. */
    public String logLevel() {
        return logLevel;
    }

    /** False after {@code --disable-rosout-logs}. */
    public boolean rosout() {
        return !switches.contains("--disable-rosout-logs");
    }

    /** The arguments that are not ROS's. */
    public List<String> rest() {
        return List.copyOf(rest);
    }
}
