package dev.dpros.metrics;

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
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets HTTP clients in, as many as there is room for: 64, and 32 per address. At most 48 of them, 24 per address, have
 * a handler at work that is no control: the rest is kept for reading requests and for controls. Where there is no
 * room, the client that has kept the server waiting longest gives way, those first that never sent a whole request. Threads
 * {@code http-N} (one per connection), {@code http-accept} and {@code http-watch}, all daemons. The lock is never held over
 * reading or writing.
 */
final class PageDoor implements AutoCloseable {
    private static final int MOST = 64;
    private static final long CLOSE_WITHIN_MS = 1_000;
    private static final int MOST_PER_ADDRESS = 32;
    private static final int MOST_WORKING = 48;
    private static final int MOST_WORKING_PER_ADDRESS = 24;
    /** A client that takes a write gives way only after so long. */
    private static final long STALLED_NS = 1_000_000_000L;
    private static final long WATCH_NS = 250_000_000L;
    private static final int SEND_BUFFER_BYTES = 128 * 1024;

    /** What serves a path, and whether it is kept room for. */
    record Route(HttpHandler handler, boolean control) {}

    private final ServerSocket listener;
    private final ThreadPoolExecutor threads;
    private final Map<String, Route> routes = new ConcurrentHashMap<>();
    private final List<PageConnection> open = new ArrayList<>();
    private final Thread accepting = daemon(this::accept, "http-accept");
    private volatile boolean closed;

    PageDoor(InetSocketAddress address) throws IOException {
        listener = new ServerSocket();
        try {
            listener.bind(address, 256);
        } catch (IOException e) {
            listener.close();
            throw e;
        }
        AtomicInteger count = new AtomicInteger();
        threads = new ThreadPoolExecutor(0, 2 * MOST, 30, TimeUnit.SECONDS, new SynchronousQueue<>(),
                task -> daemon(task, "http-" + count.incrementAndGet()));
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    void start() {
        accepting.start();
        daemon(this::watch, "http-watch").start();
    }

    void add(String path, Route route) {
        routes.put(path, route);
    }

    int port() {
        return listener.getLocalPort();
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
        PageConnection connection = new PageConnection(this, socket);
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

    private boolean enter(PageConnection connection) {
        InetAddress address = connection.address();
        return (count(address, false) < MOST_PER_ADDRESS || giveWay(address, false))
                && (count(null, false) < MOST || giveWay(null, false)) && register(connection);
    }

    private synchronized boolean register(PageConnection connection) {
        return !closed && open.add(connection);
    }

    /** Lets a request reach its handler, if there is room for it. */
    boolean begin(PageConnection connection, PageConnection.Phase phase) {
        InetAddress address = connection.address();
        if (phase == PageConnection.Phase.WORKING) {
            if (count(address, true) >= MOST_WORKING_PER_ADDRESS) {
                giveWay(address, true);
            }
            if (count(null, true) >= MOST_WORKING) {
                giveWay(null, true);
            }
        }
        synchronized (this) {
            if (!open.contains(connection) || phase == PageConnection.Phase.WORKING
                    && (count(address, true) >= MOST_WORKING_PER_ADDRESS || count(null, true) >= MOST_WORKING)) {
                return false;
            }
            connection.enter(phase);
            return true;
        }
    }

    synchronized void end(PageConnection connection) {
        connection.enter(PageConnection.Phase.IDLE);
    }

    synchronized void left(PageConnection connection) {
        open.remove(connection);
    }

    /** Connections from an address (null: any), or only those with a handler at work that is no control. */
    private synchronized int count(InetAddress address, boolean working) {
        int count = 0;
        for (PageConnection connection : open) {
            if (isAmong(connection, address, working)) {
                count++;
            }
        }
        return count;
    }

    private static boolean isAmong(PageConnection connection, InetAddress address, boolean working) {
        return (address == null || address.equals(connection.address()))
                && (!working || connection.phase() == PageConnection.Phase.WORKING);
    }

    /** Closes the one of them that has kept the server waiting longest. @return whether there was one */
    private boolean giveWay(InetAddress address, boolean working) {
        PageConnection chosen = null;
        synchronized (this) {
            long nowNs = System.nanoTime();
            for (PageConnection connection : open) {
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

    private static boolean mayGiveWay(PageConnection connection, long nowNs) {
        return connection.phase() == PageConnection.Phase.READING || connection.phase() == PageConnection.Phase.IDLE
                || connection.waitingNs(nowNs) > STALLED_NS;
    }

    private static boolean isBefore(PageConnection one, PageConnection other, long nowNs) {
        boolean never = one.served() == 0;
        return never != (other.served() == 0) ? never : one.waitingNs(nowNs) > other.waitingNs(nowNs);
    }

    private void watch() {
        while (!closed) {
            List<PageConnection> expired;
            synchronized (this) {
                long nowNs = System.nanoTime();
                expired = open.stream().filter(connection -> connection.isExpired(nowNs)).toList();
            }
            expired.forEach(PageConnection::close);
            LockSupport.parkNanos(WATCH_NS);
        }
    }

    /** Stops at once; open connections are closed. */
    @Override
    public void close() {
        closed = true;
        try {
            listener.close();
        } catch (IOException e) { // closed is all it has to be
        }
        try {
            accepting.join(CLOSE_WITHIN_MS); // until it has left accept() the system keeps the port
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        List<PageConnection> last;
        synchronized (this) {
            last = List.copyOf(open);
        }
        last.forEach(PageConnection::close);
        threads.shutdownNow();
    }
}
