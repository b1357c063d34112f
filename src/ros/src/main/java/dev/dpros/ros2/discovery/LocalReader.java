package dev.dpros.ros2.discovery;

import dev.dpros.ros2.rtps.Reader;
import dev.dpros.ros2.wire.Guid;
import java.util.Map;

/** An own reader in the domain: its data path and what it is matched with. Any thread. */
public final class LocalReader implements AutoCloseable {
    private final DomainParticipant participant;
    private final LocalEndpoint endpoint;
    private final Reader reader;

    LocalReader(DomainParticipant participant, LocalEndpoint endpoint, Reader reader) {
        this.participant = participant;
        this.endpoint = endpoint;
        this.reader = reader;
    }

    /** As announced. */
    public EndpointData data() {
        return endpoint.data;
    }

    /** Its data path. */
    public Reader reader() {
        return reader;
    }

    /** Writers matched now. */
    public int matches() {
        return endpoint.matches();
    }

    /** Why other writers of the topic are not matched. */
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
        participant.close(endpoint, reader::close);
    }
}
