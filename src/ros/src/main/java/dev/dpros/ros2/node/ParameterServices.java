package dev.dpros.ros2.node;

import dev.dpros.core.InputException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The six services through which other nodes and {@code ros2 param} see and set a node's parameters. Answers are stateless. */
final class ParameterServices {

    private final ParameterStore store;

    ParameterServices(ParameterStore store) {
        this.store = store;
    }

    /** Answers {@code rcl_interfaces/srv/GetParameters}: nothing at all if one is missing, as rclpy does. */
    Map<String, Object> get(Map<String, Object> request) {
        List<Object> values = new ArrayList<>();
        for (String name : names(request, "names")) {
            Object value = store.get(name);
            if (value == null) {
                return Map.of("values", List.of());
            }
            values.add(ParameterValues.message(value));
        }
        return Map.of("values", values);
    }

    /** Answers {@code rcl_interfaces/srv/GetParameterTypes}. */
    Map<String, Object> types(Map<String, Object> request) {
        List<String> names = names(request, "names");
        byte[] types = new byte[names.size()];
        for (int i = 0; i < types.length; i++) {
            types[i] = (byte) ParameterValues.type(store.get(names.get(i)));
        }
        return Map.of("types", types);
    }

    /** Answers {@code rcl_interfaces/srv/DescribeParameters}. */
    Map<String, Object> describe(Map<String, Object> request) {
        List<Object> descriptors = new ArrayList<>();
        for (String name : names(request, "names")) {
            descriptors.add(Map.of("name", name, "type", ParameterValues.type(store.get(name)), "read_only", !store.isSettable(name)));
        }
        return Map.of("descriptors", descriptors);
    }

    /** Answers {@code rcl_interfaces/srv/ListParameters}. */
    Map<String, Object> list(Map<String, Object> request) {
        long depth = request.get("depth") instanceof Number number ? number.longValue() : 0;
        List<String> names = store.list(names(request, "prefixes"), depth);
        return Map.of("result", Map.of("names", names, "prefixes", ParameterStore.prefixesOf(names)));
    }

    /** Answers {@code rcl_interfaces/srv/SetParameters}: each for itself. */
    Map<String, Object> set(Map<String, Object> request) {
        List<Object> results = new ArrayList<>();
        for (Map<?, ?> parameter : parameters(request)) {
            String name = String.valueOf(parameter.get("name"));
            results.add(result(() -> store.setFromOutside(name, ParameterValues.of(name, parameter.get("value")))));
        }
        return Map.of("results", results);
    }

    /** Answers {@code rcl_interfaces/srv/SetParametersAtomically}: all or none. */
    Map<String, Object> setAtomically(Map<String, Object> request) {
        return Map.of("result", result(() -> {
            Map<String, Object> wanted = new LinkedHashMap<>();
            for (Map<?, ?> parameter : parameters(request)) {
                String name = String.valueOf(parameter.get("name"));
                wanted.put(name, ParameterValues.of(name, parameter.get("value")));
            }
            return store.setAllFromOutside(wanted);
        }));
    }

    private static Map<String, Object> result(java.util.function.Supplier<String> action) {
        String refusal;
        try {
            refusal = action.get();
        } catch (InputException e) {
            refusal = e.getMessage();
        }
        return Map.of("successful", refusal == null, "reason", refusal == null ? "" : refusal);
    }

    private static List<String> names(Map<String, Object> request, String field) {
        return request.get(field) instanceof List<?> list ? list.stream().map(String::valueOf).toList() : List.of();
    }

    private static List<Map<?, ?>> parameters(Map<String, Object> request) {
        List<Map<?, ?>> parameters = new ArrayList<>();
        if (request.get("parameters") instanceof List<?> list) {
            for (Object item : list) {
                parameters.add((Map<?, ?>) item);
            }
        }
        return parameters;
    }
}
