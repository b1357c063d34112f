package dev.dpros.ros.xmlrpc;

import com.sun.net.httpserver.HttpExchange;
import dev.dpros.http.HttpDoor;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * Serves an {@link XmlRpcHandler} over HTTP, with {@code system.multicall} and {@code system.listMethods}. Every answer
 * has a Content-Length and is neither chunked nor compressed, as roscpp needs. At most {@link #MAX_CALLERS} connections, a
 * thread {@code ros-xmlrpc-N} each; beyond that those give way first that never sent a whole request ({@link HttpDoor}).
 */
public final class XmlRpcServer implements AutoCloseable {
    /** Connections at once. */
    public static final int MAX_CALLERS = 256;

    /** Largest accepted request; a parameter tree with a robot description fits many times. */
    public static final int MAX_REQUEST_BYTES = 16 * 1024 * 1024;

    /** All nodes of a computer call from one address: it may take nearly all of the room. */
    private static final HttpDoor.Room ROOM =
            new HttpDoor.Room(MAX_CALLERS, MAX_CALLERS - 32, MAX_CALLERS - 64, MAX_CALLERS - 96, 20_000_000_000L, MAX_REQUEST_BYTES);

    private final HttpDoor door;
    private final XmlRpcDispatcher dispatcher;

    /**
     * Binds and starts serving.
     *
     * @param address where to listen; port 0 picks a free one
     * @param handler called from the server's threads
     * @throws IOException when the address cannot be bound
     */
    public XmlRpcServer(InetSocketAddress address, XmlRpcHandler handler) throws IOException {
        dispatcher = new XmlRpcDispatcher(handler);
        door = new HttpDoor("ros-xmlrpc", address, ROOM);
        door.add("/", new HttpDoor.Route(this::serve, false));
        door.start();
    }

    /** The bound address, with the real port. */
    public InetSocketAddress address() {
        return door.address();
    }

    /** Stops listening and closes every connection at once; running handlers are interrupted. */
    @Override
    public void close() {
        door.close();
    }

    /** As {@link #close()}, but first waits up to a second for answers that are under way. */
    public void closeAfterAnswers() {
        door.closeAfterAnswers();
    }

    private void serve(HttpExchange exchange) throws IOException {
        if (!exchange.getRequestMethod().equals("POST")) {
            exchange.sendResponseHeaders(405, -1);
            return;
        }
        byte[] answer = dispatcher.answer(exchange.getRequestBody().readAllBytes());
        exchange.getResponseHeaders().set("Content-Type", "text/xml");
        exchange.sendResponseHeaders(200, answer.length);
        exchange.getResponseBody().write(answer);
    }
}
