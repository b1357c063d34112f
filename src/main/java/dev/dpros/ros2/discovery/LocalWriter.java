package dev.dpros.ros2.discovery;

import dev.dpros.ros2.rtps.Writer;
import java.util.List;

/** An own writer in the domain: its data path and what it is matched with. Any thread, but see {@link Writer} for publishing. */
public final class LocalWriter implements AutoCloseable {
    private final DomainParticipant participant;
    private final LocalEndpoint endpoint;
    private final Writer writer;

    LocalWriter(DomainParticipant participant, LocalEndpoint endpoint, Writer writer) {
        this.participant = participant;
        this.endpoint = endpoint;
        this.writer = writer;
    }

    /** As announced. */
    public EndpointData data() {
        return endpoint.data;
    }

    /** Its data path. */
    public Writer writer() {
        return writer;
    }

    /** Readers matched now. */
    public int matches() {
        return endpoint.matches();
    }

    /** Why other readers of the topic are not matched. */
    public List<String> refusals() {
        return endpoint.refusals();
    }

    LocalEndpoint endpoint() {
        return endpoint;
    }

    /** Tells the others, and ends it; does nothing the second time. */
    @Override
    public void close() {
        participant.close(endpoint, writer::close);
    }
}
