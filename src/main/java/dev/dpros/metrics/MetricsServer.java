package dev.dpros.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.dpros.core.InputException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The node's HTTP server: {@code /metrics} for Prometheus, and the live page's handlers. Every request passes
 * {@link AccessControl} first. Threads {@code http-N}, 16 at most, all daemons; a 17th concurrent request waits for none
 * and is answered by closing.
 */
public final class MetricsServer implements AutoCloseable {
    private static final int MAX_THREADS = 16;

    static {
        // set before the server's classes load: answers are small, and Nagle's algorithm would hold them back 40 ms
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.maxReqTime", "10");
    }

    private final HttpServer server;
    private final ExecutorService threads;
    private final AccessControl access;

    /**
     * Binds and starts.
     *
     * @throws InputException if the port is taken or the address is not this machine's
     */
    public MetricsServer(ServerConfig config, MetricsRegistry registry) {
        access = new AccessControl(config);
        try {
            server = HttpServer.create(new InetSocketAddress(config.address(), config.port()), 0);
        } catch (BindException e) {
            throw InputException.of("metrics", "port " + config.port() + " on " + config.bind(), "a free port of this machine",
                    e.getMessage(), "choose another with metrics.port, or 0 for any");
        } catch (IOException e) {
            throw new InputException("metrics: cannot listen on " + config.bind() + ":" + config.port() + ": "
                    + e.getMessage(), e);
        }
        AtomicInteger count = new AtomicInteger();
        threads = new ThreadPoolExecutor(1, MAX_THREADS, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
            Thread thread = new Thread(task, "http-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        server.setExecutor(threads);
        add("/metrics", exchange -> scrape(exchange, registry));
        server.start();
    }

    /** Serves a path and what lies below it; the handler runs after the access check and on any of the threads. */
    public void add(String path, HttpHandler handler) {
        server.createContext(path, exchange -> {
            try (exchange) {
                if (access.admit(exchange)) {
                    handler.handle(exchange);
                }
            }
        });
    }

    /** The port it listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** Who may do what. */
    public AccessControl access() {
        return access;
    }

    private static void scrape(HttpExchange exchange, MetricsRegistry registry) throws IOException {
        if (!exchange.getRequestURI().getPath().equals("/metrics")) {
            Replies.text(exchange, 404, "not found");
            return;
        }
        // never protobuf, whatever else is offered: Prometheus also asks for that
        String accept = exchange.getRequestHeaders().getFirst("Accept");
        boolean openMetrics = accept != null && accept.contains("application/openmetrics-text");
        byte[] body = registry.scrape(openMetrics).getBytes(StandardCharsets.UTF_8);
        Replies.send(exchange, 200, openMetrics ? MetricsRegistry.OPEN_METRICS : MetricsRegistry.PLAIN_TEXT, body);
    }

    /** Stops at once; open connections are closed. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
