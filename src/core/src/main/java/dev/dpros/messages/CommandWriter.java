package dev.dpros.messages;

import dev.dpros.core.CommandFrame;
import java.nio.ByteBuffer;

/** Serializes command frames as one message type. Control thread; allocates nothing after construction. */
@FunctionalInterface
public interface CommandWriter {
    /** The message, position 0 to limit, valid until the next call. The frame must have the names of the layout. */
    ByteBuffer write(CommandFrame frame);
}
