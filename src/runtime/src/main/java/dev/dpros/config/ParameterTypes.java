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

    /** A layer's tree with its texts read. @throws dev.dpros.core.InputException for a text that both read, differently */
    static Map<String, Object> typed(Class<?> record, Layer parameters) {
        return ParameterLayers.asTree(read(parameters, List.of(), record, parameters.asMap()));
    }

    /** A component's key. */
    static String key(RecordComponent component) {
        return SNAKE.translate(component.getName());
    }

    private static Object read(Layer layer, List<String> key, Type type, Object value) {
        Class<?> raw = type instanceof ParameterizedType generic ? (Class<?>) generic.getRawType()
                : type instanceof Class<?> plain ? plain : Object.class;
        if (value instanceof String text) {
            return NUMBERS.contains(raw) ? ParameterText.number(layer.place(key), text)
                    : raw == boolean.class || raw == Boolean.class ? ParameterText.truth(layer.place(key), text) : text;
        }
        if (value instanceof List<?> list && List.class.isAssignableFrom(raw)) {
            List<Object> copy = new ArrayList<>();
            list.forEach(item -> copy.add(read(layer, key, argument(type, 0), item)));
            return copy;
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> copy = new LinkedHashMap<>();
            map.forEach((name, item) -> copy.put(name.toString(), read(layer, ConfigTree.with(key, name.toString()),
                    Map.class.isAssignableFrom(raw) ? argument(type, 1) : component(raw, name.toString()), item)));
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
