package dev.dpros.ros.xmlrpc;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Callers on this machine that begin a request and never finish it. One thread. */
public final class HalfRequests implements AutoCloseable {
    private final byte[] half;
    private final List<Socket> sockets = new ArrayList<>();

    /** @param half what each of them sends */
    public HalfRequests(String half) {
        this.half = half.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** So many more of them, at a port. */
    public void send(int port, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            Socket socket = new Socket("127.0.0.1", port);
            sockets.add(socket);
            socket.getOutputStream().write(half);
        }
    }

    @Override
    public void close() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
