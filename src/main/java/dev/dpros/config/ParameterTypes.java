package dev.dpros.config;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import dev.dpros.core.ParameterText;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Texts among ROS parameters where a record has a number or true/false: read as roscpp or rospy would read them from a
 * command line. What is of another kind is left as it is, for the binder to judge. Stateless.
 */
final class ParameterTypes {
    private static final PropertyNamingStrategies.SnakeCaseStrategy SNAKE = new PropertyNamingStrategies.SnakeCaseStrategy();
    private static final Set<Class<?>> NUMBERS = Set.of(int.class, Integer.class, long.class, Long.class, double.class,
            Double.class, float.class, Float.class);

    private ParameterTypes() {}

    /** A copy of the tree with its texts read. @throws dev.dpros.core.InputException for a text that both read, differently */
    static Map<String, Object> typed(Class<?> record, Map<String, Object> parameters) {
        return ParameterLayers.asTree(read("", record, parameters));
    }

    /** A component's key. */
    static String key(RecordComponent component) {
        return SNAKE.translate(component.getName());
    }

    private static Object read(String path, Type type, Object value) {
        Class<?> raw = type instanceof ParameterizedType generic ? (Class<?>) generic.getRawType()
                : type instanceof Class<?> plain ? plain : Object.class;
        if (value instanceof String text) {
            return NUMBERS.contains(raw) ? ParameterText.number("parameter ~" + path, text)
                    : raw == boolean.class || raw == Boolean.class ? ParameterText.truth("parameter ~" + path, text) : text;
        }
        if (value instanceof List<?> list && List.class.isAssignableFrom(raw)) {
            List<Object> copy = new ArrayList<>();
            list.forEach(item -> copy.add(read(path, argument(type, 0), item)));
            return copy;
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> copy = new LinkedHashMap<>();
            map.forEach((key, item) -> copy.put(key.toString(), read(path.isEmpty() ? key.toString() : path + "/" + key,
                    Map.class.isAssignableFrom(raw) ? argument(type, 1) : component(raw, key.toString()), item)));
            return copy;
        }
        return value;
    }

    private static Type argument(Type type, int index) {
        return type instanceof ParameterizedType generic ? generic.getActualTypeArguments()[index] : Object.class;
    }

    private static Type component(Class<?> record, String key) {
        if (record.isRecord()) {
            for (RecordComponent component : record.getRecordComponents()) {
                if (key(component).equals(key)) {
                    return component.getGenericType();
                }
            }
        }
        return Object.class;
    }
}
