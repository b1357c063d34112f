package dev.dpros.recording.dataset;

import dev.dpros.core.ImageLayout;
import dev.dpros.core.ImageReader;
import dev.dpros.core.VectorReader;
import dev.dpros.recording.RecordingSource;
import dev.dpros.recording.journal.SourceInfo;
import java.nio.ByteBuffer;

/** How to get values out of recorded messages: the port behind which the middleware's message code stands. */
public interface MessageReaders {
    /** A reader for a field path. @throws dev.dpros.core.InputException if the type has no such field */
    VectorReader vector(SourceInfo source, String path);

    /** A reader for images. @throws dev.dpros.core.InputException if the type is no image */
    ImageReader image(SourceInfo source);

    /**
     * Decodes what {@link RawPixels} cannot: JPEG, PNG, Bayer patterns.
     *
     * @param message the whole message
     * @param layout where the pixels are; width and height are set to those found
     * @return RGB rows, or null if they cannot be decoded
     */
    byte[] decode(ByteBuffer message, ImageLayout layout);

    /** Checksum and definition of a packaged type. @throws dev.dpros.core.InputException if it is not packaged */
    RecordingSource.Description describe(String type);
}
