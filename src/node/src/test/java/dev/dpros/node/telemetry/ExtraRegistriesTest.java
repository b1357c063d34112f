package dev.dpros.node.telemetry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.dpros.config.MetricsSection;
import dev.dpros.metrics.NodeMeters;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The registries that a configuration adds. */
@Timeout(60)
class ExtraRegistriesTest {
    @Test
    void shouldShowTheMetersInJmxWhileTheNodeRuns() throws Exception {
        MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
        ObjectName ticks = new ObjectName("dpros:name=dprosTicks,type=meters");
        try (Telemetry telemetry = new Telemetry(new MetricsSection(true, "127.0.0.1", 0, "", true, ""))) {
            new NodeMeters(telemetry.registry()).ticks(() -> 1234, () -> 1);
            assertTrue(beans.isRegistered(ticks), () -> "" + beans.queryNames(null, null));
            assertTrue(((Number) beans.getAttribute(ticks, "Count")).longValue() >= 0);
        }
        assertEquals(0, beans.queryNames(new ObjectName("dpros:*"), null).size(), "gone with the node");
    }

    @Test
    void shouldSendTheMetersByOtlp() throws Exception {
        LinkedBlockingQueue<Map.Entry<String, String>> received = new LinkedBlockingQueue<>();
        HttpServer collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/v1/metrics", exchange -> {
            received.add(Map.entry(String.valueOf(exchange.getRequestHeaders().getFirst("Content-Type")),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1)));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
        String url = "http://127.0.0.1:" + collector.getAddress().getPort() + "/v1/metrics";
        try {
            try (Telemetry telemetry = new Telemetry(new MetricsSection(true, "127.0.0.1", 0, "", false, url))) {
                new NodeMeters(telemetry.registry()).ticks(() -> 1234, () -> 1);
            }
            Map.Entry<String, String> sent = received.poll(20, TimeUnit.SECONDS);
            assertEquals("application/x-protobuf", sent.getKey());
            assertTrue(sent.getValue().contains("dpros.ticks") && sent.getValue().contains("service.name")
                    && sent.getValue().contains("dpros.ticks.missed"));
        } finally {
            collector.stop(0);
        }
    }
}
