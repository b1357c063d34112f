package dev.dpros.ros.xmlrpc;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves an {@link XmlRpcHandler} over HTTP, with {@code system.multicall} and {@code system.listMethods}. Every answer
 * has a Content-Length and is neither chunked nor compressed, as roscpp needs. At most {@link #MAX_THREADS} threads,
 * named {@code ros-xmlrpc-N}; idle connections hold none.
 */
public final class XmlRpcServer implements AutoCloseable {
    /** Threads that serve at once; further requests wait. */
    public static final int MAX_THREADS = 32;

    /** Largest accepted request; a parameter tree with a robot description fits many times. */
    public static final int MAX_REQUEST_BYTES = 16 * 1024 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(XmlRpcServer.class);
    private static final int BACKLOG = 128;
    private static final int IDLE_THREAD_S = 10;

    static {
        // Read once by the JDK's server. Without nodelay each answer on a kept connection waits 40 ms for an ACK;
        // without a request time limit a peer that sends half a request keeps its thread forever.
        setIfAbsent("sun.net.httpserver.nodelay", "true");
        setIfAbsent("sun.net.httpserver.maxReqTime", "20");
    }

    private final HttpServer server;
    private final ExecutorService threads;
    private final XmlRpcDispatcher dispatcher;

    /**
     * Binds and starts serving.
     *
     * @param address where to listen; port 0 picks a free one
     * @param handler called from the server's threads
     * @throws IOException when the address cannot be bound
     */
    public XmlRpcServer(InetSocketAddress address, XmlRpcHandler handler) throws IOException {
        this.dispatcher = new XmlRpcDispatcher(handler);
        this.server = HttpServer.create(address, BACKLOG);
        this.threads = newThreads();
        server.setExecutor(threads);
        server.createContext("/", this::serve);
        server.start();
    }

    /** The bound address, with the real port. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    /** Stops listening and closes every connection at once; running handlers are interrupted. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    /** As {@link #close()}, but first waits up to a second for answers that are under way. */
    public void closeAfterAnswers() {
        server.stop(1);
        threads.shutdownNow();
    }

    private static void setIfAbsent(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    private static ExecutorService newThreads() {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor pool = new ThreadPoolExecutor(MAX_THREADS, MAX_THREADS, IDLE_THREAD_S, TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "ros-xmlrpc-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!exchange.getRequestMethod().equals("POST")) {
                exchange.sendResponseHeaders(405, -1);
                return;
            }
            byte[] request = exchange.getRequestBody().readNBytes(MAX_REQUEST_BYTES + 1);
            if (request.length > MAX_REQUEST_BYTES) {
                exchange.sendResponseHeaders(413, -1);
                return;
            }
            byte[] answer = dispatcher.answer(request);
            exchange.getResponseHeaders().set("Content-Type", "text/xml");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
        } catch (IOException e) {
            LOG.debug("connection from {} lost: {}", exchange.getRemoteAddress(), e.getMessage());
            throw e;
        }
    }
}
