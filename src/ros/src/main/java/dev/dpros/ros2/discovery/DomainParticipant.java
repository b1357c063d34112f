package dev.dpros.ros2.discovery;

import dev.dpros.core.Finding;
import dev.dpros.core.InputException;
import dev.dpros.ros2.rtps.Reader;
import dev.dpros.ros2.rtps.ReaderConfig;
import dev.dpros.ros2.rtps.RtpsConfig;
import dev.dpros.ros2.rtps.RtpsParticipant;
import dev.dpros.ros2.rtps.SampleInfo;
import dev.dpros.ros2.rtps.SampleSink;
import dev.dpros.ros2.rtps.Writer;
import dev.dpros.ros2.rtps.WriterConfig;
import dev.dpros.ros2.wire.EntityIds;
import dev.dpros.ros2.wire.Guid;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One participant of a ROS 2 domain: finds the others, tells them of its writers and readers, and brings together what fits.
 * Any thread. Has one thread of its own, {@code ros2-discovery}, for announcements, leases and listeners.
 */
public final class DomainParticipant implements AutoCloseable {
    /** After which others count this participant as gone. */
    static final long LEASE_NS = 10_000_000_000L;
    private static final Logger LOG = LoggerFactory.getLogger(DomainParticipant.class);
    private static final long TICK_NS = 100_000_000L;
    private static final long FAREWELL_MS = 200;
    private static final int LARGEST = 65_536;

    private final DomainSettings settings;
    private final ParticipantOptions options;
    private final HostAddresses host;
    private final RtpsParticipant rtps;
    private final DiscoveryState state;
    private final BuiltinEndpoints builtin;
    private final Announcements announcements;
    private final AtomicInteger entities = new AtomicInteger();
    private final Set<LocalEndpoint> open = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Thread thread;

    private DomainParticipant(DomainSettings settings, ParticipantOptions options, HostAddresses host) {
        this.settings = settings;
        this.options = options;
        this.host = host;
        rtps = openPorts();
        state = new DiscoveryState(rtps.guid(), settings.domainId(), host, new DiscoveryState.Wire() {
            @Override
            public void join(ParticipantData participant, InetSocketAddress metatraffic) {
                announcements.to(participant.guid(), metatraffic);
                builtin.match(participant, metatraffic);
            }

            @Override
            public void leave(Guid participant) {
                rtps.unmatchParticipant(participant);
            }

            @Override
            public long heardNs(Guid participant) {
                return rtps.heardNs(participant);
            }
        });
        builtin = new BuiltinEndpoints(rtps, sink("data of a writer", state::endpoint, state::endpointGone),
                sink("data of a reader", state::endpoint, state::endpointGone),
                sink("sign of life", (payload, writer, nowNs) -> state.heard(writer, nowNs), (payload, writer, key) -> { }));
        announcements = new Announcements(rtps, settings, self(), host.spoken());
        thread = new Thread(this::run, "ros2-discovery");
        thread.setDaemon(true);
    }

    /**
     * Joins a domain.
     *
     * @throws InputException if no port of the domain can be had
     */
    public static DomainParticipant open(DomainSettings settings, ParticipantOptions options) {
        DomainParticipant participant = new DomainParticipant(settings, options, HostAddresses.now(settings));
        participant.listen();
        participant.thread.start();
        return participant;
    }

    private RtpsParticipant openPorts() {
        byte[] prefix = new byte[Guid.PREFIX_BYTES];
        new SecureRandom().nextBytes(prefix);
        prefix[0] = 0;
        prefix[1] = 0; // the vendor id of those that have none
        Guid guid = Guid.of(prefix, EntityIds.PARTICIPANT);
        BindException last = null;
        int count = DiscoveryPorts.participants(settings.domainId());
        for (int index = 0; index <= count; index++) {
            boolean wellKnown = index < count;
            int metatraffic = wellKnown ? DiscoveryPorts.metatraffic(settings.domainId(), index) : 0;
            int user = wellKnown ? DiscoveryPorts.user(settings.domainId(), index) : 0;
            try {
                return RtpsParticipant.open(new RtpsConfig(guid, host.bound(), metatraffic, user, options.sockets(), options.clock()));
            } catch (BindException e) {
                last = e;
            }
        }
        throw new InputException("ROS 2 domain " + settings.domainId() + ": no UDP port can be had on "
                + host.bound().getHostAddress() + ": " + last.getMessage(), last);
    }

    private ParticipantData self() {
        return new ParticipantData(rtps.guid(), 0, LEASE_NS, ParticipantData.OWN_ENDPOINTS,
                host.announced(rtps.metatrafficAddress().getPort()), host.announced(rtps.userAddress().getPort()),
                new ParticipantData.About(settings.domainId(), "enclave=" + options.enclave() + ";", Map.of("name", options.name()), false));
    }

    private void listen() {
        if (settings.range() == DomainSettings.Range.OFF) {
            return;
        }
        rtps.stateless(EntityIds.SPDP_WRITER, sink("data of a participant", state::participant, state::participantGone));
        InetSocketAddress group = DiscoveryPorts.multicast(settings.domainId());
        for (NetworkInterface nic : host.multicast()) {
            try {
                rtps.joinMulticast(group.getAddress(), group.getPort(), nic);
            } catch (InputException e) {
                LOG.debug("no multicast on {}: {}", nic.getName(), e.getMessage());
            }
        }
    }

    private SampleSink sink(String what, Taken data, Gone gone) {
        return new CopyingSink(what, LARGEST, new CopyingSink.Handler() {
            @Override
            public void sample(SampleInfo info, ByteBuffer payload) {
                data.take(payload, info.writer(), options.clock().monotonicNs());
                LockSupport.unpark(thread);
            }

            @Override
            public void disposed(SampleInfo info, ByteBuffer payload) {
                gone.take(payload, info.writer(), info.key());
                LockSupport.unpark(thread);
            }
        });
    }

