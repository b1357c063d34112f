package dev.dpros.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dpros.core.Transport;
import java.io.IOException;
import java.lang.reflect.Proxy;
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
                PrometheusPeer prometheus = new PrometheusPeer(folder, server.port())) {
            NodeMetersTest.registerAll(registry);
            new NodeMeters(registry).subscription("/joint_states", stub(Transport.Subscription.class));
            new NodeMeters(registry).output("/command", () -> 1, () -> 2, () -> 3);
            System.gc(); // so that there has been a pause
            prometheus.assertEverySeriesExists();
        }
    }

    @SuppressWarnings("unchecked")
    private static <T> T stub(Class<T> type) {
        return (T) Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
                (proxy, method, arguments) -> method.getReturnType() == int.class ? (Object) 1 : (Object) 5L);
    }
}
