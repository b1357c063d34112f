package dev.dpros.ros2.discovery;

import dev.dpros.ros2.rtps.RemoteEndpoint;
import dev.dpros.ros2.wire.Guid;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** An own endpoint as matching sees it. Guarded by the lock of its {@link EndpointMatcher}. */
final class LocalEndpoint {
    final EndpointData data;
    final Predicate<EndpointData> fits;
    final MatchListener listener;
    private final Consumer<RemoteEndpoint> match;
    private final Consumer<Guid> unmatch;
    private final Map<Guid, EndpointData> matched = new LinkedHashMap<>();
    private final Map<Guid, String> refused = new LinkedHashMap<>();
    private volatile int matches;
    private volatile Map<Guid, String> refusals = Map.of();
    private volatile Set<Guid> served = Set.of();

    /**
     * An endpoint that matches nothing yet.
     *
     * @param match tells the wire about an endpoint that fits
     * @param unmatch and about one that is gone
     */
    LocalEndpoint(EndpointData data, Predicate<EndpointData> fits, MatchListener listener, Consumer<RemoteEndpoint> match,
            Consumer<Guid> unmatch) {
        this.data = data;
        this.fits = fits;
        this.listener = listener;
        this.match = match;
        this.unmatch = unmatch;
    }

    boolean isMatched(Guid remote) {
        return matched.containsKey(remote);
    }

    boolean isMatchedWith(Guid entityOfParticipant) {
        return matched.keySet().stream().anyMatch(guid -> guid.samePrefix(entityOfParticipant));
    }

    void match(EndpointData remote, RemoteEndpoint endpoint) {
        refused.remove(remote.guid());
        matched.put(remote.guid(), remote);
        counted();
        match.accept(endpoint);
    }

    /** Returns whether it was matched. */
    boolean unmatch(Guid remote) {
        refused.remove(remote);
        boolean was = matched.remove(remote) != null;
        counted();
        if (was) {
            unmatch.accept(remote);
        }
        return was;
    }

    /** Returns whether this reason is new. */
    boolean refuse(Guid remote, String reason) {
        boolean fresh = !reason.equals(refused.put(remote, reason));
        counted();
        return fresh;
    }

    private void counted() {
        matches = matched.size();
        served = Set.copyOf(matched.keySet());
        refusals = Collections.unmodifiableMap(new LinkedHashMap<>(refused));
    }

    /** Endpoints matched now. Any thread. */
    int matches() {
        return matches;
    }

    /** Why others on the topic are not matched, oldest first. Any thread. */
    Map<Guid, String> refusals() {
        return refusals;
    }

    /** Endpoints matched now. Any thread. */
    Set<Guid> served() {
        return served;
    }
}
