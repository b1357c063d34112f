package dev.dpros.ros2.discovery;

import dev.dpros.ros2.wire.Guid;
import java.util.Map;

/** An own endpoint in the domain as its owner sees it: what it announced and what it is matched with. Any thread. */
abstract class LocalHandle implements AutoCloseable {
    private final DomainParticipant participant;
    private final LocalEndpoint endpoint;
    private final Runnable end;

    /** @param end ends its data path */
    LocalHandle(DomainParticipant participant, LocalEndpoint endpoint, Runnable end) {
        this.participant = participant;
        this.endpoint = endpoint;
        this.end = end;
    }

    /** As announced. */
    public EndpointData data() {
        return endpoint.data;
    }

    /** Endpoints of others matched now. */
    public int matches() {
        return endpoint.matches();
    }

    /** Why other endpoints of the topic are not matched. */
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
        participant.close(endpoint, end);
    }
}
