package dev.dpros.remote;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import dev.dpros.remote.PolicyServer.Fault;
import dev.dpros.remote.RemoteFailure.Kind;
import dev.dpros.remote.RemoteOptions.Credentials;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client does with a server that answers, and with one that does not, over HTTP and TLS on loopback. */
@Timeout(300)
@Execution(ExecutionMode.CONCURRENT)
class RemoteClientTest {
    private static final long LONG_NS = 60_000_000_000L;
    private static final long SHORT_NS = 200_000_000L;
    private static final String SECRET = "a-secret-of-the-lab";
    private static final List<TensorSpec> OUTPUTS = List.of(TensorSpec.of("y", TensorType.FP64, 1, 3, 2), TensorSpec.of("n", TensorType.INT32, 1, 1));

    @TempDir
    Path dir;

    /** Answers y = x + 0, 1, 2 ... */
    private static final PolicyServer.Model COUNTING = new PolicyServer.Model() {
        @Override
        public List<TensorSpec> inputs() {
            return List.of(TensorSpec.of("x", TensorType.FP32, -1, 1));
        }

        @Override
        public List<TensorSpec> outputs() {
            return OUTPUTS;
        }

        @Override
        public List<PolicyServer.Value> infer(Map<String, PolicyServer.Value> inputs) {
            double[] y = new double[6];
            for (int i = 0; i < y.length; i++) {
                y[i] = inputs.get("x").data().getFloat(0) + i;
            }
            return List.of(PolicyServer.Value.doubles("y", y, 1, 3, 2), PolicyServer.Value.ints("n", new int[] {7}, 1, 1));
        }
    };

    private static RemoteOptions options(String url, Credentials credentials) {
        return new RemoteOptions(RemoteOptions.address(url), "counting", LONG_NS, false, credentials);
    }

    private static double last(RemoteClient client, float x, long waitNs) throws RemoteFailure {
        InferenceRequest request = new InferenceRequest(List.of(TensorSpec.of("x", TensorType.FP32, 1, 1)), List.of("y", "n"));
        ByteBuffer body = request.body().putFloat(request.offset(0), x);
        return client.infer(body, request.jsonLength(), new AnswerReader(OUTPUTS), waitNs).get(0).getDouble(5 * Double.BYTES);
    }

    @ParameterizedTest
    @CsvSource({
        "SILENT, TIMEOUT, no answer within 200 ms", "SLOW, TIMEOUT, no answer within 200 ms", "STALLED, TIMEOUT, no answer within 200 ms",
        "TRUNCATED, CONNECTION, ''", "UNAVAILABLE, STATUS, HTTP status 503: the model is not ready",
        "REDIRECT, STATUS, HTTP status 302: redirects are not followed", "WRONG_SHAPE, ANSWER, 'expected FP64[1, 3, 2], found FP64[1, 1, 3]'",
        "WRONG_TYPE, ANSWER, 'expected FP64[1, 3, 2], found INT64[1, 3, 2]'", "SHORT_DATA, ANSWER, cut off",
        "LONG_DATA, ANSWER, 4 bytes after the last output", "ENDLESS, ANSWER, an answer of more than", "NO_JSON_LENGTH, ANSWER, found none",
        "BAD_JSON_LENGTH, ANSWER, JSON of 268435456 bytes", "NOT_JSON, ANSWER, not JSON"})
    void shouldComeBackFromEveryFaultAndGoOnAfterIt(Fault fault, Kind kind, String words) throws Exception {
        try (PolicyServer server = new PolicyServer("counting", COUNTING, 0);
                RemoteClient client = new RemoteClient(options(server.url(), Credentials.NONE))) {
            assertEquals(6.5, last(client, 1.5f, LONG_NS));
            if (fault == Fault.SLOW) {
                server.slow(10_000);
            } else {
                server.set(fault);
            }
            RemoteFailure failure = assertThrows(RemoteFailure.class, () -> last(client, 1, kind == Kind.TIMEOUT ? SHORT_NS : LONG_NS));
            assertEquals(kind, failure.kind(), failure.getMessage());
            assertTrue(failure.getMessage().contains(words), failure.getMessage());
            assertEquals(1, failure.getMessage().lines().count());
            server.set(Fault.NONE);
            assertEquals(7.5, last(client, 2.5f, LONG_NS));
        }
    }

    @Test
    void shouldSayThatTheServerRefusesAndFindItAgain() throws Exception {
        try (PolicyServer server = new PolicyServer("counting", COUNTING, 0);
                RemoteClient client = new RemoteClient(options(server.url(), Credentials.NONE))) {
            assertEquals(5, last(client, 0, LONG_NS));
            server.kill();
            RemoteFailure failure = assertThrows(RemoteFailure.class, () -> {
                last(client, 0, LONG_NS); // may still find the old connection
                last(client, 0, LONG_NS);
            });
            assertEquals(Kind.CONNECTION, failure.kind());
            server.restart(COUNTING);
            assertEquals(5, last(client, 0, LONG_NS));
        }
    }

