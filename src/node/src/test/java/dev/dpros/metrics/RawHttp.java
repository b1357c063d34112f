package dev.dpros.metrics;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Sends bytes of a request as they are, headers that HTTP clients refuse to set included. */
public final class RawHttp {
    private RawHttp() {}

    /** Sends the lines, an empty line and the body; returns everything that comes until the server closes. */
    public static String exchange(int port, String body, String... lines) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(10_000);
            String request = String.join("\r\n", lines) + "\r\nConnection: close\r\nContent-Length: " + body.length()
                    + "\r\n\r\n" + body;
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** GET with these headers. */
    public static String get(int port, String path, String... headers) throws IOException {
        return request(port, "GET", path, headers);
    }

    /** POST without a body, with these headers. */
    public static String post(int port, String path, String... headers) throws IOException {
        return request(port, "POST", path, headers);
    }

    private static String request(int port, String method, String path, String... headers) throws IOException {
        String[] lines = new String[headers.length + 1];
        lines[0] = method + " " + path + " HTTP/1.1";
        System.arraycopy(headers, 0, lines, 1, headers.length);
        return exchange(port, "", lines);
    }

    /** The status of an answer. */
    public static int status(String answer) {
        return Integer.parseInt(answer.substring(9, 12));
    }
}
