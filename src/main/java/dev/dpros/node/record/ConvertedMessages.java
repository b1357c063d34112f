package dev.dpros.node.record;

import dev.dpros.core.InputException;
import dev.dpros.datasets.Ros2Messages;
import dev.dpros.recording.journal.SourceInfo;
import dev.dpros.ros.message.FieldType;
import dev.dpros.ros.message.MessageDecoder;
import dev.dpros.ros.message.MessageDefinitions;
import dev.dpros.ros.message.MessageSchema;
import dev.dpros.ros2.message.Ros2Catalog;
import dev.dpros.ros2.message.Ros2Schema;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A recorded source of ROS 1 as messages of ROS 2: of the packaged type if that has all its fields, else of one made from
 * the recorded definition. One thread; allocates.
 */
final class ConvertedMessages implements Ros2Messages {
    private final MessageSchema from;
    private final Ros2Schema to;
    private final String definition;

    ConvertedMessages(SourceInfo source) {
        from = MessageDefinitions.parse(source.type(), source.definition());
        String text = Ros2Definition.of(from);
        Ros2Schema derived = Ros2Catalog.packaged().parse(from.type(), text);
        Ros2Schema known = Ros2Catalog.packaged().messageOrNull(from.type());
        boolean taken = known != null && holds(known, derived);
        to = taken ? known : derived;
        definition = taken ? known.definition() : text;
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
    public String type() {
        return to.fullName();
    }

    @Override
    public String hash() {
        return to.hash();
    }

    @Override
    public String definition() {
        return definition;
    }

    @Override
    public ByteBuffer convert(ByteBuffer recorded) {
        try {
            return to.encode(values(from, MessageDecoder.decode(from, recorded)));
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
