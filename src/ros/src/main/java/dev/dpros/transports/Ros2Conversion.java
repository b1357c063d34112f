package dev.dpros.transports;

import dev.dpros.core.InputException;
import dev.dpros.core.MessageConversion;
import dev.dpros.core.MessageType;
import dev.dpros.ros.message.FieldType;
import dev.dpros.ros.message.MessageDefinitions;
import dev.dpros.ros.message.MessageSchema;
import dev.dpros.ros2.message.Ros2Catalog;
import dev.dpros.ros2.message.Ros2Schema;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Recorded messages of ROS 1 as messages of ROS 2: of the packaged type if that has all their fields, else of one made from
 * the recorded definition. One thread; allocates.
 */
final class Ros2Conversion implements MessageConversion {
    private final MessageSchema from;
    private final Ros2Schema to;

    /** @throws InputException if the definition is damaged, or has no form in ROS 2 */
    Ros2Conversion(String type, String definition) {
        from = MessageDefinitions.parse(type, definition);
        Ros2Schema derived = Ros2Catalog.packaged().parse(type, Ros2Definition.of(from));
        Ros2Schema known = Ros2Catalog.packaged().messageOrNull(type);
        to = known != null && holds(known, derived) ? known : derived;
    }

    /** Whether a type has every field of another; what more it has keeps its default. */
    private static boolean holds(MessageSchema type, MessageSchema other) {
        for (MessageSchema.Field field : other.fields()) {
            int index = type.indexOf(field.name());
            FieldType known = index < 0 ? null : type.fields().get(index).type();
            if (known == null || !known.text().equals(field.type().text())
                    || known.message() != null && !holds(known.message(), field.type().message())) {
                return false;
            }
        }
        return true;
    }

    @Override
    public MessageType type() {
        return to;
    }

    @Override
    public ByteBuffer convert(ByteBuffer recorded) {
        try {
            return to.encode(values(from, from.decode(recorded)));
        } catch (InputException e) {
            return null;
        }
    }

    private static Map<String, Object> values(MessageSchema schema, Map<?, ?> fields) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (MessageSchema.Field field : schema.fields()) {
            if (!Ros2Definition.dropped(schema, field)) {
                values.put(Ros2Definition.field(field.name()), value(field.type().message(), fields.get(field.name())));
            }
        }
        return values;
    }

    private static Object value(MessageSchema nested, Object value) {
        if (nested == null) {
            return value;
        }
        return value instanceof List<?> list ? list.stream().map(element -> values(nested, (Map<?, ?>) element)).toList()
                : values(nested, (Map<?, ?>) value);
    }
}
