package dev.dpros.ros.xmlrpc;

import dev.dpros.core.Clock;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One HTTP POST on a connection of its own, with one deadline for everything. HTTP/1.0, so that the peer neither chunks
 * nor keeps the connection. Header and body sizes are bounded.
 */
final class HttpPost {
    private static final int MAX_HEADER_BYTES = 64 * 1024;
    private static final int DEFAULT_PORT = 80;

    private final Clock clock;
    private final long deadlineNs;
    private final int maxBodyBytes;
    private int headerBytes;

    HttpPost(Clock clock, long timeoutNs, int maxBodyBytes) {
        this.clock = clock;
        this.deadlineNs = clock.monotonicNs() + timeoutNs;
        this.maxBodyBytes = maxBodyBytes;
    }

    /**
     * Sends and receives; blocks the calling thread until the answer or the deadline.
     *
     * @return the body of a 200 answer
     * @throws IOException no connection, deadline passed, or an answer that is not HTTP 200 within the limits
     */
    byte[] send(URI uri, byte[] body) throws IOException {
        int port = uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
        InetSocketAddress address = new InetSocketAddress(uri.getHost(), port);
        if (address.isUnresolved()) {
            throw new IOException("host name " + uri.getHost() + " cannot be resolved");
        }
        try (Socket socket = new Socket()) {
            socket.setTcpNoDelay(true);
            socket.connect(address, remainingMs());
            socket.getOutputStream().write(request(uri, body));
            return response(socket);
        }
    }

    private static byte[] request(URI uri, byte[] body) {
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        byte[] head = ("POST " + path + " HTTP/1.0\r\nHost: " + uri.getRawAuthority()
                + "\r\nUser-Agent: dpros\r\nContent-Type: text/xml\r\nContent-Length: " + body.length + "\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
        byte[] request = new byte[head.length + body.length];
        System.arraycopy(head, 0, request, 0, head.length);
        System.arraycopy(body, 0, request, head.length, body.length);
        return request;
    }

    private byte[] response(Socket socket) throws IOException {
        InputStream in = new BufferedInputStream(socket.getInputStream(), 8192);
        String status = line(socket, in);
        String[] parts = status.split(" ", 3);
        if (!parts[0].startsWith("HTTP/1.") || parts.length < 2) {
            throw new IOException("the answer is not HTTP");
        }
        if (!parts[1].equals("200")) {
            throw new IOException("HTTP status " + status.substring(parts[0].length() + 1));
        }
        int length = -1;
        for (String header = line(socket, in); !header.isEmpty(); header = line(socket, in)) {
            int colon = header.indexOf(':');
            if (colon > 0 && header.substring(0, colon).strip().toLowerCase(Locale.ROOT).equals("content-length")) {
                length = contentLength(header.substring(colon + 1).strip());
            }
        }
        return length < 0 ? bodyToEnd(socket, in) : body(socket, in, length);
    }

    private int contentLength(String text) throws IOException {
        long length;
        try {
            length = Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IOException("bad Content-Length in the answer", e);
        }
        if (length < 0 || length > maxBodyBytes) {
            throw new IOException("answer of " + length + " bytes exceeds the limit of " + maxBodyBytes);
        }
        return (int) length;
    }

    private String line(Socket socket, InputStream in) throws IOException {
        StringBuilder line = new StringBuilder(80);
        while (true) {
            if (in.available() == 0) {
                socket.setSoTimeout(remainingMs());
            }
            int c = in.read();
            if (c < 0) {
                throw new IOException("connection closed before the answer was complete");
            }
            if (++headerBytes > MAX_HEADER_BYTES) {
                throw new IOException("answer header exceeds " + MAX_HEADER_BYTES + " bytes");
            }
            if (c == '\n') {
                return line.toString();
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
    }

    private byte[] body(Socket socket, InputStream in, int length) throws IOException {
        byte[] body = new byte[length];
        for (int read = 0; read < length;) {
            socket.setSoTimeout(remainingMs());
            int count = in.read(body, read, length - read);
            if (count < 0) {
                throw new IOException("connection closed before the answer was complete");
            }
            read += count;
        }
        return body;
    }

    private byte[] bodyToEnd(Socket socket, InputStream in) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        byte[] part = new byte[8192];
        while (true) {
            socket.setSoTimeout(remainingMs());
            int count = in.read(part);
            if (count < 0) {
                return body.toByteArray();
            }
            if (body.size() + count > maxBodyBytes) {
                throw new IOException("answer exceeds the limit of " + maxBodyBytes + " bytes");
            }
            body.write(part, 0, count);
        }
    }

    private int remainingMs() throws SocketTimeoutException {
        long leftNs = deadlineNs - clock.monotonicNs();
        if (leftNs <= 0) {
            throw new SocketTimeoutException("no answer in time");
        }
        return (int) Math.min(Integer.MAX_VALUE, leftNs / 1_000_000 + 1);
    }
}
