package dev.dpros.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dpros.core.InputException;
import dev.dpros.core.NearestName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A node of a policy's configuration that remembers where it is from, so that every complaint names file and field.
 * Immutable.
 *
 * @param source file
 * @param path dotted path of this node, empty at the root
 * @param json its content
 */
record ConfigNode(String source, String path, JsonNode json) {
    /** The child of that name; {@link #isAbsent()} if there is none or it is null. */
    ConfigNode get(String name) {
        JsonNode child = json.path(name);
        return new ConfigNode(source, path.isEmpty() ? name : path + "." + name, child);
    }

    boolean isAbsent() {
        return json.isMissingNode() || json.isNull();
    }

    int integer() {
        if (json.isNumber() && json.canConvertToInt() && json.canConvertToExactIntegral()) {
            return json.intValue();
        }
        throw wrong("an integer");
    }

    int integer(int absent) {
        return isAbsent() ? absent : integer();
    }

    double number() {
        if (json.isNumber() && Double.isFinite(json.doubleValue())) {
            return json.doubleValue();
        }
        throw wrong("a finite number");
    }

    double number(double absent) {
        return isAbsent() ? absent : number();
    }

    boolean bool(boolean absent) {
        if (isAbsent()) {
            return absent;
        }
        if (json.isBoolean()) {
            return json.booleanValue();
        }
        throw wrong("true or false");
    }

    String text() {
        if (json.isTextual()) {
            return json.textValue();
        }
        throw wrong("a string");
    }

    String text(String absent) {
        return isAbsent() ? absent : text();
    }

    /** One of some names, given with what each means. */
    <T> T choice(Map<String, T> valid, T absent) {
        if (isAbsent() && absent != null) {
            return absent;
        }
        String name = text();
        T value = valid.get(name);
        if (value == null) {
            throw new InputException(source + ": " + path + ": expected one of " + String.join(", ", valid.keySet())
                    + ", found '" + name + "'" + NearestName.hint(name, valid.keySet()));
        }
        return value;
    }

    /** A list of integers. */
    List<Integer> integers() {
        List<Integer> values = new ArrayList<>();
        for (ConfigNode item : items()) {
            values.add(item.integer());
        }
        return values;
    }

    /** A pair of sizes, or null if absent. */
    List<Integer> sizeOrNull() {
        if (isAbsent()) {
            return null;
        }
        List<Integer> pair = integers();
        if (pair.size() != 2) {
            throw wrong("two sizes [H, W]");
        }
        return pair;
    }

    List<ConfigNode> items() {
        if (!json.isArray()) {
            throw wrong("a list");
        }
        List<ConfigNode> items = new ArrayList<>();
        for (int i = 0; i < json.size(); i++) {
            items.add(new ConfigNode(source, path + "[" + i + "]", json.get(i)));
        }
        return items;
    }

    /** The fields, in the file's order. */
    Map<String, ConfigNode> fields() {
        if (!json.isObject()) {
            throw wrong("an object");
        }
        Map<String, ConfigNode> fields = new LinkedHashMap<>();
        json.fieldNames().forEachRemaining(name -> fields.put(name, get(name)));
        return fields;
    }

    /** Refuses what is no object, and fields of other names: one that is misspelt would be left out in silence. */
    void requireFields(String... names) {
        List<String> known = List.of(names);
        for (String name : fields().keySet()) {
            if (!known.contains(name)) {
                throw new InputException(source + ": " + path + ": no such field: " + Quoted.of(name) + NearestName.hint(name, known));
            }
        }
    }

    /** The error that this is not what it should be. */
    InputException wrong(String expected) {
        String found = json.isMissingNode() ? "nothing" : shortened(json.toString());
        return InputException.of(source, path.isEmpty() ? "content" : path, expected, found, "");
    }

    private static String shortened(String text) {
        return text.length() <= 60 ? text : text.substring(0, 57) + "...";
    }
}
