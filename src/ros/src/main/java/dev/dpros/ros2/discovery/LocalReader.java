package dev.dpros.ros2.discovery;

import dev.dpros.ros2.rtps.Reader;

/** An own reader in the domain: its data path and what it is matched with. Any thread. */
public final class LocalReader extends LocalHandle {
    private final Reader reader;

    LocalReader(DomainParticipant participant, LocalEndpoint endpoint, Reader reader) {
        super(participant, endpoint, reader::close);
        this.reader = reader;
    }

    /** Its data path. */
    public Reader reader() {
        return reader;
    }
}
