package dev.dpros.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.dpros.core.InputException;
import dev.dpros.http.HttpDoor;
import dev.dpros.http.Replies;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * The node's HTTP server: {@code /metrics} for Prometheus, and the live page's handlers. Every request passes
 * {@link AccessControl} first. How many clients there may be, and which of them gives way, is the {@link HttpDoor}'s to say.
 */
public final class MetricsServer implements AutoCloseable {
    private static final HttpDoor.Room ROOM = new HttpDoor.Room(64, 32, 48, 24, 5_000_000_000L, 64 * 1024);

    private final HttpDoor door;
    private final AccessControl access;

    /**
     * Binds and starts.
     *
     * @throws InputException if the port is taken or the address is not this machine's
     */
    public MetricsServer(ServerConfig config, MetricsRegistry registry) {
        this(config, "metrics", "choose another with metrics.port, or 0 for any");
        add("/metrics", exchange -> scrape(exchange, registry));
        door.start();
    }

    private MetricsServer(ServerConfig config, String what, String hint) {
        access = new AccessControl(config);
        try {
            door = new HttpDoor("http", new InetSocketAddress(config.address(), config.port()), ROOM);
        } catch (BindException e) {
            throw InputException.of(what, "port " + config.port() + " on " + config.bind(), "a free port of this machine",
                    e.getMessage(), hint);
        } catch (IOException e) {
            throw new InputException(what + ": cannot listen on " + config.bind() + ":" + config.port() + ": "
                    + e.getMessage(), e);
        }
    }

    /** A server of pages alone, without {@code /metrics}, on loopback. @param hint what to do where the port is taken */
    public static MetricsServer ofPages(int port, String hint) {
        MetricsServer server = new MetricsServer(ServerConfig.loopback(port), "page", hint);
        server.door.start();
        return server;
    }

    /** Serves a path and what lies below it; the handler runs after the access check and on any of the threads. */
    public void add(String path, HttpHandler handler) {
        door.add(path, new HttpDoor.Route(checked(handler), false));
    }

    /** The same for what an operator must always reach: served when everything else is full. It must be short. */
    public void addControl(String path, HttpHandler handler) {
        door.add(path, new HttpDoor.Route(checked(handler), true));
    }

    private HttpHandler checked(HttpHandler handler) {
        return exchange -> {
            if (access.admit(exchange)) {
                handler.handle(exchange);
            }
        };
    }

    /** The port it listens on. */
    public int port() {
        return door.address().getPort();
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
        door.close();
    }
}
