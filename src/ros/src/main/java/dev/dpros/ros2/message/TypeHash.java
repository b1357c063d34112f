package dev.dpros.ros2.message;

import dev.dpros.ros.message.FieldType;
import dev.dpros.ros.message.MessageSchema;
import dev.dpros.ros.message.Primitive;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** Type hashes as ROS 2 computes them from Iron on (REP 2011), over a description of the type as JSON. Stateless. */
public final class TypeHash {
    private static final int NESTED = 1;
    private static final Map<Primitive, Integer> IDS = new EnumMap<>(Map.ofEntries(Map.entry(Primitive.INT8, 2),
            Map.entry(Primitive.UINT8, 3), Map.entry(Primitive.CHAR, 3), Map.entry(Primitive.INT16, 4),
            Map.entry(Primitive.UINT16, 5), Map.entry(Primitive.INT32, 6), Map.entry(Primitive.UINT32, 7),
            Map.entry(Primitive.INT64, 8), Map.entry(Primitive.UINT64, 9), Map.entry(Primitive.FLOAT32, 10),
            Map.entry(Primitive.FLOAT64, 11), Map.entry(Primitive.BOOL, 15), Map.entry(Primitive.BYTE, 16),
            Map.entry(Primitive.STRING, 17), Map.entry(Primitive.WSTRING, 18)));

    private TypeHash() {}

    /** Such as {@code RIHS01_a13ee3...}: a version and 64 hexadecimal digits. */
    public static String of(Ros2Schema schema) {
        try {
            byte[] json = description(schema).getBytes(StandardCharsets.UTF_8);
            return "RIHS01_" + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(json));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** The text that is summed: the type, then all types inside it by name; no default values, constants or comments. */
    public static String description(Ros2Schema schema) {
        Map<String, Ros2Schema> referenced = new TreeMap<>();
        collect(schema, referenced);
        StringBuilder json = new StringBuilder("{\"type_description\": ");
        type(json, schema);
        json.append(", \"referenced_type_descriptions\": [");
        String separator = "";
        for (Ros2Schema nested : referenced.values()) {
            type(json.append(separator), nested);
            separator = ", ";
        }
        return json.append("]}").toString();
    }

    private static Ros2Schema nested(FieldType type) {
        return (Ros2Schema) type.message();
    }

    private static void collect(Ros2Schema schema, Map<String, Ros2Schema> found) {
        for (MessageSchema.Field field : schema.fields()) {
            Ros2Schema nested = nested(field.type());
            if (nested != null && found.putIfAbsent(nested.fullName(), nested) == null) {
                collect(nested, found);
            }
        }
    }

    private static void type(StringBuilder json, Ros2Schema schema) {
        json.append("{\"type_name\": \"").append(schema.fullName()).append("\", \"fields\": [");
        String separator = "";
        for (MessageSchema.Field field : schema.fields()) {
            FieldType type = field.type();
            json.append(separator).append("{\"name\": \"").append(field.name()).append("\", \"type\": {\"type_id\": ")
                    .append(id(type)).append(", \"capacity\": ").append(type.length())
                    .append(", \"string_capacity\": ").append(type.textBound()).append(", \"nested_type_name\": \"")
                    .append(type.message() == null ? "" : nested(type).fullName()).append("\"}}");
            separator = ", ";
        }
        json.append("]}");
    }

    /** As in type_description_interfaces/msg/FieldType. */
    private static int id(FieldType type) {
        int element = type.message() != null ? NESTED : IDS.get(type.primitive()) + (type.textBound() > 0 ? 4 : 0);
        return switch (type.arity()) {
            case ONE -> element;
            case FIXED -> element + 48;
            case VARIABLE -> element + (type.length() > 0 ? 96 : 144);
        };
    }
}
