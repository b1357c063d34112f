package dev.dpros.http;

import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets HTTP clients in, as many as there is room for, in all and per address. Some of that room is kept for reading requests
 * and for controls: at most {@link Room#working} of them have a handler at work that is no control. Where there is no
 * room, the client that has kept the server waiting longest gives way, those first that never sent a whole request. Threads
 * {@code NAME-N} (one per connection), {@code NAME-accept} and {@code NAME-watch}, all daemons. The lock is never held over
 * reading or writing.
 */
public final class HttpDoor implements AutoCloseable {
    private static final long CLOSE_WITHIN_MS = 1_000;
    /** A client that takes a write gives way only after so long. */
    private static final long STALLED_NS = 1_000_000_000L;
    private static final long WATCH_NS = 250_000_000L;
    private static final int SEND_BUFFER_BYTES = 128 * 1024;
    /** Bodies longer than this are large. */
    static final int LARGE_BYTES = 64 * 1024;
    private static final int MOST_LARGE = 16;
    private static final long ANSWER_POLL_NS = 2_000_000L;
    private static final int BACKLOG = 256;

    /** What serves a path, and whether it is kept room for. */
    public record Route(HttpHandler handler, boolean control) {}

    /**
     * How many there may be.
     *
     * @param most connections
     * @param mostPerAddress connections of one address
     * @param working connections with a handler at work that is no control
     * @param workingPerAddress the same of one address
     * @param requestNs a request must be complete, header and body, this long after it began (or after connecting)
     * @param bodyBytes length of a request's body; no more than 16 longer than 64 KiB are read at once
     */
    public record Room(int most, int mostPerAddress, int working, int workingPerAddress, long requestNs, int bodyBytes) {}

    final Room room;
    final Semaphore large = new Semaphore(MOST_LARGE);
    private final ServerSocket listener;
    private final ThreadPoolExecutor threads;
    private final Map<String, Route> routes = new ConcurrentHashMap<>();
    private final List<HttpConnection> open = new ArrayList<>();
    private final String name;
    private final Thread accepting;
    private volatile boolean closed;

    /**
     * Binds; {@link #start} lets clients in.
     *
     * @param name what its threads are called
     * @throws IOException when the address cannot be bound
     */
    public HttpDoor(String name, InetSocketAddress address, Room room) throws IOException {
        this.name = name;
        this.room = room;
        accepting = daemon(this::accept, name + "-accept");
        listener = new ServerSocket();
        try {
            listener.bind(address, BACKLOG);
        } catch (IOException e) {
            listener.close();
            throw e;
        }
        AtomicInteger count = new AtomicInteger();
        threads = new ThreadPoolExecutor(0, 2 * room.most, 30, TimeUnit.SECONDS, new SynchronousQueue<>(),
                task -> daemon(task, name + "-" + count.incrementAndGet()));
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Lets clients in. */
    public void start() {
        accepting.start();
        daemon(this::watch, name + "-watch").start();
    }

    /** Serves a path and what lies below it, on any of the threads. */
    public void add(String path, Route route) {
        routes.put(path, route);
    }

    /** The bound address, with the real port. */
    public InetSocketAddress address() {
        return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    /** What serves this path: the longest that it begins with. */
    Route route(String path) {
        String longest = null;
        for (String known : routes.keySet()) {
            if (path.startsWith(known) && (longest == null || known.length() > longest.length())) {
                longest = known;
            }
        }
        return longest != null ? routes.get(longest)
                : new Route(exchange -> Replies.text(exchange, 404, "not found"), false);
    }

    private void accept() {
        while (!closed) {
            try {
                admit(listener.accept());
            } catch (IOException | OutOfMemoryError e) { // out of descriptors or threads: others leave, it goes on
                LockSupport.parkNanos(WATCH_NS / 10);
            }
        }
    }

    private void admit(Socket socket) throws IOException {
        HttpConnection connection = new HttpConnection(this, socket);
        boolean started = false;
        try {
            socket.setTcpNoDelay(true);
            socket.setSendBufferSize(SEND_BUFFER_BYTES);
            if (enter(connection)) {
                threads.execute(connection);
                started = true;
            }
        } catch (RejectedExecutionException e) { // closed below
        } finally {
            if (!started) {
                connection.close();
                left(connection);
            }
        }
    }

    private boolean enter(HttpConnection connection) {
        InetAddress address = connection.address();
        return (count(address, false) < room.mostPerAddress || giveWay(address, false))
                && (count(null, false) < room.most || giveWay(null, false)) && register(connection);
    }

    private synchronized boolean register(HttpConnection connection) {
        return !closed && open.add(connection);
    }

    /** Lets a request reach its handler, if there is room for it. */
    boolean begin(HttpConnection connection, HttpConnection.Phase phase) {
        InetAddress address = connection.address();
        if (phase == HttpConnection.Phase.WORKING) {
            if (count(address, true) >= room.workingPerAddress) {
                giveWay(address, true);
            }
            if (count(null, true) >= room.working) {
                giveWay(null, true);
            }
        }
        synchronized (this) {
            if (!open.contains(connection) || phase == HttpConnection.Phase.WORKING
                    && (count(address, true) >= room.workingPerAddress || count(null, true) >= room.working)) {
                return false;
            }
            connection.enter(phase);
            return true;
        }
    }

    synchronized void end(HttpConnection connection) {
        connection.enter(HttpConnection.Phase.IDLE);
    }

    synchronized void left(HttpConnection connection) {
        open.remove(connection);
    }

    /** Connections from an address (null: any), or only those with a handler at work that is no control. */
    private synchronized int count(InetAddress address, boolean working) {
        int count = 0;
        for (HttpConnection connection : open) {
            if (isAmong(connection, address, working)) {
                count++;
            }
        }
        return count;
    }

    private static boolean isAmong(HttpConnection connection, InetAddress address, boolean working) {
        return (address == null || address.equals(connection.address()))
                && (!working || connection.phase() == HttpConnection.Phase.WORKING);
    }

    /** Closes the one of them that has kept the server waiting longest. @return whether there was one */
    private boolean giveWay(InetAddress address, boolean working) {
        HttpConnection chosen = null;
        synchronized (this) {
            long nowNs = System.nanoTime();
            for (HttpConnection connection : open) {
                if (isAmong(connection, address, working) && mayGiveWay(connection, nowNs)
                        && (chosen == null || isBefore(connection, chosen, nowNs))) {
                    chosen = connection;
                }
            }
            open.remove(chosen);
        }
        if (chosen != null) {
            chosen.close();
        }
        return chosen != null;
    }

    private static boolean mayGiveWay(HttpConnection connection, long nowNs) {
        return connection.phase() == HttpConnection.Phase.READING || connection.phase() == HttpConnection.Phase.IDLE
                || connection.waitingNs(nowNs) > STALLED_NS;
    }

    private static boolean isBefore(HttpConnection one, HttpConnection other, long nowNs) {
        boolean never = one.served() == 0;
        return never != (other.served() == 0) ? never : one.waitingNs(nowNs) > other.waitingNs(nowNs);
    }

    private void watch() {
        while (!closed) {
            List<HttpConnection> expired;
            synchronized (this) {
                long nowNs = System.nanoTime();
                expired = open.stream().filter(connection -> connection.isExpired(nowNs)).toList();
            }
            expired.forEach(HttpConnection::close);
            LockSupport.parkNanos(WATCH_NS);
        }
    }

    /** As {@link #close}, but first waits up to a second for answers that are under way. */
    public void closeAfterAnswers() {
        stopListening();
        long endNs = System.nanoTime() + CLOSE_WITHIN_MS * 1_000_000;
        while (System.nanoTime() < endNs && count(null, true) > 0) {
            LockSupport.parkNanos(ANSWER_POLL_NS);
        }
        close();
    }

    /** Stops at once; open connections are closed, running handlers interrupted. */
    @Override
    public void close() {
        stopListening();
        List<HttpConnection> last;
        synchronized (this) {
            last = List.copyOf(open);
        }
        last.forEach(HttpConnection::close);
        threads.shutdownNow();
    }

    private void stopListening() {
        synchronized (this) { // none registers after this
            closed = true;
        }
        try {
            listener.close();
        } catch (IOException e) { // closed is all it has to be
        }
        try {
            accepting.join(CLOSE_WITHIN_MS); // until it has left accept() the system keeps the port
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
