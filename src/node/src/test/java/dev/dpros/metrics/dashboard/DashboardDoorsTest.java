package dev.dpros.metrics.dashboard;

import static dev.dpros.metrics.RawHttp.get;
import static dev.dpros.metrics.RawHttp.post;
import static dev.dpros.metrics.RawHttp.status;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.CameraFrame;
import dev.dpros.core.FrameSource;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Clients that keep the page waiting, over real sockets. */
@Tag("long")
class DashboardDoorsTest {
    private static final int PICTURE_BYTES = 16 << 20;

    private final FakeNode node = new FakeNode(0, 2);
    private final int port = node.port();
    private final List<Socket> clients = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (Socket client : clients) {
            client.close();
        }
        node.close();
    }

    private Socket send(String request) throws IOException {
        Socket client = new Socket();
        client.setReceiveBufferSize(4096);
        client.connect(new InetSocketAddress("127.0.0.1", port), 10_000);
        client.setSoTimeout(60_000);
        clients.add(client);
        try {
            client.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
        } catch (SocketException e) { // turned away already
        }
        return client;
    }

    private String key() throws IOException {
        return "X-Dpros-Session: " + node.server.access().sessionKey();
    }

    private void assertStops() throws IOException {
        assertEquals(200, status(post(port, "/control/stop", "Host: localhost", key())));
        assertEquals(200, status(post(port, "/control/estop", "Host: localhost", key())));
        List<DashboardControls.Action> acted = node.acted();
        assertEquals(List.of(DashboardControls.Action.STOP, DashboardControls.Action.ESTOP),
                acted.subList(acted.size() - 2, acted.size()));
    }

    private static void assertEnds(Socket client) throws IOException {
        try {
            client.getInputStream().readAllBytes();
        } catch (SocketException e) { // reset: ended as well
        }
    }

    /** A server for each half: that it ends what never comes is waited for at once. */
    @Test
    void shouldStopUnderHalfSentRequests() throws IOException {
        List<DashboardDoorsTest> doors = new ArrayList<>();
        try {
            for (String half : List.of("", "GET / HT", "GET / HTTP/1.1\r\nHost: localhost\r\n",
                    "POST /drive HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900\r\n\r\n{")) {
                DashboardDoorsTest door = new DashboardDoorsTest();
                doors.add(door);
                door.besiege(half);
            }
            for (DashboardDoorsTest door : doors) {
                door.assertEveryoneIsSentAway();
            }
        } finally {
            for (DashboardDoorsTest door : doors) {
                door.close();
            }
        }
    }

    private void besiege(String half) throws IOException {
        for (int i = 0; i < 16; i++) {
            send(half);
        }
        assertStops();
        for (int i = 16; i < 400; i++) {
            send(half);
        }
        assertStops();
        assertEquals(200, status(get(port, "/", "Host: localhost")));
    }

    private void assertEveryoneIsSentAway() throws IOException {
        for (Socket client : clients) {
            assertEnds(client);
        }
        assertStops();
    }

    @Test
    void shouldShowPicturesBesideViewersThatStoppedReading() throws IOException {
        node.server.add("/camera/big", new CameraImages(new BigPicture())::serve);
        Socket stalled = send("GET /camera/big HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertTrue(stalled.getInputStream().read() > 0);
        assertEquals(200, status(get(port, "/camera/big", "Host: localhost")));
        for (int i = 0; i < 60; i++) {
            send("GET /camera/big HTTP/1.1\r\nHost: localhost\r\n\r\n");
        }
        assertStops();
        while (status(get(port, "/camera/big", "Host: localhost")) != 200) { // 503 until the first of them is dropped
            Thread.onSpinWait();
        }
        assertTrue(stalledEnds(stalled) < PICTURE_BYTES);
        assertEquals(200, status(get(port, "/camera/overhead", "Host: localhost")));
    }

    /** Waits until the server has closed, by writing only; then counts what had been sent. */
    private static long stalledEnds(Socket stalled) throws IOException {
        try {
            while (true) {
                stalled.getOutputStream().write(' ');
                Thread.sleep(100);
            }
        } catch (SocketException e) { // closed by the server
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        long count = 0;
        byte[] buffer = new byte[65_536];
        try (InputStream in = stalled.getInputStream()) {
            for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                count += n;
            }
        } catch (SocketException e) { // reset
        }
        return count;
    }

    @Test
    void shouldStopBesideEventViewersThatStoppedReading() throws IOException {
        for (int i = 0; i < 8; i++) {
            assertTrue(send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n").getInputStream().read() > 0);
        }
        assertStops();
        assertEquals(200, status(get(port, "/camera/overhead", "Host: localhost")));
    }

    @Test
    void shouldAnswerWhatIsNoRequest() throws IOException {
        for (String[] wrong : new String[][] {{"nonsense\r\n\r\n", "400"}, {"GET / HTTP/1.1\r\n: x\r\n\r\n", "400"},
            {"GET //[ HTTP/1.1\r\n\r\n", "400"}, {"POST /drive HTTP/1.1\r\nContent-Length: 9999999\r\n\r\n", "413"},
            {"POST /drive HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", "411"},
            {"POST /drive HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "400"}}) {
            String answer = new String(send(wrong[0]).getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(wrong[1], answer.substring(9, 12), wrong[0]);
        }
        assertStops();
    }

    /** A picture that fits into no socket's buffer. */
    private static final class BigPicture implements FrameSource {
        @Override
        public String name() {
            return "big";
        }

        @Override
        public boolean latest(CameraFrame out) {
            out.reserve(PICTURE_BYTES);
            out.length = PICTURE_BYTES;
            out.format = CameraFrame.Format.COMPRESSED;
            out.number = 1;
            return true;
        }
    }
}
