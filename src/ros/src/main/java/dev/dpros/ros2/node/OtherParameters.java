package dev.dpros.ros2.node;

import dev.dpros.core.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Parameters of other nodes, through their services. Blocks until they answer. */
final class OtherParameters {
    private final Ros2Node node;

    OtherParameters(Ros2Node node) {
        this.node = node;
    }

    /** The node that a global name such as {@code /robot1/arm/limits/max} belongs to: the longest that fits; null if none does. */
    String owner(String name) {
        String found = null;
        for (String other : node.graph().nodes()) {
            if (name.startsWith(other + "/") && (found == null || other.length() > found.length())) {
                found = other;
            }
        }
        return found;
    }

    /** A value or the tree below a name; null if the node has none, or does not answer. */
    Object get(String owner, String name) {
        String dotted = name.substring(owner.length() + 1).replaceAll("/+$", "").replace('/', ParameterStore.SEPARATOR);
        try {
            List<Object> exact = values(owner, List.of(dotted));
            if (!exact.isEmpty() && exact.get(0) != null) {
                return ParameterValues.plain(exact.get(0));
            }
            Map<String, Object> listed = node.callService(owner + "/list_parameters", "rcl_interfaces/ListParameters",
                    Map.of("prefixes", List.of(dotted)));
            List<String> names = new ArrayList<>();
            ((List<?>) ((Map<?, ?>) listed.get("result")).get("names")).forEach(item -> names.add(String.valueOf(item)));
            ParameterStore tree = new ParameterStore(change -> { });
            List<Object> values = values(owner, names);
            for (int i = 0; i < Math.min(names.size(), values.size()); i++) {
                if (values.get(i) != null) {
                    tree.set(names.get(i), values.get(i));
                }
            }
            return tree.tree(dotted);
        } catch (InputException e) {
            return null;
        }
    }

    private List<Object> values(String owner, List<String> names) {
        List<Object> values = new ArrayList<>();
        if (!names.isEmpty()) {
            Map<String, Object> answer = node.callService(owner + "/get_parameters", "rcl_interfaces/GetParameters", Map.of("names", names));
            ((List<?>) answer.get("values")).forEach(value -> values.add(ParameterValues.of(owner, value)));
        }
        return values;
    }

    /** Sets a value. @throws InputException if the node refuses it or does not answer */
    void set(String owner, String name, Object value) {
        String dotted = name.substring(owner.length() + 1).replace('/', ParameterStore.SEPARATOR);
        List<Object> parameters = List.of(ParameterValues.parameter(dotted, ParameterValues.normal(dotted, value)));
        Map<String, Object> answer = node.callService(owner + "/set_parameters", "rcl_interfaces/SetParameters", Map.of("parameters", parameters));
        Map<?, ?> result = (Map<?, ?>) ((List<?>) answer.get("results")).get(0);
        if (!Boolean.TRUE.equals(result.get("successful"))) {
            throw new InputException("parameter " + name + ": " + owner + " refuses it: " + result.get("reason"));
        }
    }
}
