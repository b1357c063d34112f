package dev.dpros.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpPrincipal;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One request and its answer, whose length is known, or which comes in chunks. The connection's thread. */
final class Exchange extends HttpExchange {
    private final RequestReader.Request request;
    private final Socket socket;
    private final OutputStream out;
    private final Headers answer = new Headers();
    private final Map<String, Object> attributes = new HashMap<>();
    private OutputStream body = OutputStream.nullOutputStream();
    private int status = -1;
    private boolean keepsAlive;

    /** @param out where the answer's bytes go; bounds how long a write lasts */
    Exchange(RequestReader.Request request, Socket socket, OutputStream out, boolean mayKeepAlive) {
        this.request = request;
        this.socket = socket;
        this.out = new BufferedOutputStream(out, 8192);
        keepsAlive = mayKeepAlive && request.keepsAlive();
    }

    /** Whether another request can follow. */
    boolean keepsAlive() {
        return keepsAlive && status > 0;
    }

    @Override
    public void sendResponseHeaders(int code, long length) throws IOException {
        if (status > 0) {
            throw new IOException("answered already");
        }
        status = code;
        boolean chunked = length == 0 && request.protocol().equals("HTTP/1.1");
        keepsAlive &= length != 0 || chunked;
        if (chunked) {
            answer.set("Transfer-Encoding", "chunked");
        } else if (length > 0 || length < 0 && code != 304 && !request.method().equals("HEAD")) {
            answer.set("Content-Length", Long.toString(Math.max(length, 0)));
        }
        answer.set("Connection", keepsAlive ? "keep-alive" : "close");
        StringBuilder text = new StringBuilder("HTTP/1.1 " + code + " " + reason(code) + "\r\n");
        for (Map.Entry<String, List<String>> header : answer.entrySet()) {
            header.getValue().forEach(value -> text.append(header.getKey()).append(": ").append(value).append("\r\n"));
        }
        out.write(text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        body = chunked ? new Chunks() : length < 0 ? body : new Counted(length == 0 ? Long.MAX_VALUE : length);
        if (length < 0) {
            out.flush();
        }
    }

    private static String reason(int code) {
        return switch (code) {
            case 200 -> "OK";
            case 204 -> "No Content";
            case 304 -> "Not Modified";
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 409 -> "Conflict";
            case 503 -> "Service Unavailable";
            default -> code < 300 ? "OK" : code < 400 ? "See" : "Refused";
        };
    }

    /** As many bytes as announced. */
    private final class Counted extends OutputStream {
        private long left;

        Counted(long length) {
            left = length;
            keepsAlive &= length != Long.MAX_VALUE;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (length > left) {
                throw new IOException("longer than announced");
            }
            out.write(bytes, offset, length);
            left -= length;
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }

        @Override
        public void close() throws IOException {
            keepsAlive &= left == 0;
            out.flush();
        }
    }

    /** As many as come. */
    private final class Chunks extends OutputStream {
        private boolean closed;

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (length > 0) {
                out.write((Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
                out.write(bytes, offset, length);
                out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
            }
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }

        @Override
        public void close() throws IOException {
            if (!closed) {
                closed = true;
                out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                out.flush();
            }
        }
    }

    @Override
    public Headers getRequestHeaders() {
        return request.headers();
    }

    @Override
    public Headers getResponseHeaders() {
        return answer;
    }

    @Override
    public URI getRequestURI() {
        return request.uri();
    }

    @Override
    public String getRequestMethod() {
        return request.method();
    }

    @Override
    public HttpContext getHttpContext() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        try {
            body.close();
        } catch (IOException e) {
            keepsAlive = false;
        }
    }

    @Override
    public InputStream getRequestBody() {
        return new ByteArrayInputStream(request.body());
    }

    @Override
    public OutputStream getResponseBody() {
        return body;
    }

    @Override
    public InetSocketAddress getRemoteAddress() {
        return (InetSocketAddress) socket.getRemoteSocketAddress();
    }

    @Override
    public int getResponseCode() {
        return status;
    }

    @Override
    public InetSocketAddress getLocalAddress() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    @Override
    public String getProtocol() {
        return request.protocol();
    }

    @Override
    public Object getAttribute(String name) {
        return attributes.get(name);
    }

    @Override
    public void setAttribute(String name, Object value) {
        attributes.put(name, value);
    }

    @Override
    public void setStreams(InputStream in, OutputStream wrapped) {
        throw new UnsupportedOperationException();
    }

    @Override
    public HttpPrincipal getPrincipal() {
        return null;
    }
}
