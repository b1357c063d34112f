package dev.dpros.node;

import dev.dpros.core.FieldPath;
import dev.dpros.core.MessageType;
import dev.dpros.core.MessageTypes;
import dev.dpros.core.Transport.Subscription;
import dev.dpros.core.VectorReader;
import dev.dpros.messages.LateFieldReader;

/**
 * Reads the values at a field path of a topic's messages: by the type's definition where that is known here, else by the one
 * that comes with the connection.
 *
 * @param reader for the source that takes the messages in
 * @param late the same reader where it waits for a definition, else null
 */
record TopicValues(VectorReader reader, LateFieldReader late) {
    /**
     * A reader that is not yet subscribed.
     *
     * @param type message type, or {@code *} for whatever is published
     * @param field the field path
     * @param size number of values that are wanted; of a type that is known, the reader's own may differ
     * @throws dev.dpros.core.InputException if the field is no path, or none of the type's
     */
    static TopicValues of(String type, String field, int size, MessageTypes types) {
        FieldPath path = FieldPath.parse(field);
        MessageType known = type.equals("*") ? null : types.messageOrNull(type);
        if (known != null) {
            return new TopicValues(known.vector(path), null);
        }
        LateFieldReader late = new LateFieldReader(types, path, size);
        return new TopicValues(late, late);
    }

    /** Sets the subscription whose messages are read. */
    void read(Subscription from) {
        if (late != null) {
            late.read(from);
        }
    }

    /** Why the values cannot be read from what is published, or null. Any thread. */
    String problem() {
        return late == null ? null : late.problem();
    }
}
