package dev.dpros.ros.tcpros;

import dev.dpros.core.SystemClock;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TCP port of a node: accepts the connections of subscribers and of service clients ({@code ros-io-accept}), reads
 * and checks their headers on a bounded pool ({@code ros-io-conn-N}) and hands them on. A {@link Door} closes who does not
 * speak in time, and makes room for who comes when all places are taken.
 */
public final class TcprosServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TcprosServer.class);
    private static final int MAX_CONNECTIONS = 128;
    private static final int MAX_CONNECTIONS_PER_ADDRESS = 64;
    /** For those that still end while others have their place. */
    private static final int SPARE_THREADS = 32;
    private static final int SWEEP_PERIOD_MS = 500;
    private static final int BACKLOG = 512;
    private static final long ACCEPT_PAUSE_NS = 20_000_000L;

    private final AtomicBoolean recentlyWarned = new AtomicBoolean();
    private final String callerId;
    private final ServerSocketChannel server;
    private final ScheduledExecutorService timer;
    private final ExecutorService threads;
    private final Map<String, TopicPublisher> publications = new ConcurrentHashMap<>();
    private final Map<String, ServiceEndpoint> services = new ConcurrentHashMap<>();
    private final Door door = new Door(MAX_CONNECTIONS, MAX_CONNECTIONS_PER_ADDRESS, new SystemClock()::monotonicNs);
    private final ScheduledFuture<?> sweeping;
    private volatile boolean closed;

    /**
     * Binds and starts accepting.
     *
     * @param address where to listen; port 0 picks a free one
     * @param timer closes connections that do not introduce themselves
     * @throws IOException if the address cannot be bound
     */
    public TcprosServer(String callerId, InetSocketAddress address, ScheduledExecutorService timer) throws IOException {
        this.callerId = callerId;
        this.timer = timer;
        server = ServerSocketChannel.open().bind(address, BACKLOG);
        AtomicInteger number = new AtomicInteger();
        threads = new ThreadPoolExecutor(0, MAX_CONNECTIONS + SPARE_THREADS, 10, TimeUnit.SECONDS, new SynchronousQueue<>(),
                task -> daemon(task, "ros-io-conn-" + number.incrementAndGet()));
        sweeping = timer.scheduleWithFixedDelay(door::sweep, SWEEP_PERIOD_MS, SWEEP_PERIOD_MS, TimeUnit.MILLISECONDS);
        daemon(this::accept, "ros-io-accept").start();
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** The port it listens on. */
    public int port() {
        return server.socket().getLocalPort();
    }

    /** Lets subscribers of the topic connect. */
    public void add(TopicPublisher publication) {
        publications.put(publication.topic(), publication);
    }

    /** Refuses further subscribers of the topic. */
    public void remove(TopicPublisher publication) {
        publications.remove(publication.topic(), publication);
    }

    /** The publication of a resolved topic name, or null. */
    public @Nullable TopicPublisher publication(String topic) {
        return publications.get(topic);
    }

    /** All publications. */
    public Iterable<TopicPublisher> publications() {
        return publications.values();
    }

    /** Lets clients of the service connect. */
    public void add(ServiceEndpoint service) {
        services.put(service.name(), service);
    }

    /** Refuses further clients of the service. */
    public void remove(ServiceEndpoint service) {
        services.remove(service.name(), service);
    }

    /** How many connections have lost their place to newer ones. */
    public long evicted() {
        return door.evicted();
    }

    /** Resolved names of all services. */
    public Set<String> serviceNames() {
        return services.keySet();
    }

    private void accept() {
        while (!closed) {
            SocketChannel channel = null;
            Door.Place place = null;
            try {
                channel = server.accept();
                SocketChannel accepted = channel;
                Door.Place taken = door.enter(accepted);
                if (taken == null) {
                    throw new RejectedExecutionException("every place is busy");
                }
                place = taken;
                threads.execute(() -> serve(accepted, taken));
            } catch (IOException | RejectedExecutionException e) {
                Channels.closeQuietly(channel);
                door.leave(place);
                if (!closed) {
                    warn("a connection to this node was refused: " + e.getMessage());
                    pauseAfter(e);
                }
            }
        }
    }

    /** Without file descriptors accept fails at once: not a busy loop. */
    private static void pauseAfter(Exception failure) {
        if (failure instanceof IOException) {
            LockSupport.parkNanos(ACCEPT_PAUSE_NS);
        }
    }

    private void serve(SocketChannel channel, Door.Place place) {
        boolean handedOver = false;
        try {
            Channels.configure(channel);
            handedOver = route(channel, place, ConnectionHeader.read(channel));
        } catch (IOException | RuntimeException e) {
            LOG.debug("connection from {} ended: {}", channel.socket().getRemoteSocketAddress(), e.toString());
        } finally {
            door.leave(place);
            if (!handedOver) {
                Channels.closeQuietly(channel);
            }
        }
    }

    private boolean route(SocketChannel channel, Door.Place place, Map<String, String> header) throws IOException {
        if (header.containsKey("service")) {
            serveClient(channel, place, header);
            return false;
        }
        String missing = missing(header, "topic", "md5sum", "callerid");
        TopicPublisher publication = missing == null ? publications.get(header.getOrDefault("topic", "")) : null;
        String refusal = missing != null ? missing : refusal(header, publication);
        if (refusal != null || publication == null) {
            refuse(channel, String.valueOf(refusal));
            return false;
        }
        Map<String, String> reply = new LinkedHashMap<>();
        reply.put("callerid", callerId);
        reply.put("latching", publication.latched() ? "1" : "0");
        reply.put("md5sum", publication.schema().md5());
        reply.put("message_definition", publication.schema().definition());
        reply.put("topic", publication.topic());
        reply.put("type", publication.schema().type());
        if ("1".equals(header.get("tcp_nodelay"))) {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        }
        Channels.writeFully(channel, ConnectionHeader.encode(reply));
        door.leave(place); // before others may close it
        publication.adopt(ConnectionInfo.nextId(), ConnectionHeader.printable(header.get("callerid")), channel);
        return true;
    }

    private @Nullable String refusal(Map<String, String> header, @Nullable TopicPublisher publication) {
        String topic = ConnectionHeader.printable(header.getOrDefault("topic", ""));
        if (publication == null) {
            return "node [" + callerId + "] does not publish topic [" + topic + "]";
        }
        String md5 = header.getOrDefault("md5sum", "");
        String type = header.getOrDefault("type", "*");
        boolean sameMd5 = md5.equals("*") || md5.equals(publication.schema().md5());
        boolean sameType = type.equals("*") || type.equals(publication.schema().type());
        return sameMd5 && sameType ? null : "client [" + ConnectionHeader.printable(header.get("callerid"))
                + "] wants topic [" + topic + "] to have datatype/md5sum [" + ConnectionHeader.printable(type) + "/"
                + ConnectionHeader.printable(md5) + "], but node [" + callerId + "] has [" + publication.schema().type()
                + "/" + publication.schema().md5() + "]";
    }

    private void serveClient(SocketChannel channel, Door.Place place, Map<String, String> header) throws IOException {
        String missing = missing(header, "service", "md5sum", "callerid");
        ServiceEndpoint service = missing == null ? services.get(header.getOrDefault("service", "")) : null;
        String refusal = missing != null ? missing
                : service == null ? "[" + callerId + "] is not a provider of ["
                        + ConnectionHeader.printable(header.get("service")) + "]"
                : service.refusal(header);
        if (refusal != null || service == null) {
            refuse(channel, String.valueOf(refusal));
            return;
        }
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        Channels.writeFully(channel, ConnectionHeader.encode(service.header(callerId)));
        if (!"1".equals(header.get("probe"))) {
            service.serve(channel, place, "1".equals(header.get("persistent")));
        }
    }

    /** At most one line a second, so that whoever sends garbage cannot fill the disk. */
    private void warn(String reason) {
        if (recentlyWarned.getAndSet(true)) {
            LOG.debug("{}", reason);
            return;
        }
        LOG.warn("{}", reason);
        try {
            timer.schedule(() -> recentlyWarned.set(false), 1, TimeUnit.SECONDS);
        } catch (RejectedExecutionException e) {
            // the node is closing; there will be no more lines
        }
    }

    private void refuse(SocketChannel channel, String reason) throws IOException {
        warn(reason);
        Channels.writeFully(channel, ConnectionHeader.encode(Map.of("error", reason)));
    }

    private static @Nullable String missing(Map<String, String> header, String... required) {
        for (String field : required) {
            if (!header.containsKey(field)) {
                return "Missing required '" + field + "' field";
            }
        }
        return null;
    }

    /** Stops accepting and closes the connections of service clients; publications close their own. */
    @Override
    public void close() {
        closed = true;
        try {
            server.close();
        } catch (IOException e) {
            LOG.debug("closing the TCPROS port: {}", e.toString());
        }
        sweeping.cancel(false);
        door.close();
        threads.shutdownNow();
    }
}
