package dev.dpros.recording.journal;

import java.nio.ByteBuffer;

/** Receives the records of a journal in order. Buffers are valid during the call only. */
public interface JournalVisitor {
    /** The first record. */
    default void episode(EpisodeHeader header) {}

    /** A source, perhaps for the second time, then better known. */
    default void source(SourceInfo info) {}

    /**
     * A message.
     *
     * @param source its id
     * @param headerStampNs stamp of the message's own header, 0 if none
     * @param receivedRosNs stamp time of its receipt
     * @param receivedNs monotonic time of its receipt
     * @param payload little-endian serialized message, position 0
     * @param offset where the serialized message starts in the file
     */
    default void message(
            int source, long headerStampNs, long receivedRosNs, long receivedNs, ByteBuffer payload, long offset) {}

    /** An event. */
    default void event(EpisodeEvent event) {}

    /** How many messages a source had lost so far. */
    default void dropped(int source, long count) {}

    /** The end of a finished episode. */
    default void end(EpisodeEnd end) {}
}
