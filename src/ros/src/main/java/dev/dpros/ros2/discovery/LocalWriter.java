package dev.dpros.ros2.discovery;

import dev.dpros.ros2.rtps.Writer;
import dev.dpros.ros2.wire.Guid;
import java.util.Map;

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
    public Map<Guid, String> refusals() {
        return endpoint.refusals();
    }

    /** Whether it is matched with this endpoint. */
    public boolean isMatched(Guid remote) {
        return endpoint.served().contains(remote);
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
