package dev.dpros.datasets;

import dev.dpros.core.PictureReader;
import dev.dpros.core.VectorReader;
import dev.dpros.recording.RecordingSource;
import dev.dpros.recording.journal.SourceInfo;

/** How to get values out of recorded messages: the port behind which the middleware's message code stands. */
public interface MessageReaders {
    /** A reader for a field path. @throws dev.dpros.core.InputException if the type has no such field */
    VectorReader vector(SourceInfo source, String path);

    /**
     * A reader for pictures.
     *
     * @param key the column, for messages
     * @param grey whether pictures without colours are taken
     * @throws dev.dpros.core.InputException if the type is no image
     */
    PictureReader pictures(SourceInfo source, String key, boolean grey);

    /** Checksum and definition of a packaged type. @throws dev.dpros.core.InputException if it is not packaged */
    RecordingSource.Description describe(String type);

    /**
     * Checksum and definition of a recorded type.
     *
     * @param ros2 whether its messages are of ROS 2
     * @param definition what the recording says; if empty, the packaged type is taken
     * @throws dev.dpros.core.InputException if the definition is damaged, or empty and the type is not packaged
     */
    RecordingSource.Description describe(String type, boolean ros2, String definition);
}
