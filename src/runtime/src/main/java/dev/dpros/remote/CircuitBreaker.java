package dev.dpros.remote;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Whether the server is asked: not after its first miss, until it has been seen to answer in time again. The sampler's thread opens
 * it, the watch closes it; any thread reads.
 */
public final class CircuitBreaker {
    private final AtomicLong opened = new AtomicLong();
    private final AtomicLongArray failures = new AtomicLongArray(RemoteFailure.Kind.values().length);
    private volatile boolean closed;
    private volatile String reason = "not asked yet";

    /** Open: the server has not been asked yet. */
    CircuitBreaker() {}

    /** Whether the server may be asked. */
    public boolean closed() {
        return closed;
    }

    /** Why it is open, one line; what it was open for last if it is closed. */
    public String reason() {
        return reason;
    }

    /** How often a chunk's request has opened it. */
    public long opened() {
        return opened.get();
    }

    /** Failed requests for chunks, by kind. */
    public long failures(RemoteFailure.Kind kind) {
        return failures.get(kind.ordinal());
    }

    /** A request for a chunk has failed. */
    void missed(RemoteFailure failure) {
        failures.incrementAndGet(failure.kind().ordinal());
        reason = failure.getMessage();
        opened.incrementAndGet();
        closed = false;
    }

    /** The server was looked for, in vain. */
    void stillAway(String why) {
        reason = why;
    }

    /** The server has answered in time. */
    void close() {
        closed = true;
    }
}
