package dev.dpros.core;

import java.nio.ByteBuffer;

/** How recorded messages of one type become those of a middleware. One thread. */
public interface MessageConversion {
    /** What they become. */
    MessageType type();

    /** A message, position 0 to limit; null if the recorded one is damaged. Valid until the next call; may allocate. */
    ByteBuffer convert(ByteBuffer recorded);
}
