package dev.dpros.http;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;

/**
 * One client of the {@link HttpDoor}, on a thread of its own. Its phase is changed under the door's lock, its socket
 * is closed by any thread: that ends whatever waits on it.
 */
final class HttpConnection implements Runnable {
    private static final long IDLE_NS = 30_000_000_000L;
    /** A write that the client does not take for so long ends the connection. */
    private static final long WRITE_NS = 10_000_000_000L;

    /** What it waits for. */
    enum Phase { /** A request. */ READING, /** The next request. */ IDLE, /** A handler. */ WORKING, /** A control. */ ACTING }

    private final HttpDoor door;
    private final Socket socket;
    private volatile Phase phase = Phase.READING;
    private volatile long sinceNs = System.nanoTime();
    private volatile long writeSinceNs;
    private volatile boolean writing;
    private volatile int served;

    HttpConnection(HttpDoor door, Socket socket) {
        this.door = door;
        this.socket = socket;
    }

    InetAddress address() {
        return socket.getInetAddress();
    }

    Phase phase() {
        return phase;
    }

    /** Requests answered. */
    int served() {
        return served;
    }

    void enter(Phase next) {
        phase = next;
        sinceNs = System.nanoTime();
    }

    /** How long it has been waiting for its client, ns; 0 while a handler works. */
    long waitingNs(long nowNs) {
        if (writing) {
            return Math.max(0, nowNs - writeSinceNs);
        }
        return phase == Phase.READING || phase == Phase.IDLE ? Math.max(0, nowNs - sinceNs) : 0;
    }

    boolean isExpired(long nowNs) {
        long limitNs = writing ? WRITE_NS : phase == Phase.IDLE ? IDLE_NS : door.room.requestNs();
        return waitingNs(nowNs) > limitNs;
    }

    void close() {
        try {
            socket.close();
        } catch (IOException e) { // closed is all it has to be
        }
    }

    @Override
    public void run() {
        try {
            RequestReader reader = new RequestReader(new BufferedInputStream(socket.getInputStream(), 2048),
                    door.room.bodyBytes(), door.large);
            boolean another = true;
            while (another) {
                another = serve(reader);
            }
        } catch (IOException | RuntimeException e) { // the client left, was too slow, or a handler failed: it ends here
        } finally {
            close();
            door.left(this);
        }
    }

    private boolean serve(RequestReader reader) throws IOException {
        RequestReader.Request request;
        try {
            request = reader.read(() -> enter(Phase.READING));
        } catch (RequestReader.RefusedException e) {
            Replies.text(exchange(RequestReader.Request.unreadable(), false), e.status, e.getMessage());
            drain();
            return false;
        }
        if (request == null) {
            return false;
        }
        HttpDoor.Route route = door.route(request.uri().getPath());
        if (!door.begin(this, route.control() ? Phase.ACTING : Phase.WORKING)) {
            Replies.text(exchange(request, false), 503, "too many requests at once");
            return false;
        }
        Exchange exchange = exchange(request, true);
        route.handler().handle(exchange);
        exchange.close();
        served++;
        door.end(this);
        return exchange.keepsAlive();
    }

    /** Reads on a while: closing over unread bytes would take the answer from the client too. The watch ends it. */
    private void drain() throws IOException {
        socket.shutdownOutput();
        byte[] unread = new byte[8192];
        long left = 2L * door.room.bodyBytes();
        for (int count = 0; count >= 0 && left > 0; left -= count) {
            count = socket.getInputStream().read(unread);
        }
    }

    private Exchange exchange(RequestReader.Request request, boolean mayKeepAlive) throws IOException {
        return new Exchange(request, socket, new Timed(socket.getOutputStream()), mayKeepAlive);
    }

    /** Notes when a write began, for the door's watch. */
    private final class Timed extends OutputStream {
        private final OutputStream out;

        Timed(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            writeSinceNs = System.nanoTime();
            writing = true;
            try {
                out.write(bytes, offset, length);
            } finally {
                writing = false;
            }
        }
    }
}
