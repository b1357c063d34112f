package dev.dpros.metrics;

import static dev.dpros.metrics.RawHttp.get;
import static dev.dpros.metrics.RawHttp.post;
import static dev.dpros.metrics.RawHttp.status;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.InputException;
import dev.dpros.http.Replies;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class MetricsServerTest {
    private static final String TOKEN = "0123456789abcdef";

    private final MetricsRegistry registry = new MetricsRegistry();
    private MetricsServer server = new MetricsServer(ServerConfig.loopback(0), registry);

    @AfterEach
    void close() {
        server.close();
        registry.close();
    }

    private void serveWithToken() {
        server.close();
        server = new MetricsServer(new ServerConfig("127.0.0.1", 0, TOKEN), registry);
    }

    @Test
    void shouldServeTextWhateverElseIsOffered() throws IOException {
        registry.latency(Stage.INFERENCE).recordNs(1000);
        registry.drain();
        String protobuf = "Accept: application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;q=0.9,text/plain;q=0.5";
        String plain = get(server.port(), "/metrics", "Host: localhost", protobuf);
        assertEquals(200, status(plain));
        assertTrue(plain.contains("text/plain; version=0.0.4"));
        assertTrue(plain.contains("dpros_inference_seconds_count 1"));
        String open = get(server.port(), "/metrics", "Host: localhost",
                "Accept: application/openmetrics-text;version=1.0.0;q=0.8,text/plain;q=0.5");
        assertTrue(open.contains("application/openmetrics-text; version=1.0.0"));
        assertTrue(open.endsWith("# EOF\n"));
        assertEquals(404, status(get(server.port(), "/metricsx", "Host: localhost")));
    }

    @Test
    void shouldSayInOneLineThatThePortIsTaken() {
        InputException e = assertThrows(InputException.class,
                () -> new MetricsServer(ServerConfig.loopback(server.port()), registry));
        assertTrue(e.getMessage().startsWith("metrics: port " + server.port() + " on 127.0.0.1: expected a free port"),
                e.getMessage());
        assertFalse(e.getMessage().contains("\n"));
    }

    @Test
    void shouldRequireATokenToBindBeyondLoopback() {
        InputException e = assertThrows(InputException.class, () -> new ServerConfig("0.0.0.0", 8080, ""));
        assertTrue(e.getMessage().contains("metrics: token: expected at least 16 characters"), e.getMessage());
        assertThrows(InputException.class, () -> new ServerConfig("0.0.0.0", 8080, "short"));
        assertThrows(InputException.class, () -> new ServerConfig("127.0.0.1", 8080, "semi;colon;semi;colon"));
        assertThrows(InputException.class, () -> new ServerConfig("127.0.0.1", 70_000, ""));
        assertThrows(InputException.class, () -> new ServerConfig("no.such.host.invalid", 1, ""));
        assertFalse(new ServerConfig("0.0.0.0", 8080, TOKEN).toString().contains(TOKEN));
    }

    @Test
    void shouldAnswerOnLoopbackToItsOwnNamesOnly() throws IOException {
        for (String host : new String[] {"localhost", "localhost:8080", "127.0.0.1:9", "[::1]:8080"}) {
            assertEquals(200, status(get(server.port(), "/metrics", "Host: " + host)), host);
        }
        for (String host : new String[] {"evil.example", "127.evil.example", "localhost.evil.example:80"}) {
            assertEquals(403, status(get(server.port(), "/metrics", "Host: " + host)), host);
        }
    }

    @Test
    void shouldLetNobodyInWithoutTheTokenWhereOneIsSet() throws IOException {
        serveWithToken();
        int port = server.port();
        assertEquals(401, status(get(port, "/metrics", "Host: robot")));
        assertEquals(401, status(get(port, "/metrics", "Host: robot", "Authorization: Bearer wrong")));
        assertEquals(200, status(get(port, "/metrics", "Host: robot", "Authorization: Bearer " + TOKEN)));
        assertEquals(200, status(get(port, "/metrics", "Host: robot", "Cookie: a=b; dpros_token=" + TOKEN)));
    }

    @Test
    void shouldLogInOnceByLink() throws IOException {
        serveWithToken();
        server.add("/", exchange -> Replies.text(exchange, 200, "page"));
        assertEquals(401, status(get(server.port(), "/?token=wrong", "Host: robot")));
        String login = get(server.port(), "/?token=" + TOKEN, "Host: robot");
        assertEquals(303, status(login));
        assertTrue(login.contains("HttpOnly; SameSite=Strict"), login);
        assertEquals(200, status(get(server.port(), "/", "Host: robot", "Cookie: dpros_token=" + TOKEN)));
    }

    @Test
    void shouldActOnlyForThisRunsPage() throws IOException {
        server.add("/control", exchange -> Replies.text(exchange, 200, "done"));
        int port = server.port();
        String key = "X-Dpros-Session: " + server.access().sessionKey();
        assertEquals(200, status(post(port, "/control", "Host: localhost:1", key)));
        assertEquals(200, status(post(port, "/control", "Host: localhost:1", key, "Origin: http://localhost:1")));
        assertEquals(403, status(post(port, "/control", "Host: localhost:1", key, "Origin: http://evil.example")));
        assertEquals(403, status(post(port, "/control", "Host: localhost:1")));
        assertEquals(403, status(post(port, "/control", "Host: localhost:1", "X-Dpros-Session: 00")));
        assertEquals(405, status(RawHttp.exchange(port, "", "DELETE /control HTTP/1.1", "Host: localhost", key)));
    }
}
