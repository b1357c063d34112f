package dev.dpros.ros2.node;

import dev.dpros.core.InputException;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Values of parameters: Boolean, Long, Double, String, byte[] or a List of Booleans, Longs, Doubles or Strings; and as
 * rcl_interfaces/ParameterValue. Stateless.
 */
final class ParameterValues {
    static final int NOT_SET = 0;
    private static final List<String> FIELDS = List.of("", "bool_value", "integer_value", "double_value", "string_value",
            "byte_array_value", "bool_array_value", "integer_array_value", "double_array_value", "string_array_value");
    private static final int ARRAYS = 5;

    private ParameterValues() {}

    /** The type's number in rcl_interfaces/ParameterType; 0 for null. */
    static int type(Object value) {
        if (value == null) {
            return NOT_SET;
        }
        if (value instanceof byte[]) {
            return ARRAYS;
        }
        if (value instanceof List<?> list) {
            return list.isEmpty() ? ARRAYS + 4 : ARRAYS + type(list.get(0));
        }
        return value instanceof Boolean ? 1 : value instanceof Long ? 2 : value instanceof Double ? 3 : 4;
    }

    /** The type by name. */
    static String typeName(int type) {
        return List.of("not set", "bool", "integer", "double", "string", "byte array", "bool array", "integer array", "double array",
                "string array").get(type);
    }

    /**
     * A value in its own form: whole numbers as Long, others as Double, arrays as List.
     *
     * @throws InputException naming the parameter if no parameter of ROS 2 can hold it
     */
    static Object normal(String name, Object value) {
        if (value instanceof Boolean || value instanceof String || value instanceof byte[]) {
            return value;
        }
        if (value instanceof Number number) {
            return value instanceof Double || value instanceof Float ? (Object) number.doubleValue() : (Object) number.longValue();
        }
        if (value instanceof List<?> || value != null && value.getClass().isArray()) {
            return list(name, value);
        }
        throw InputException.of("parameter " + name, "value", "true or false, a number, text or a list of one of these",
                String.valueOf(value), "");
    }

    private static List<Object> list(String name, Object value) {
        List<Object> items = new ArrayList<>();
        Object array = value instanceof List<?> given ? given.toArray() : value;
        for (int i = 0; i < Array.getLength(array); i++) {
            items.add(normal(name, Array.get(array, i)));
        }
        if (items.stream().anyMatch(Double.class::isInstance)) {
            items.replaceAll(item -> item instanceof Long whole ? (Object) whole.doubleValue() : item);
        }
        if (items.stream().anyMatch(item -> item instanceof List || item.getClass() != items.get(0).getClass())) {
            throw InputException.of("parameter " + name, "list", "values of one type, no list in it", String.valueOf(value), "");
        }
        return List.copyOf(items);
    }

    /** As rcl_interfaces/ParameterValue. */
    static Map<String, Object> message(Object value) {
        int type = type(value);
        return type == NOT_SET ? Map.of("type", NOT_SET) : Map.of("type", type, FIELDS.get(type), value);
    }

    /** Of rcl_interfaces/ParameterValue; null if it is not set. @throws InputException if it is of no known type */
    static Object of(String name, Object message) {
        int type = message instanceof Map<?, ?> map && map.get("type") instanceof Number number ? number.intValue() : -1;
        if (type < 0 || type >= FIELDS.size()) {
            throw InputException.of("parameter " + name, "type", "0 to 9", String.valueOf(type), "");
        }
        if (type == NOT_SET) {
            return null;
        }
        Object value = ((Map<?, ?>) message).get(FIELDS.get(type));
        return value instanceof byte[] ? value : normal(name, value);
    }

    /** As a field map of rcl_interfaces/Parameter. */
    static Map<String, Object> parameter(String name, Object value) {
        return Map.of("name", name, "value", message(value));
    }

    /** As {@link dev.dpros.core.Transport} has values: whole numbers that fit are Integer. */
    static Object plain(Object value) {
        if (value instanceof Long whole && whole == whole.intValue()) {
            return whole.intValue();
        }
        return value instanceof List<?> list ? list.stream().map(ParameterValues::plain).toList() : value;
    }

    /** Flat dotted names to the values of a tree. */
    static Map<String, Object> flat(String prefix, Map<?, ?> tree) {
        Map<String, Object> flat = new LinkedHashMap<>();
        tree.forEach((key, value) -> {
            String name = prefix.isEmpty() ? String.valueOf(key) : prefix + "." + key;
            if (value instanceof Map<?, ?> inner) {
                flat.putAll(flat(name, inner));
            } else if (value != null) {
                flat.put(name, value);
            }
        });
        return flat;
    }
}
