package dev.dpros.ros2.discovery;

import dev.dpros.ros2.wire.EntityIds;
import dev.dpros.ros2.wire.Guid;
import dev.dpros.ros2.wire.Pids;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is in the domain and what they offer: participants with their leases, their endpoints, and how these fit the own ones.
 * Any thread (one lock); listeners are called later, from {@link #runEvents}.
 *
 * <p>Bounded: {@value #MOST_PARTICIPANTS} participants, {@value #MOST_ENDPOINTS} endpoints of each, {@value #MOST_OF_ALL} in all.
 */
final class DiscoveryState {
    static final int MOST_PARTICIPANTS = 128;
    static final int MOST_ENDPOINTS = 2_000;
    static final int MOST_OF_ALL = 8_000;
    private static final long LONGEST_GAP_NS = 1_000_000_000L;
    private static final long LONGEST_LEASE_NS = 300_000_000_000L;
    private static final long SHORTEST_LEASE_NS = 100_000_000L;
    private static final Logger LOG = LoggerFactory.getLogger(DiscoveryState.class);

    private final Guid self;
    private final int domainId;
    private final HostAddresses host;
    private final Wire wire;
    private final Map<Guid, Known> participants = new LinkedHashMap<>();
    private final ConcurrentLinkedQueue<Runnable> events = new ConcurrentLinkedQueue<>();
    private final EndpointMatcher matcher = new EndpointMatcher(events::add);
    private final List<DiscoveryListener> listeners = new ArrayList<>();
    private long expiredNs = Long.MIN_VALUE;
    private final Set<String> said = new HashSet<>();
    private final Map<Guid, ParticipantData> beyond = new LinkedHashMap<>();

    /** What has to be done on the wire; called with the lock held, does not block. */
    interface Wire {
        /** A participant is there: its builtin endpoints are to be matched, and it is to be told of us. */
        void join(ParticipantData participant, InetSocketAddress metatraffic);

        /** A participant is gone. */
        void leave(Guid participant);

        /** When one of its matched writers was heard last, monotonic; {@link Long#MIN_VALUE} for never. */
        long heardNs(Guid participant);
    }

    private static final class Known {
        private ParticipantData data;
        private final InetSocketAddress metatraffic;
        private final InetSocketAddress user;
        private long heardNs;

        private Known(ParticipantData data, InetSocketAddress metatraffic, InetSocketAddress user) {
            this.data = data;
            this.metatraffic = metatraffic;
            this.user = user;
        }
    }

    DiscoveryState(Guid self, int domainId, HostAddresses host, Wire wire) {
        this.self = self;
        this.domainId = domainId;
        this.host = host;
        this.wire = wire;
    }

    synchronized void add(DiscoveryListener listener) {
        listeners.add(listener);
        participants.values().forEach(known -> {
            ParticipantData data = known.data;
            events.add(() -> listener.participantFound(data));
        });
        matcher.remotes().forEach(endpoint -> events.add(() -> listener.endpointFound(endpoint)));
    }

    private void tell(java.util.function.Consumer<DiscoveryListener> event) {
        for (DiscoveryListener listener : listeners) {
            events.add(() -> event.accept(listener));
        }
    }

    /** Calls the listeners about what happened; the one thread that may. */
    void runEvents() {
        for (Runnable event = events.poll(); event != null; event = events.poll()) {
            try {
                event.run();
            } catch (RuntimeException e) {
                LOG.error("a listener of discovery failed", e);
            }
        }
    }

    synchronized void add(LocalEndpoint endpoint) {
        matcher.add(endpoint);
    }

    /** An own endpoint that the others of this participant may be matched with, as those of other participants. */
    synchronized void addOwn(EndpointData data, InetSocketAddress address, String participant) {
        matcher.add(data, address, participant);
        tell(listener -> listener.endpointFound(data));
    }

    synchronized void remove(LocalEndpoint endpoint) {
        matcher.remove(endpoint);
        EndpointData own = matcher.remove(endpoint.data.guid());
        if (own != null) {
            tell(listener -> listener.endpointLost(own));
        }
    }

    synchronized void reconsider(LocalEndpoint endpoint) {
        matcher.reconsider(endpoint);
    }

    /** Data of a participant came. @throws InputException if they are malformed */
    synchronized void participant(ByteBuffer payload, Guid writer, long nowNs) {
        ParticipantData data = ParticipantData.read(payload);
        if (!data.guid().samePrefix(writer) || data.guid().samePrefix(self)
                || data.about().domainId() >= 0 && data.about().domainId() != domainId) {
            return;
        }
        Known known = participants.get(data.guid());
        if (known != null) {
            known.data = data;
            known.heardNs = nowNs;
            return;
        }
        InetSocketAddress metatraffic = host.reachable(data.metatraffic());
        if (metatraffic == null && !data.metatraffic().isEmpty()) {
            if (beyond.size() < MOST_PARTICIPANTS) {
                beyond.put(data.guid(), data);
            }
            once("beyond", "participant " + data.describe() + " is on another machine and stays out; to work with other machines set "
                    + "ROS_AUTOMATIC_DISCOVERY_RANGE=SUBNET");
        } else if (participants.size() >= MOST_PARTICIPANTS) {
            once("participants", "more than " + MOST_PARTICIPANTS + " participants in domain " + domainId + ": the others stay out");
        } else if (metatraffic != null) {
            join(data, metatraffic, nowNs);
        }
    }

    private void join(ParticipantData data, InetSocketAddress metatraffic, long nowNs) {
        InetSocketAddress user = host.reachable(data.user());
        Known known = new Known(data, metatraffic, user == null ? metatraffic : user);
        known.heardNs = nowNs;
        participants.put(data.guid(), known);
        if (data.about().secured()) {
            once("secured " + data.guid(), "participant " + data.describe() + " is secured (SROS 2); a node without keys cannot work with it");
        }
        wire.join(data, metatraffic);
        tell(listener -> listener.participantFound(data));
    }

    /** A participant says that it leaves. */
    synchronized void participantGone(ByteBuffer payload, Guid writer, Guid key) {
        Guid guid = key(payload, key, Pids.PARTICIPANT_GUID);
        if (guid.samePrefix(writer)) {
            leave(guid, false);
        }
    }

    /** Cyclone DDS sends the key as payload, Fast DDS as its hash alone, which is the GUID too. */
    private static Guid key(ByteBuffer payload, Guid hash, int pid) {
        return hash.equals(Guid.UNKNOWN) ? ParticipantData.keyOf(payload, pid) : hash;
    }

    private void leave(Guid guid, boolean leaseOver) {
        Known known = participants.remove(guid);
        if (known != null) {
            matcher.removeAllOf(guid).forEach(gone -> tell(listener -> listener.endpointLost(gone)));
            wire.leave(guid);
            tell(listener -> listener.participantLost(known.data, leaseOver));
        }
    }

    private static Guid ofPrefix(Guid entity) {
        return entity.withEntity(EntityIds.PARTICIPANT);
    }

    /** Anything came from an entity of a participant: it lives. */
    synchronized void heard(Guid entity, long nowNs) {
        Known known = participants.get(ofPrefix(entity));
        if (known != null) {
            known.heardNs = nowNs;
        }
    }

    /**
     * Ends the participants that were not heard of within their lease. To be called several times a second: the time of longer gaps, in which
     * this process stood still and its sockets were not read, does not count.
     */
    synchronized void expire(long nowNs) {
        long gapNs = expiredNs == Long.MIN_VALUE ? 0 : nowNs - expiredNs;
        expiredNs = nowNs;
        if (gapNs > LONGEST_GAP_NS) {
            participants.values().forEach(known -> known.heardNs = Math.min(nowNs, known.heardNs + gapNs));
        }
        for (Known known : List.copyOf(participants.values())) {
            long leaseNs = Math.min(LONGEST_LEASE_NS, Math.max(SHORTEST_LEASE_NS, known.data.leaseNs()));
            if (nowNs - known.heardNs > leaseNs) {
                known.heardNs = Math.max(known.heardNs, wire.heardNs(known.data.guid()));
            }
            if (nowNs - known.heardNs > leaseNs) {
                LOG.info("participant {} fell silent: not heard of for {} s", known.data.describe(), leaseNs / 1_000_000_000L);
                leave(known.data.guid(), true);
            }
        }
    }

    /** Data of an endpoint came. @throws InputException if they are malformed */
    synchronized void endpoint(ByteBuffer payload, Guid writer, long nowNs) {
        Known known = participants.get(ofPrefix(writer));
        if (known == null) {
            return;
        }
        known.heardNs = nowNs;
        EndpointData data = EndpointData.read(payload);
        if (!data.guid().samePrefix(writer)) {
            return;
        }
        if (matcher.size() >= MOST_OF_ALL || matcher.sizeOf(writer) >= MOST_ENDPOINTS) {
            once("endpoints " + known.data.guid(), "participant " + known.data.describe() + " has more endpoints than the "
                    + MOST_ENDPOINTS + " of one, or " + MOST_OF_ALL + " of all, that are kept: the others stay out");
            return;
        }
        InetSocketAddress address = host.reachable(data.addresses());
        matcher.add(data, address == null ? known.user : address, known.data.describe());
        tell(listener -> listener.endpointFound(data));
    }

    /** An endpoint is gone. */
    synchronized void endpointGone(ByteBuffer payload, Guid writer, Guid key) {
        Guid guid = key(payload, key, Pids.ENDPOINT_GUID);
        if (guid.samePrefix(writer)) {
            EndpointData gone = matcher.remove(guid);
            if (gone != null) {
                tell(listener -> listener.endpointLost(gone));
            }
        }
    }

    private void once(String key, String line) {
        if (said.size() < MOST_PARTICIPANTS && said.add(key)) {
            LOG.warn("{}", line);
        }
    }

    /** Where the participants are told of us. */
    synchronized List<Destination> destinations() {
        return participants.values().stream().map(known -> new Destination(known.data.guid(), known.metatraffic)).toList();
    }

    /** The participants known. */
    synchronized List<ParticipantData> participants() {
        return participants.values().stream().map(known -> known.data).toList();
    }

    /** Participants that were heard but stay out: they are on other machines, and the settings do not lead there. */
    synchronized List<ParticipantData> beyond() {
        return List.copyOf(beyond.values());
    }

    /** The endpoints of others. */
    synchronized List<EndpointData> endpoints() {
        return matcher.remotes().stream().filter(endpoint -> !endpoint.guid().samePrefix(self)).toList();
    }

    /** The endpoints of others and those of {@link #addOwn}. */
    synchronized List<EndpointData> allEndpoints() {
        return matcher.remotes();
    }

    synchronized EndpointData endpoint(Guid guid) {
        return matcher.remote(guid);
    }

    synchronized ParticipantData participantOf(Guid entity) {
        Known known = participants.get(ofPrefix(entity));
        return known == null ? null : known.data;
    }

    synchronized boolean isMatchedWith(LocalEndpoint endpoint, Guid entity) {
        return endpoint.isMatchedWith(entity);
    }

    /** A participant and where it hears of others. */
    record Destination(Guid participant, InetSocketAddress metatraffic) {}
}
