package dev.dpros.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
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

/** A Prometheus of our own that scrapes one port every second, with the rules that are shipped. */
public final class PrometheusPeer implements AutoCloseable {
    private static final Path FILES = Path.of("docker/prometheus").toAbsolutePath();
    private static final Path DASHBOARD = Path.of("docker/grafana/dashboards/dpros.json");
    private static final Pattern SERIES = Pattern.compile("\\b(dpros[:_][a-z0-9_:]+|jvm_[a-z_]+|up)\\b(?!\\s*\\()");

    private final HttpClient http = HttpClient.newHttpClient();
    private final Process process;
    private final int port;
    private final int target;

    /** Starts it; its files go to {@code folder}, it scrapes this port of loopback. */
    public PrometheusPeer(Path folder, int target) throws IOException {
        this.target = target;
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

    /** Whether the machine has one. */
    public static boolean installed() {
        return Files.isExecutable(Path.of("/usr/bin/prometheus"));
    }

    /** Asks for every expression of the dashboard, the rules and the alerts, and waits for every series that they use. */
    public void assertEverySeriesExists() throws IOException, InterruptedException {
        Set<String> expressions = expressions();
        assertTrue(expressions.size() > 60, "only " + expressions.size() + " expressions found");
        Set<String> names = new TreeSet<>();
        for (String expression : expressions) {
            query(expression.replace("$instance", "127.0.0.1:" + target).replace("$__rate_interval", "30s"));
            Matcher series = SERIES.matcher(expression.replaceAll("\"[^\"]*\"", "\"\"")
                    .replaceAll("\\b(by|label_values)\\s*\\(([^()]*)\\)", ""));
            while (series.find()) {
                names.add(series.group(1));
            }
        }
        for (String name : names) {
            awaitSeries(name);
        }
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

    private void awaitSeries(String name) throws IOException, InterruptedException {
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
