package dev.dpros.ros2.names;

import java.util.regex.Pattern;

/**
 * A parameter's value from outside, for the nodes that a pattern names. Immutable.
 *
 * @param node {@code /robot1/dpros}, {@code /*}{@code /dpros}, {@code /**}; a name without a slash first is one in the root
 * @param name dotted name of the parameter
 * @param value Boolean, Long, Double, String or a list of one of these
 */
record ParameterOverride(String node, String name, Object value) {
    /** Whether it is for the node of this full name. */
    boolean isFor(String fullName) {
        String pattern = node.startsWith("/") ? node : "/" + node;
        StringBuilder regex = new StringBuilder();
        for (String part : pattern.substring(1).split("/", -1)) {
            regex.append(switch (part) {
                case "**" -> "(/\\w+)*";
                case "*" -> "/\\w+";
                default -> "/" + Pattern.quote(part);
            });
        }
        return fullName.matches(regex.toString());
    }
}
