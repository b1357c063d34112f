package dev.dpros.ros2.discovery;

import dev.dpros.ros2.rtps.Writer;

/** An own writer in the domain: its data path and what it is matched with. Any thread, but see {@link Writer} for publishing. */
public final class LocalWriter extends LocalHandle {
    private final Writer writer;

    LocalWriter(DomainParticipant participant, LocalEndpoint endpoint, Writer writer) {
        super(participant, endpoint, writer::close);
        this.writer = writer;
    }

    /** Its data path. */
    public Writer writer() {
        return writer;
    }
}