    private interface Taken {
        void take(ByteBuffer payload, Guid writer, long nowNs);
    }

    private interface Gone {
        void take(ByteBuffer payload, Guid writer, Guid key);
    }

    private void run() {
        while (!closed.get()) {
            long nowNs = options.clock().monotonicNs();
            long dueNs = announcements.tick(nowNs, state.destinations());
            state.expire(nowNs);
            state.runEvents();
            LockSupport.parkNanos(this, Math.max(1, Math.min(TICK_NS, dueNs - nowNs)));
        }
    }

    /** The participant's GUID. */
    public Guid guid() {
        return rtps.guid();
    }

    /** The settings it was opened with. */
    public DomainSettings settings() {
        return settings;
    }

    /** Its data path, for what its sockets were granted. */
    public RtpsParticipant rtps() {
        return rtps;
    }

    /** Looks again which of the others an own writer serves: what {@link EndpointSpec#fits} says may have changed. */
    public void reconsider(LocalWriter writer) {
        state.reconsider(writer.endpoint());
        LockSupport.unpark(thread);
    }

    /** Hears of all that is and comes. */
    public void listen(DiscoveryListener listener) {
        state.add(listener);
        LockSupport.unpark(thread);
    }

    /** The other participants known now. */
    public List<ParticipantData> participants() {
        return state.participants();
    }

    /** What was found of the network between this participant and others. Blocks for half a second at most. */
    public List<Finding> findings() {
        return new NetworkFindings(settings, host, rtps.grantedReceiveBytes(), options.sockets().receiveBufferBytes())
                .of(state.participants(), state.beyond());
    }

    /** The endpoints of others known now. */
    public List<EndpointData> endpoints() {
        return state.endpoints();
    }

    /** The same and, of topics and services, those of this participant. */
    public List<EndpointData> allEndpoints() {
        return state.allEndpoints();
    }

    /** What an endpoint's participant announced of it; null if it is not known, or gone. */
    public EndpointData endpoint(Guid endpoint) {
        return state.endpoint(endpoint);
    }

    /** What a participant said of itself; null if it is not known, or gone. @param entity the participant's GUID, or one of its endpoints' */
    public ParticipantData participant(Guid entity) {
        return state.participantOf(entity);
    }

    /** Whether an own writer is matched with a reader of this participant. @param entity as {@link #participant} */
    public boolean serves(LocalWriter writer, Guid entity) {
        return state.isMatchedWith(writer.endpoint(), entity);
    }

    /** Opens a writer and announces it. @param maxSampleBytes longest sample, with its encapsulation */
    public LocalWriter writer(EndpointSpec spec, int maxSampleBytes, MatchListener listener) {
        int entity = entity(EntityIds.KIND_WRITER);
        Writer writer = rtps.writer(new WriterConfig(entity, spec.qos().reliable(), spec.qos().transientLocal(),
                Math.max(1, spec.qos().depth()), maxSampleBytes));
        EndpointData data = new EndpointData(rtps.guid().withEntity(entity), spec.topic(), spec.type(), spec.qos(), spec.userData(), List.of());
        LocalEndpoint endpoint = new LocalEndpoint(data, spec.fits(), listener, writer::match, writer::unmatch);
        announce(endpoint);
        return new LocalWriter(this, endpoint, writer);
    }

    /** Opens a reader and announces it. */
    public LocalReader reader(EndpointSpec spec, ReaderOptions how, SampleSink sink, MatchListener listener) {
        int entity = entity(EntityIds.KIND_READER);
        Reader reader = rtps.reader(new ReaderConfig(entity, spec.qos().reliable(), spec.qos().transientLocal(), how.maxSampleBytes(),
                how.ownPort() ? ReaderConfig.Port.OWN : ReaderConfig.Port.SHARED), sink);
        List<InetSocketAddress> addresses = how.ownPort() ? host.announced(reader.address().getPort()) : List.of();
        EndpointData data = new EndpointData(rtps.guid().withEntity(entity), spec.topic(), spec.type(), spec.qos(), spec.userData(), addresses);
        LocalEndpoint endpoint = new LocalEndpoint(data, spec.fits(), listener, reader::match, reader::unmatch);
        announce(endpoint);
        return new LocalReader(this, endpoint, reader);
    }

    private int entity(int kind) {
        return EntityIds.user(entities.incrementAndGet(), kind);
    }

    private void announce(LocalEndpoint endpoint) {
        open.add(endpoint);
        state.add(endpoint);
        EndpointData data = endpoint.data;
        if (data.topic().matches("r[tqr]/.*")) { // what a node hears of its own topics and services
            int user = rtps.userAddress().getPort();
            state.addOwn(data, host.reachable(data.addresses().isEmpty() ? host.announced(user) : data.addresses()), options.name());
        }
        builtin.announce(data);
        LockSupport.unpark(thread);
    }

    void close(LocalEndpoint endpoint, Runnable dataPath) {
        if (open.remove(endpoint)) {
            builtin.dispose(endpoint.data.guid());
            state.remove(endpoint);
            dataPath.run();
        }
    }

    /** Tells the others that this participant leaves, and ends it; does nothing the second time. Waits {@value #FAREWELL_MS} ms at most. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        LockSupport.unpark(thread);
        for (LocalEndpoint endpoint : open) {
            builtin.dispose(endpoint.data.guid());
        }
        builtin.settle(FAREWELL_MS);
        announcements.farewell(state.destinations());
        rtps.close();
    }
}
