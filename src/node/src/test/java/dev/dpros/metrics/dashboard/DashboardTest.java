package dev.dpros.metrics.dashboard;

import static dev.dpros.metrics.RawHttp.get;
import static dev.dpros.metrics.RawHttp.post;
import static dev.dpros.metrics.RawHttp.status;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class DashboardTest {
    private final FakeNode node = new FakeNode(0, 2);
    private final int port = node.server.port();

    @AfterEach
    void close() {
        node.close();
    }

    private String key() {
        return "X-Dpros-Session: " + node.server.access().sessionKey();
    }

    /** Reads server-sent events until the wanted number of the named ones has come. */
    private List<JsonNode> events(String name, int wanted) throws IOException {
        List<JsonNode> found = new ArrayList<>();
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write("GET /events HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            String event = "";
            while (found.size() < wanted) {
                String line = in.readLine();
                assertNotNull(line, "the stream ended");
                if (line.startsWith("event: ")) {
                    event = line.substring(7);
                } else if (line.startsWith("data: ") && event.equals(name)) {
                    found.add(new ObjectMapper().readTree(line.substring(6)));
                }
            }
        }
        return found;
    }

    private static List<String> assets() throws IOException {
        Path folder = Path.of("src/node/src/main/resources/dashboard");
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).map(file -> folder.relativize(file).toString()).sorted().toList();
        }
    }

    @Test
    void shouldServeThePageWithoutAnythingFromElsewhere() throws IOException {
        String page = get(port, "/", "Host: localhost");
        assertEquals(200, status(page));
        assertTrue(page.contains("frame-ancestors 'none'"), page);
        for (String name : assets()) {
            String asset = get(port, "/" + name, "Host: localhost");
            assertEquals(200, status(asset), name);
            assertFalse(asset.replace("http://www.w3.org/2000/svg", "").matches("(?s).*(https?:)?//[a-z0-9.-]+\\.[a-z]{2,}.*"),
                    name);
        }
        Matcher tag = Pattern.compile("(?i)etag: (\\S+)").matcher(page);
        assertTrue(tag.find());
        assertEquals(304, status(get(port, "/", "Host: localhost", "If-None-Match: " + tag.group(1))));
        assertEquals(404, status(get(port, "/../pom.xml", "Host: localhost")));
        assertEquals(404, status(get(port, "/panels/../../logback.xml", "Host: localhost")));
        assertEquals(404, status(get(port, "/panels/%2e%2e/index.html", "Host: localhost")));
        assertEquals(404, status(get(port, "/panels", "Host: localhost")));
        assertEquals(404, status(get(port, "/logback.xml", "Host: localhost")));
    }

    @Test
    void shouldStreamSnapshots() throws IOException {
        List<JsonNode> states = events("state", 3);
        JsonNode first = states.get(0);
        assertEquals("nominal", first.at("/safety/state").asText());
        assertEquals("x", first.at("/joints/names/0").asText());
        assertEquals(32, first.at("/overlays/0/chunk").size());
        assertTrue(states.get(2).get("rosNs").asLong() > first.get("rosNs").asLong());
    }

    @Test
    void shouldTellThePastBeforeTheFirstState() throws IOException {
        JsonNode past = events("past", 1).get(0);
        assertEquals(160, past.get("ageMs").size());
        assertEquals(2, past.at("/commanded/0").size());
        assertEquals(8, past.get("cycles").size());
        assertEquals("the policy drives already", events("state", 1).get(0).at("/refusals/start").asText());
    }

    @Test
    void shouldStreamTheSameLatenciesAsTheMetrics() throws IOException {
        JsonNode row = null;
        for (JsonNode candidate : events("latency", 3).get(2)) { // one a second: the metrics thread has drained by now
            row = candidate.get("stage").asText().equals("denoising_step") ? candidate : row;
        }
        assertNotNull(row);
        double p50 = row.get("p50").asDouble();
        assertEquals(3.6, p50, 0.5);
        long binned = 0;
        for (JsonNode bin : row.get("bins")) {
            binned += bin.asLong();
        }
        assertEquals(row.get("count").asLong(), binned);
        Matcher exported = Pattern.compile("dpros_window_latency_seconds\\{quantile=\"0.5\",source=\"\",stage=\"denoising_step\"\\} (\\S+)")
                .matcher(get(port, "/metrics", "Host: localhost"));
        assertTrue(exported.find());
        assertEquals(p50, Double.parseDouble(exported.group(1)) * 1000, 0.3);
    }

    @Test
    void shouldEncodeEachCameraFrameOnce() throws IOException {
        node.freeze(true);
        assertEquals(200, status(get(port, "/camera/overhead", "Host: localhost")));
        String again = get(port, "/camera/overhead", "Host: localhost");
        assertTrue(again.contains("image/png"));
        Matcher tag = Pattern.compile("(?i)etag: (\\S+)").matcher(again);
        assertTrue(tag.find());
        assertEquals(304, status(get(port, "/camera/overhead", "Host: localhost", "If-None-Match: " + tag.group(1))));
        node.freeze(false);
        assertEquals(200, status(get(port, "/camera/overhead", "Host: localhost", "If-None-Match: " + tag.group(1))));
        assertEquals(404, status(get(port, "/camera/nowhere", "Host: localhost")));
    }

    @Test
    void shouldObeyTheOperatorOnce() throws IOException {
        assertEquals(200, status(post(port, "/control/estop", "Host: localhost", key())));
        assertEquals(List.of(DashboardControls.Action.ESTOP), node.acted);
        assertEquals("fault", events("state", 1).get(0).at("/safety/state").asText());
        String refused = post(port, "/control/start", "Host: localhost", key());
        assertEquals(409, status(refused));
        assertTrue(refused.contains("reset first"));
        assertEquals(404, status(post(port, "/control/explode", "Host: localhost", key())));
    }

    @Test
    void shouldNotActOnAForgedRequest() throws IOException {
        assertEquals(403, status(post(port, "/control/start", "Host: localhost")));
        assertEquals(403, status(post(port, "/control/start", "Host: localhost", key(), "Origin: http://evil.example")));
        assertEquals(405, status(get(port, "/control/start", "Host: localhost")));
        assertTrue(node.acted.isEmpty());
    }

    @Test
    void shouldTurnAwayTheNinthViewer() throws IOException {
        List<Socket> viewers = new ArrayList<>();
        try {
            for (int i = 0; i < 8; i++) {
                Socket viewer = new Socket("127.0.0.1", port);
                viewers.add(viewer);
                viewer.getOutputStream().write("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.UTF_8));
                assertTrue(viewer.getInputStream().read() > 0);
            }
            assertEquals(503, status(get(port, "/events", "Host: localhost")));
        } finally {
            for (Socket viewer : viewers) {
                viewer.close();
            }
        }
    }
}
