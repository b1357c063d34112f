package dev.dpros.ros.xmlrpc;

import dev.dpros.core.Clock;
import dev.dpros.core.SystemClock;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Calls XML-RPC methods. Each call uses a connection of its own, has one deadline for connecting, sending and receiving,
 * and blocks the calling thread. Holds no threads and no connections, so it needs no closing; safe for any number of
 * threads.
 *
 * <p>Values: Integer, Boolean, String, Double, byte[], LocalDateTime, List, Map with String keys; received nil is null.
 */
public final class XmlRpcClient {
    /** Time allowed for one call unless told otherwise. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);

    /** Largest accepted answer; a parameter tree with a robot description fits many times. */
    public static final int MAX_RESPONSE_BYTES = 64 * 1024 * 1024;

    private final Clock clock;
    private final Duration timeout;

    /** A client with {@link #DEFAULT_TIMEOUT}. */
    public XmlRpcClient() {
        this(DEFAULT_TIMEOUT);
    }

    /** A client whose calls take at most {@code timeout}. */
    public XmlRpcClient(Duration timeout) {
        this.clock = new SystemClock();
        this.timeout = timeout;
    }

    /**
     * Calls a method and waits for its value.
     *
     * @param uri {@code http://host:port/}, as the master reports it
     * @param method method name
     * @param params parameters of the types in the class comment, none null
     * @return the value, never a fault
     * @throws XmlRpcFaultException the peer answered with a fault
     * @throws XmlRpcTransportException refused, timed out, cut off, or not XML-RPC; one line that names the peer
     * @throws IllegalArgumentException a parameter that XML-RPC cannot carry, a bug of the caller
     */
    public @Nullable Object call(URI uri, String method, Object... params) throws XmlRpcFaultException, XmlRpcTransportException {
        byte[] request = XmlRpcWriter.call(method, Arrays.asList(params));
        if (!"http".equals(uri.getScheme()) || uri.getHost() == null) {
            throw new XmlRpcTransportException(method + " at " + uri + ": not a URI of the form http://host:port/", null);
        }
        try {
            byte[] answer = new HttpPost(clock, timeout.toNanos(), MAX_RESPONSE_BYTES).send(uri, request);
            return XmlRpcReader.readResponse(answer);
        } catch (SocketTimeoutException e) {
            throw new XmlRpcTransportException(
                    method + " at " + uri + ": no answer within " + timeout.toMillis() + " ms", e);
        } catch (IOException | IllegalArgumentException e) { // the latter: a port out of range
            throw new XmlRpcTransportException(method + " at " + uri + ": " + e.getMessage(), e);
        }
    }
}
