package dev.dpros.http;

import com.sun.net.httpserver.Headers;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;

/**
 * Reads HTTP/1 requests (RFC 9112) of one connection, complete with their bodies: 16 KiB of header at most, bodies with a
 * Content-Length only. One thread; blocks until the connection's time limits close the socket.
 */
final class RequestReader {
    private static final int MOST_HEADER_BYTES = 16 * 1024;

    /** A request. */
    record Request(String method, URI uri, String protocol, Headers headers, byte[] body) {
        /** Stands for a request that could not be read. */
        static Request unreadable() {
            return new Request("GET", URI.create("/"), "HTTP/1.1", new Headers(), new byte[0]);
        }

        /** Whether the client means to send another on the same connection. */
        boolean keepsAlive() {
            String connection = headers.getFirst("Connection");
            return protocol.equals("HTTP/1.1") && (connection == null || !connection.equalsIgnoreCase("close"));
        }
    }

    /** A request that is answered with a status and this message alone. */
    static final class RefusedException extends IOException {
        private static final long serialVersionUID = 1;
        final int status;

        RefusedException(int status, String message) {
            super(message);
            this.status = status;
        }
    }

    private final InputStream in;
    private final int mostBodyBytes;
    private final Semaphore large;
    private final byte[] line = new byte[MOST_HEADER_BYTES];
    private int left;

    /**
     * Reads from a connection.
     *
     * @param mostBodyBytes length of a body
     * @param large a permit is held while a body longer than {@link HttpDoor#LARGE_BYTES} is read
     */
    RequestReader(InputStream in, int mostBodyBytes, Semaphore large) {
        this.in = in;
        this.mostBodyBytes = mostBodyBytes;
        this.large = large;
    }

    /**
     * The next request.
     *
     * @param begun run when its first byte has come
     * @return null if the client has closed instead
     */
    Request read(Runnable begun) throws IOException {
        left = MOST_HEADER_BYTES;
        int first = in.read();
        if (first < 0) {
            return null;
        }
        begun.run();
        String[] start = line(first).split(" ");
        if (start.length != 3 || !start[2].matches("HTTP/1\\.[01]") || !start[1].startsWith("/")) {
            throw new RefusedException(400, "expected METHOD /path HTTP/1.1");
        }
        Headers headers = headers();
        return new Request(start[0], uri(start[1]), start[2], headers, body(headers));
    }

    private static URI uri(String text) throws RefusedException {
        try {
            URI uri = new URI(text);
            if (uri.getPath() != null && uri.getHost() == null && uri.getPath().startsWith("/")) {
                return uri;
            }
        } catch (URISyntaxException e) { // refused below
        }
        throw new RefusedException(400, "not a path");
    }

    private Headers headers() throws IOException {
        Headers headers = new Headers();
        for (String text = line(in.read()); !text.isEmpty(); text = line(in.read())) {
            int colon = text.indexOf(':');
            if (colon < 1 || text.charAt(0) == ' ' || text.charAt(0) == '\t') {
                throw new RefusedException(400, "expected NAME: value");
            }
            try {
                headers.add(text.substring(0, colon), text.substring(colon + 1).trim());
            } catch (IllegalArgumentException e) {
                throw new RefusedException(400, "malformed header");
            }
        }
        return headers;
    }

    private byte[] body(Headers headers) throws IOException {
        if (headers.containsKey("Transfer-Encoding")) {
            throw new RefusedException(411, "expected Content-Length");
        }
        String length = headers.getFirst("Content-Length");
        if (length == null) {
            return new byte[0];
        }
        if (headers.get("Content-Length").size() > 1 || !length.matches("\\d{1,18}")) {
            throw new RefusedException(400, "Content-Length");
        }
        if (Long.parseLong(length) > mostBodyBytes) {
            throw new RefusedException(413, "at most " + mostBodyBytes + " bytes");
        }
        return body(Integer.parseInt(length));
    }

    private byte[] body(int length) throws IOException {
        boolean isLarge = length > HttpDoor.LARGE_BYTES;
        if (isLarge && !large.tryAcquire()) {
            throw new RefusedException(503, "too many large requests at once");
        }
        try {
            byte[] body = in.readNBytes(length);
            if (body.length < length) {
                throw new EOFException();
            }
            return body;
        } finally {
            if (isLarge) {
                large.release();
            }
        }
    }

    /** One line, its first byte already read; without its end. */
    private String line(int first) throws IOException {
        int length = 0;
        for (int next = first; next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException();
            }
            if (--left < 0) {
                throw new RefusedException(431, "header longer than " + MOST_HEADER_BYTES + " bytes");
            }
            line[length++] = (byte) next;
        }
        left--;
        if (length > 0 && line[length - 1] == '\r') {
            length--;
        }
        return new String(line, 0, length, StandardCharsets.ISO_8859_1);
    }
}
