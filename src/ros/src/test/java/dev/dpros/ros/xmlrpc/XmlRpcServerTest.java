package dev.dpros.ros.xmlrpc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class XmlRpcServerTest {
    private final XmlRpcClient client = new XmlRpcClient(Duration.ofSeconds(10));
    private XmlRpcServer server;
    private URI uri;

    @BeforeEach
    void startEchoServer() throws IOException {
        server = new XmlRpcServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), new XmlRpcHandler() {
            @Override
            public Object handle(String method, List<Object> params) throws XmlRpcFaultException {
                return switch (method) {
                    case "echo" -> params;
                    case "first" -> params.get(0);
                    case "fail" -> throw new XmlRpcFaultException(7, "as asked <&>");
                    case "nothing" -> null;
                    default -> throw XmlRpcHandler.unknownMethod(method);
                };
            }

            @Override
            public List<String> methodNames() {
                return List.of("echo", "fail", "first", "nothing");
            }
        });
        uri = URI.create("http://127.0.0.1:" + server.address().getPort() + "/");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void shouldCarryEveryType() throws XmlRpcException {
        byte[] bytes = {0, 1, -1, 127, -128};
        LocalDateTime time = LocalDateTime.of(2020, 2, 29, 23, 59, 58);
        Object answer = client.call(uri, "echo", 1, -7, true, false, "", " <a> & 'b' \r\n\t é \uD83E\uDD16 ", 0.1, -1e300,
                bytes, time, List.of(), List.of(1, List.of("x")), Map.of(), Map.of("k", Map.of("", 2.5)));
        List<?> values = assertInstanceOf(List.class, answer);
        assertEquals(List.of(1, -7, true, false, "", " <a> & 'b' \r\n\t é \uD83E\uDD16 ", 0.1, -1e300),
                values.subList(0, 8));
        assertArrayEquals(bytes, (byte[]) values.get(8));
        assertEquals(List.of(time, List.of(), List.of(1, List.of("x")), Map.of(), Map.of("k", Map.of("", 2.5))),
                values.subList(9, 14));
    }

    @Test
    void shouldCarrySpecialDoubles() throws XmlRpcException {
        List<Double> special = List.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0,
                Double.MIN_VALUE, Double.MAX_VALUE);
        assertEquals(special, client.call(uri, "first", special));
    }

    @Test
    void shouldReportFaultsWithCodeAndMessage() {
        XmlRpcFaultException fault = assertThrows(XmlRpcFaultException.class, () -> client.call(uri, "fail"));
        assertEquals(7, fault.code());
        assertEquals("as asked <&>", fault.getMessage());
        assertTrue(assertThrows(XmlRpcFaultException.class, () -> client.call(uri, "unheard")).getMessage()
                .contains("method \"unheard\" is not supported"));
        assertThrows(XmlRpcFaultException.class, () -> client.call(uri, "first"));
        assertThrows(XmlRpcFaultException.class, () -> client.call(uri, "nothing"));
    }

    @Test
    void shouldServeMulticallWithOneFaultPerFailedCall() throws XmlRpcException {
        Object answer = client.call(uri, "system.multicall", List.of(
                Map.of("methodName", "first", "params", List.of(5)),
                Map.of("methodName", "fail", "params", List.of()),
                Map.of("methodName", "system.multicall", "params", List.of(List.of())),
                Map.of("methodName", "first", "params", List.of("last"))));
        List<?> values = assertInstanceOf(List.class, answer);
        assertEquals(List.of(5), values.get(0));
        assertEquals(Map.of("faultCode", 7, "faultString", "as asked <&>"), values.get(1));
        assertInstanceOf(Map.class, values.get(2));
        assertEquals(List.of("last"), values.get(3));
    }

    @Test
    void shouldListMethods() throws XmlRpcException {
        assertEquals(List.of("echo", "fail", "first", "nothing", "system.listMethods", "system.multicall"),
                client.call(uri, "system.listMethods"));
    }

    @Test
    void shouldAnswerWithContentLengthNeverChunkedNorCompressed() throws IOException {
        String body = "<methodCall><methodName>first</methodName><params><param><value>" + "x".repeat(100_000)
                + "</value></param></params></methodCall>";
        String answer = rawPost("POST /RPC2 HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\nConnection: close\r\n"
                + "Content-Length: " + body.length() + "\r\n\r\n" + body);
        String head = answer.substring(0, answer.indexOf("\r\n\r\n")).toLowerCase(Locale.ROOT);
        int length = answer.length() - head.length() - 4;
        assertTrue(head.startsWith("http/1.1 200"), head);
        assertTrue(head.contains("content-length: " + length), head);
        assertFalse(head.contains("transfer-encoding"), head);
        assertFalse(head.contains("content-encoding"), head);
    }

    @Test
    void shouldRefuseAnythingButPost() throws IOException {
        assertTrue(rawPost("GET / HTTP/1.0\r\n\r\n").startsWith("HTTP/1.1 405"));
    }

    @Test
    void shouldServeManyCallersAtOnce() throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(16);
        try {
            List<Future<Object>> answers = IntStream.range(0, 200)
                    .mapToObj(i -> callers.submit(() -> client.call(uri, "first", i))).toList();
            for (int i = 0; i < answers.size(); i++) {
                assertEquals(i, answers.get(i).get());
            }
        } finally {
            callers.shutdownNow();
        }
    }

    @Test
    void shouldServeOthersWhilePeersHoldIdleConnectionsOpen() throws Exception {
        Socket[] idle = new Socket[XmlRpcServer.MAX_CALLERS * 2];
        try {
            for (int i = 0; i < idle.length; i++) {
                idle[i] = new Socket(uri.getHost(), uri.getPort());
            }
            assertEquals("served", client.call(uri, "first", "served"));
        } finally {
            for (Socket socket : idle) {
                if (socket != null) {
                    socket.close();
                }
            }
        }
    }

    /** Half a header or half a body, from as many as it takes to fill the server twice. */
    @ParameterizedTest
    @ValueSource(strings = {"POST / HTTP/1.1\r\nHo", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 400\r\n\r\n<methodCall>",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9000000\r\n\r\n<methodCall>"})
    void shouldServeOthersWhilePeersNeverFinishTheirRequests(String half) throws Exception {
        try (HalfRequests peers = new HalfRequests(half)) {
            for (int i = 0; i < 8; i++) {
                peers.send(uri.getPort(), XmlRpcServer.MAX_CALLERS / 4);
                assertEquals(i, client.call(uri, "first", i));
            }
        }
    }

    @Test
    void shouldRefuseRequestsBeyondTheLimit() throws IOException {
        int tooMuch = XmlRpcServer.MAX_REQUEST_BYTES + 1;
        try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
            socket.getOutputStream().write(("POST / HTTP/1.0\r\nContent-Length: " + tooMuch + "\r\n\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().write(new byte[tooMuch]);
            assertTrue(new String(socket.getInputStream().readNBytes(12), StandardCharsets.ISO_8859_1).endsWith("413"));
        }
    }

    @Test
    void shouldServeOthersAfterManyMalformedRequests() throws Exception {
        Random random = new Random(5);
        byte[] good = ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 40\r\n\r\n<methodCall><methodName>first</methodName>")
                .getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < 2000; i++) {
            byte[] bad = Arrays.copyOf(good, random.nextInt(good.length) + 1);
            bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
                socket.getOutputStream().write(bad);
            } catch (IOException e) {
                // the server has already hung up on it
            }
        }
        assertEquals("served", client.call(uri, "first", "served"));
    }

    @Test
    void shouldReportRefusedConnections() throws IOException {
        int port = server.address().getPort();
        server.close();
        XmlRpcTransportException failure = assertThrows(XmlRpcTransportException.class, () -> client.call(uri, "echo"));
        assertTrue(failure.getMessage().contains("echo at http://127.0.0.1:" + port + "/"), failure.getMessage());
    }

    @Test
    void shouldGiveUpOnPeerThatNeverAnswers() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            URI silentUri = URI.create("http://127.0.0.1:" + silent.getLocalPort());
            XmlRpcTransportException failure = assertThrows(XmlRpcTransportException.class,
                    () -> new XmlRpcClient(Duration.ofMillis(100)).call(silentUri, "echo"));
            assertTrue(failure.getMessage().contains("no answer within 100 ms"), failure.getMessage());
        }
    }

    @Test
    void shouldReportUnusableUris() {
        for (String bad : List.of("rosrpc://localhost:1", "http:///x", "mailto:a@b", "http://127.0.0.1:99999")) {
            assertThrows(XmlRpcTransportException.class, () -> client.call(URI.create(bad), "echo"), bad);
        }
    }

    @Test
    void shouldInterruptRunningHandlersOnClose() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        XmlRpcServer slow = new XmlRpcServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), (m, p) -> {
            entered.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
            return 1;
        });
        URI slowUri = URI.create("http://127.0.0.1:" + slow.address().getPort());
        Thread caller = new Thread(() -> assertThrows(XmlRpcTransportException.class, () -> client.call(slowUri, "any")));
        caller.start();
        entered.await();
        slow.close();
        interrupted.await();
        caller.join();
    }

    private String rawPost(String request) throws IOException {
        try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}
