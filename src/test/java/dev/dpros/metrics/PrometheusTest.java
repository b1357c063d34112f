package dev.dpros.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dpros.core.Transport;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The rules by promtool, and every series that rules and dashboards use asked of a real Prometheus. */
@Tag("realpeer")
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class PrometheusTest {
    private static final Path FILES = Path.of("docker/prometheus").toAbsolutePath();
    private static final Path DASHBOARD = Path.of("docker/grafana/dashboards/dpros.json");
    private static final Pattern SERIES = Pattern.compile("\\b(dpros[:_][a-z0-9_:]+|jvm_[a-z_]+|up)\\b(?!\\s*\\()");

    @TempDir
    private Path folder;

    private static int run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        assertEquals(0, status, output);
        return status;
    }

    private static void assumeInstalled(String tool) {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/" + tool)), tool + " is not installed");
    }

    @Test
    void shouldPassPromtool() throws Exception {
        assumeInstalled("promtool");
        run("/usr/bin/promtool", "check", "config", FILES.resolve("prometheus.yml").toString());
        run("/usr/bin/promtool", "test", "rules", FILES.resolve("tests/alerts_test.yml").toString());
    }

    @Test
    void shouldTestEveryAlertAndDocumentIt() throws Exception {
        String tests = Files.readString(FILES.resolve("tests/alerts_test.yml"));
        String documentation = Files.readString(Path.of("docs/metrics.md"));
        Matcher alerts = Pattern.compile("- alert: (\\w+)").matcher(Files.readString(FILES.resolve("alerts.yml")));
        Set<String> defined = new TreeSet<>();
        while (alerts.find()) {
            defined.add(alerts.group(1));
            assertTrue(tests.contains("alertname: " + alerts.group(1)), alerts.group(1) + " has no test");
            assertTrue(documentation.contains(alerts.group(1)), alerts.group(1) + " is not in docs/metrics.md");
        }
        Matcher named = Pattern.compile("Dpros[A-Z]\\w+").matcher(documentation);
        while (named.find()) {
            assertTrue(defined.contains(named.group()), named.group() + " is documented but not defined");
        }
    }

    @Test
    void shouldExportEverySeriesThatRulesAndDashboardsUse() throws Exception {
        assumeInstalled("prometheus");
        try (MetricsRegistry registry = new MetricsRegistry();
                MetricsServer server = new MetricsServer(ServerConfig.loopback(0), registry);
                Peer prometheus = new Peer(folder, server.port())) {
            NodeMetersTest.registerAll(registry);
            new NodeMeters(registry).subscription("/joint_states", stub(Transport.Subscription.class));
            new NodeMeters(registry).publication("/command", stub(Transport.Publication.class));
            System.gc(); // so that there has been a pause
            Set<String> expressions = expressions();
            assertTrue(expressions.size() > 60, "only " + expressions.size() + " expressions found");
            Set<String> names = new TreeSet<>();
            for (String expression : expressions) {
                prometheus.query(expression.replace("$instance", "127.0.0.1:" + server.port())
                        .replace("$__rate_interval", "30s"));
                Matcher series = SERIES.matcher(expression.replaceAll("\"[^\"]*\"", "\"\"")
                        .replaceAll("\\b(by|label_values)\\s*\\(([^()]*)\\)", ""));
                while (series.find()) {
                    names.add(series.group(1));
                }
            }
            for (String name : names) {
                prometheus.awaitSeries(name);
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static <T> T stub(Class<T> type) {
        return (T) Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
                (proxy, method, arguments) -> method.getReturnType() == int.class ? (Object) 1 : (Object) 5L);
    }

    private static Set<String> expressions() throws IOException {
        Set<String> found = new TreeSet<>();
        for (JsonNode expression : new ObjectMapper().readTree(DASHBOARD.toFile()).findValues("expr")) {
            found.add(expression.asText());
        }
        for (String file : new String[] {"rules.yml", "alerts.yml"}) {
            Matcher expression = Pattern.compile("(?m)^\\s+expr: (.*)$").matcher(Files.readString(FILES.resolve(file)));
            while (expression.find()) {
                found.add(expression.group(1));
            }
        }
        return found;
    }

    /** A Prometheus of our own that scrapes one port every second. */
    private static final class Peer implements AutoCloseable {
        private final HttpClient http = HttpClient.newHttpClient();
        private final Process process;
        private final int port;

        Peer(Path folder, int target) throws IOException {
            try (ServerSocket free = new ServerSocket(0)) {
                port = free.getLocalPort();
            }
            String config = Files.readString(FILES.resolve("prometheus.yml"))
                    .replace("interval: 5s", "interval: 1s")
                    .replace("127.0.0.1:8080", "127.0.0.1:" + target)
                    .replace("- rules.yml", "- " + FILES.resolve("rules.yml"))
                    .replace("- alerts.yml", "- " + FILES.resolve("alerts.yml"));
            Path file = Files.writeString(folder.resolve("prometheus.yml"), config);
            process = new ProcessBuilder("/usr/bin/prometheus", "--config.file=" + file,
                    "--storage.tsdb.path=" + folder.resolve("data"), "--web.listen-address=127.0.0.1:" + port)
                    .redirectErrorStream(true).redirectOutput(folder.resolve("log").toFile()).start();
        }

        /** The answer's result; fails if Prometheus rejects the expression. */
        JsonNode query(String expression) throws IOException, InterruptedException {
            URI uri = URI.create("http://127.0.0.1:" + port + "/api/v1/query?query="
                    + URLEncoder.encode(expression, StandardCharsets.UTF_8));
            while (true) {
                try {
                    HttpResponse<String> answer = http.send(HttpRequest.newBuilder(uri).build(),
                            HttpResponse.BodyHandlers.ofString());
                    if (answer.statusCode() == 503) {
                        TimeUnit.MILLISECONDS.sleep(100); // starting
                        continue;
                    }
                    assertEquals(200, answer.statusCode(), expression + ": " + answer.body());
                    return new ObjectMapper().readTree(answer.body()).at("/data/result");
                } catch (java.net.ConnectException e) {
                    assertTrue(process.isAlive(), "prometheus ended");
                    TimeUnit.MILLISECONDS.sleep(100);
                }
            }
        }

        void awaitSeries(String name) throws IOException, InterruptedException {
            for (int attempt = 0; attempt < 200; attempt++) {
                if (!query("count(" + name + ")").isEmpty()) {
                    return;
                }
                TimeUnit.MILLISECONDS.sleep(100);
            }
            throw new AssertionError("no series " + name);
        }

        @Override
        public void close() throws InterruptedException {
            process.destroy();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
    }
}
