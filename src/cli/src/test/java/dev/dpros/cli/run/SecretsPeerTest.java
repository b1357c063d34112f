package dev.dpros.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.dpros.node.OwnTopic;
import dev.dpros.ros.testing.Await;
import dev.dpros.ros.testing.RosMasterProcess;
import dev.dpros.ros.testing.RosTool;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A node with a token, and everything that it gives away: none of it holds the token. */
@Tag("realpeer")
@Timeout(180)
class SecretsPeerTest {
    private static final String TOKEN = "s3cr3t-token-0123456789";

    @TempDir
    private Path folder;

    private final Map<String, String> given = new LinkedHashMap<>();
    private final HttpClient http = HttpClient.newHttpClient();

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private void page(int port, String path, String token) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).header("Authorization", "Bearer " + token).build();
        try (InputStream body = http.send(request, BodyHandlers.ofInputStream()).body()) {
            given.put(path + " for " + (token.equals(TOKEN) ? "the owner" : "a stranger"),
                    new String(body.readNBytes(path.equals("/events") ? 2_000 : 1 << 20), StandardCharsets.UTF_8));
        }
    }

    private void files(Path under) throws IOException {
        try (Stream<Path> all = Files.walk(under)) {
            for (Path file : all.filter(Files::isRegularFile).filter(f -> !f.endsWith("robot.yaml")).toList()) {
                given.put(under.relativize(file).toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
    }

    @Test
    void shouldGiveAwayNoToken() throws Exception {
        RosTool.assumeInstalled("rosmaster", "rosparam", "rosnode", "rosservice");
        int port = freePort();
        Path config = PolicyProcess.config(folder, "metrics: {enabled: false}", "metrics: {enabled: true, bind: 127.0.0.1, port: " + port
                + ", token: " + TOKEN + "}");
        Logger root = (Logger) LoggerFactory.getLogger("dev.dpros");
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        root.addAppender(log);
        try (RosMasterProcess master = RosMasterProcess.rosmaster(); OwnTopic rosout = new OwnTopic(master.uri(), "/rosout", "rosgraph_msgs/Log");
                OwnTopic diagnostics = new OwnTopic(master.uri(), "/diagnostics", "diagnostic_msgs/DiagnosticArray");
                OwnTopic state = new OwnTopic(master.uri(), "/dpros/state", "diffusion_policy_msgs/ControllerState");
                RosTool world = RosTool.rospy(master.uri(), PolicyProcess.WORLD)) {
            world.awaitLine("ready");
            PolicyProcess node = PolicyProcess.start(master.uri(), config, "--record", folder.resolve("rec").toString(), "--trace",
                    folder.resolve("node.trace").toString(), "--json", folder.resolve("run.json").toString());
            try (node) {
                Await.until("it drives", () -> node.error().contains(" drive") || !node.isRunning());
                assertTrue(node.isRunning(), node::error);
                given.put("/dpros/state", state.await(m -> ((Number) m.get("state")).intValue() == 0).toString());
                given.put("~start_episode", RosTool.run(master.uri(), "/usr/bin/rosservice", "call", "/dpros/start_episode"));
                given.put("/diagnostics", diagnostics.next().toString());
                given.put("~stop", RosTool.run(master.uri(), "/usr/bin/rosservice", "call", "/dpros/stop")); // is said on /rosout
                given.put("/rosout", rosout.next().toString());
                given.put("parameters", RosTool.run(master.uri(), "/usr/bin/rosparam", "get", "/"));
                for (String path : List.of("/", "/metrics", "/session", "/events", "/nowhere", "/control/nothing")) {
                    page(port, path, TOKEN);
                    page(port, path, "wrong");
                }
            }
            given.put("standard error", node.error());
        } finally {
            root.detachAppender(log);
        }
        for (ILoggingEvent event : List.copyOf(log.list)) {
            given.merge("log", event.getFormattedMessage() + "\n", String::concat);
        }
        files(folder);
        given.forEach((where, text) -> assertFalse(text.contains(TOKEN), where + " holds the token"));
        assertTrue(given.get("parameters").contains("<redacted>"), "in_force");
        assertTrue(given.keySet().containsAll(List.of("node.trace", "run.json", "log", "/events for the owner")) && given.keySet().stream()
                .anyMatch(name -> name.endsWith(".dpj")), given.keySet()::toString);
        assertTrue(given.get("/metrics for the owner").contains("dpros_") && !given.get("/metrics for a stranger").contains("dpros_"));
    }

    @Test
    void shouldNotShowAWrongToken() throws Exception {
        RosTool.assumeInstalled("rosmaster");
        for (String token : List.of("[\"" + TOKEN + "\"]", "\"" + TOKEN + "!\"", "{a: " + TOKEN + "}")) {
            Path config = PolicyProcess.config(folder, "metrics: {enabled: false}", "metrics: {enabled: true, token: " + token + "}");
            try (RosMasterProcess master = RosMasterProcess.rosmaster();
                    PolicyProcess node = PolicyProcess.start(master.uri(), config)) {
                assertEquals(2, node.awaitExit(), node::error);
                assertTrue(node.error().contains("token") && !node.error().contains(TOKEN), node::error);
            }
        }
    }
}
