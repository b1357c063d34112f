package dev.dpros.core;

import java.util.List;

/** The messages of one middleware: its types by name, and how their bytes are read and written. Thread-safe. */
public interface MessageTypes {
    /**
     * The type of this name.
     *
     * @param type {@code package/Name}
     * @throws InputException if it is not known here
     */
    MessageType message(String type);

    /** The type of this name, or null if it is not known here. */
    MessageType messageOrNull(String type);

    /**
     * A type by its definition, as it comes with a connection or stands in a recording.
     *
     * @param definition as {@link MessageType#definition}
     * @throws InputException if the definition is malformed, incomplete or refers to itself
     */
    MessageType parse(String type, String definition);

    /** A new cursor for reading. */
    MessageReader reader();

    /** A text as {@link MessageWriter#put} takes it; allocates. */
    byte[] text(String text);

    /** An array of texts as {@link MessageWriter#put} takes it; allocates. */
    byte[] texts(List<String> texts);

    /** A new writer with room for messages of about so many bytes before it grows. */
    MessageWriter writer(int bytes);
}