    /** A proxy or server that answers a request twice: what is left over is no answer to the next one. */
    @Test
    void shouldNotTakeWhatIsLeftOverOfAnAnswerForTheNextOne() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (ServerSocket listening = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread serving = new Thread(() -> twice(listening, asked));
            serving.setDaemon(true);
            serving.start();
            try (RemoteClient client = new RemoteClient(options("http://127.0.0.1:" + listening.getLocalPort(), Credentials.NONE))) {
                for (int i = 1; i <= 4; i++) {
                    assertEquals(i, last(client, 0, LONG_NS), "the answer to this request");
                }
            }
        }
    }

    /** Answers each request twice, with how many there were. */
    private static void twice(ServerSocket listening, AtomicInteger asked) {
        while (!listening.isClosed()) {
            try (Socket socket = listening.accept()) {
                InputStream in = new BufferedInputStream(socket.getInputStream());
                byte[] body = new byte[1 << 12];
                for (int length = CannedServer.length(in); length >= 0 && in.readNBytes(body, 0, length) == length; length = CannedServer.length(in)) {
                    byte[] answer = answer(asked.incrementAndGet());
                    byte[] both = java.util.Arrays.copyOf(answer, 2 * answer.length);
                    System.arraycopy(answer, 0, both, answer.length, answer.length);
                    socket.getOutputStream().write(both);
                }
            } catch (IOException e) {
                // its client has gone: the next connection
            }
        }
    }

    private static byte[] answer(double last) {
        String json = "{\"outputs\":[{\"name\":\"y\",\"datatype\":\"FP64\",\"shape\":[1,3,2],\"parameters\":{\"binary_data_size\":48}},"
                + "{\"name\":\"n\",\"datatype\":\"INT32\",\"shape\":[1,1],\"parameters\":{\"binary_data_size\":4}}]}";
        byte[] head = ("HTTP/1.1 200 OK\r\n" + InferenceRequest.JSON_LENGTH + ": " + json.length() + "\r\nContent-Length: " + (json.length() + 52)
                + "\r\n\r\n" + json).getBytes(US_ASCII);
        ByteBuffer all = ByteBuffer.allocate(head.length + 52).order(java.nio.ByteOrder.LITTLE_ENDIAN).put(head);
        return all.putDouble(head.length + 40, last).array();
    }

    /** @param perConnection how many requests it answers before it closes a connection, without a word */
    private static Thread canned(ServerSocket listening, AtomicInteger connections, int perConnection) {
        String json = "{\"outputs\":[{\"name\":\"y\",\"datatype\":\"FP64\",\"shape\":[1,3,2],\"parameters\":{\"binary_data_size\":48}},"
                + "{\"name\":\"n\",\"datatype\":\"INT32\",\"shape\":[1,1],\"parameters\":{\"binary_data_size\":4}}]}";
        byte[] answer = ("HTTP/1.1 200 OK\r\n" + InferenceRequest.JSON_LENGTH + ": " + json.length() + "\r\nContent-Length: " + (json.length() + 52)
                + "\r\n\r\n" + json + "\0".repeat(52)).getBytes(US_ASCII);
        Thread thread = new Thread(() -> {
            while (!listening.isClosed()) {
                try (Socket socket = listening.accept()) {
                    connections.incrementAndGet();
                    InputStream in = new BufferedInputStream(socket.getInputStream());
                    int length = CannedServer.length(in);
                    for (int left = perConnection; left > 0 && length >= 0; left--) {
                        in.readNBytes(length);
                        socket.getOutputStream().write(answer);
                        length = left == 1 ? -1 : CannedServer.length(in);
                    }
                } catch (IOException e) {
                    connections.addAndGet(0); // the client has closed it, or the test has ended
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    @ParameterizedTest
    @CsvSource({"100, 1", "2, 3", "1, 6"})
    void shouldKeepItsConnectionAndTakeANewOneWhereTheServerHasClosedIt(int perConnection, int expected) throws Exception {
        AtomicInteger connections = new AtomicInteger();
        try (ServerSocket listening = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                RemoteClient client = new RemoteClient(options("http://127.0.0.1:" + listening.getLocalPort(), Credentials.NONE))) {
            canned(listening, connections, perConnection);
            for (int i = 0; i < 6; i++) {
                assertEquals(0, last(client, 1, LONG_NS));
            }
            assertEquals(expected, connections.get());
        }
    }

    /** A network that is cut: nobody answers to the first packet of a connection, since more wait than the server's queue holds. */
    @Test
    void shouldNotBeKeptByAConnectionThatIsNotMade() throws Exception {
        List<Socket> waiting = new ArrayList<>();
        try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                RemoteClient client = new RemoteClient(options("http://127.0.0.1:" + listening.getLocalPort(), Credentials.NONE))) {
            assertThrows(SocketTimeoutException.class, () -> {
                for (int i = 0; i < 100; i++) {
                    waiting.add(new Socket());
                    waiting.get(i).connect(listening.getLocalSocketAddress(), 100);
                }
            });
            RemoteFailure failure = assertThrows(RemoteFailure.class, () -> last(client, 0, SHORT_NS));
            assertEquals(Kind.TIMEOUT, failure.kind());
            assertTrue(failure.getMessage().endsWith("no answer within 200 ms"), failure.getMessage());
        } finally {
            for (Socket each : waiting) {
                each.close();
            }
        }
    }

    /** Where a request has stayed without an answer, what is kept may be dead, too. */
    @Test
    void shouldTakeANewConnectionAfterOneThatSaidNothing() throws Exception {
        try (PolicyServer server = new PolicyServer("counting", COUNTING, 0);
                RemoteClient client = new RemoteClient(options(server.url(), Credentials.NONE))) {
            assertEquals(5, last(client, 0, LONG_NS));
            assertEquals(1, client.kept());
            server.set(Fault.SILENT);
            assertThrows(RemoteFailure.class, () -> last(client, 0, SHORT_NS));
            assertEquals(0, client.kept());
        }
    }

    @Test
    void shouldFailWhatIsUnderWayWhenItIsClosed() throws Exception {
        try (PolicyServer server = new PolicyServer("counting", COUNTING, 0)) {
            server.set(Fault.SILENT);
            RemoteClient client = new RemoteClient(options(server.url(), Credentials.NONE));
            FutureTask<RemoteFailure> waiting = new FutureTask<>(() -> assertThrows(RemoteFailure.class, () -> last(client, 0, Long.MAX_VALUE)));
            new Thread(waiting).start();
            while (server.requests() == 0) {
                Thread.sleep(1);
            }
            client.close();
            assertEquals(Kind.CONNECTION, waiting.get().kind());
            assertTrue(assertThrows(RemoteFailure.class, () -> last(client, 0, LONG_NS)).getMessage().endsWith("the client is closed"));
        }
    }

    @Test
    void shouldSayThatAnAddressIsNoneOfHttp() throws Exception {
        try (ServerSocket listening = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                RemoteClient client = new RemoteClient(options("http://127.0.0.1:" + listening.getLocalPort(), Credentials.NONE))) {
            Thread greeting = new Thread(() -> {
                try (Socket socket = listening.accept()) {
                    socket.getOutputStream().write("SSH-2.0-OpenSSH_9.2\r\n".getBytes(US_ASCII));
                    socket.getInputStream().readAllBytes();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            greeting.start();
            RemoteFailure failure = assertThrows(RemoteFailure.class, () -> last(client, 0, LONG_NS));
            assertEquals(Kind.ANSWER, failure.kind());
            assertTrue(failure.getMessage().endsWith("not HTTP/1.1: 'SSH-2.0-OpenSSH_9.2'"), failure.getMessage());
            greeting.join();
        }
    }

    @Test
    void shouldShowTheTokenAndNeverSayIt() throws Exception {
        Path file = Files.writeString(dir.resolve("token"), SECRET + "\n");
        try (PolicyServer server = new PolicyServer("counting", COUNTING, 0, SECRET, null);
                RemoteClient client = new RemoteClient(options(server.url(), new Credentials(file.toString(), "", "")))) {
            assertEquals(5, last(client, 0, LONG_NS));
            Files.writeString(file, "another-" + SECRET);
            client.renewToken();
            RemoteFailure failure = assertThrows(RemoteFailure.class, () -> last(client, 0, LONG_NS));
            assertTrue(failure.getMessage().contains("HTTP status 401: unauthorized"), failure.getMessage());
            for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
                assertFalse(cause.toString().contains(SECRET), cause.toString());
            }
            assertFalse(options(server.url(), new Credentials(file.toString(), "", "")).toString().contains(SECRET));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \n ", "two words", "two\nlines", "v\u00e4ter", "bell\u0007"})
    void shouldRefuseATokenThatIsNoneWithoutSayingIt(String text) throws Exception {
        Path file = Files.writeString(dir.resolve("token"), text);
        InputException refused = assertThrows(InputException.class,
                () -> BearerToken.header(new Credentials(file.toString(), "", ""), Map.of()));
        assertTrue(refused.getMessage().startsWith("sampler.remote.token_file: "), refused.getMessage());
        assertTrue(text.isBlank() || !refused.getMessage().contains(text.strip()), refused.getMessage());
    }

    @Test
    void shouldTakeATokenFromTheEnvironment() {
        assertEquals("Bearer " + SECRET, BearerToken.header(new Credentials("", "ROBOT_TOKEN", ""), Map.of("ROBOT_TOKEN", SECRET)));
        assertNull(BearerToken.header(Credentials.NONE, Map.of("ROBOT_TOKEN", SECRET)));
        assertTrue(assertThrows(InputException.class, () -> BearerToken.header(new Credentials("", "ROBOT_TOKEN", ""), Map.of()))
                .getMessage().contains("no such variable"));
        Credentials missing = new Credentials(dir.resolve("none").toString(), "", "");
        assertTrue(assertThrows(InputException.class, () -> BearerToken.header(missing, Map.of())).getMessage().contains("cannot be read"));
        assertThrows(IllegalArgumentException.class, () -> new Credentials("a", "b", ""));
    }

    @Test
    void shouldTrustTheGivenAuthorityAndNobodyElse() throws Exception {
        Path store = dir.resolve("server.p12");
        Path certificate = dir.resolve("server.pem");
        keytool("-genkeypair", "-alias", "server", "-keyalg", "EC", "-dname", "CN=test", "-ext", "san=ip:127.0.0.1", "-validity", "2",
                "-storetype", "PKCS12", "-keystore", store.toString(), "-storepass", "changeit");
        KeyStore keys = keys(store);
        Files.writeString(certificate, "-----BEGIN CERTIFICATE-----\n" + Base64.getMimeEncoder().encodeToString(keys.getCertificate("server").getEncoded())
                + "\n-----END CERTIFICATE-----\n");
        try (PolicyServer server = new PolicyServer("counting", COUNTING, 0, SECRET, serverContext(keys))) {
            Path token = Files.writeString(dir.resolve("token"), SECRET);
            try (RemoteClient client = new RemoteClient(options(server.url(), new Credentials(token.toString(), "", certificate.toString())))) {
                assertEquals(5, last(client, 0, LONG_NS));
            }
            try (RemoteClient client = new RemoteClient(options(server.url(), new Credentials(token.toString(), "", "")))) {
                int before = server.requests();
                RemoteFailure failure = assertThrows(RemoteFailure.class, () -> last(client, 0, LONG_NS));
                assertTrue(failure.getMessage().contains("TLS: "), failure.getMessage());
                assertEquals(before, server.requests());
            }
        }
        Path empty = Files.writeString(dir.resolve("empty.pem"), "");
        assertThrows(InputException.class, () -> new RemoteClient(options("https://127.0.0.1:1", new Credentials("", "", empty.toString()))));
    }

    private static KeyStore keys(Path store) throws Exception {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, "changeit".toCharArray());
        }
        return keys;
    }

    private static SSLContext serverContext(KeyStore keys) throws Exception {
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, "changeit".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        return context;
    }

    private static void keytool(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/keytool"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        assertEquals(0, process.waitFor(), said);
    }

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:8000, false, false, ''", "http://localhost:8000/triton/, false, true, ''", "http://[::1]:8000, false, true, ''",
        "https://gpu.lab, false, true, ''", "http://10.0.0.3:8000, true, false, ''",
        "http://10.0.0.3:8000, false, false, expected https", "http://127.0.0.1.evil.org, false, false, expected https",
        "http://gpu.lab:8000, true, true, a token never leaves", "ftp://gpu.lab, true, false, expected http",
        "gpu.lab:8000, true, false, expected http", "https://gpu.lab/?a=b, true, false, without user",
        "https://robot:word@gpu.lab, true, false, one with a user", "https://, true, false, expected http"})
    void shouldAllowPlainHttpOnThisMachineAndElsewhereIfToldTo(String url, boolean insecure, boolean token, String refusal) {
        Credentials credentials = token ? new Credentials("/run/token", "", "") : Credentials.NONE;
        if (refusal.isEmpty()) {
            String at = new RemoteOptions(RemoteOptions.address(url), "m", 1, insecure, credentials).at("v2/models/m").toString();
            assertTrue(at.matches(url.replaceAll("/$", "").replace("[", "\\[").replace("]", "\\]") + "/v2/models/m"), at);
        } else {
            IllegalArgumentException refused = assertThrows(IllegalArgumentException.class,
                    () -> new RemoteOptions(RemoteOptions.address(url), "m", 1, insecure, credentials));
            assertTrue(refused.getMessage().contains(refusal), refused.getMessage());
            assertFalse(refused.getMessage().contains("word"), refused.getMessage());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "../x", "a b", "a?b", ".hidden", "-x"})
    void shouldRefuseAModelThatIsNoName(String model) {
        assertThrows(IllegalArgumentException.class,
                () -> new RemoteOptions(RemoteOptions.address("http://127.0.0.1:1"), model, 1, false, Credentials.NONE));
    }
}
