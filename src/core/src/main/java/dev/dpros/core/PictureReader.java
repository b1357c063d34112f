package dev.dpros.core;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Turns serialized image messages into pictures of colours, or of depth, by the rules of the live node. One thread; allocates. */
public interface PictureReader {
    /**
     * Reads one message.
     *
     * @param message direct, little-endian, position 0 to limit; not modified
     * @return RGB rows, {@code [height, width, 3]} uint8; of depth {@link DepthPixels}; null if the picture is refused, see {@link #problem}
     */
    byte @Nullable [] read(ByteBuffer message);

    /** Width of the last picture read, pixels. */
    int width();

    /** Height of the last picture read, pixels. */
    int height();

    /** Whether the first picture that was taken was of depth; all others then have to be. */
    boolean depth();

    /** One line: why the last picture was refused, or null. */
    @Nullable String problem();
}
