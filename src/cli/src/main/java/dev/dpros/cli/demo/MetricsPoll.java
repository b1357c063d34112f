package dev.dpros.cli.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a running node's metrics page now and then, on a daemon thread of its own: for live views in a terminal. Values
 * are the last ones read; any thread may ask.
 */
final class MetricsPoll implements AutoCloseable {
    private static final Pattern SAMPLE = Pattern.compile("([a-z_]+(?:\\{[^}]*})?) ([-+0-9.eENaInf]+)");
    private static final long PERIOD_MS = 500;

    private final HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
    private final HttpRequest request;
    private final Map<String, Double> samples = new ConcurrentHashMap<>();
    private final Thread thread;
    private volatile boolean closed;

    /** Starts polling this address, such as {@code http://127.0.0.1:8080/metrics}. */
    MetricsPoll(URI page) {
        request = HttpRequest.newBuilder(page).timeout(Duration.ofSeconds(1)).build();
        thread = new Thread(this::run, "metrics-poll");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        while (!closed) {
            try {
                read(http.send(request, HttpResponse.BodyHandlers.ofString()).body());
                Thread.sleep(PERIOD_MS);
            } catch (IOException e) {
                samples.clear(); // the node is not there (yet, or any more): nothing is known
                pause();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PERIOD_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void read(String page) {
        page.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            Matcher sample = SAMPLE.matcher(line);
            if (sample.lookingAt()) {
                try {
                    samples.put(sample.group(1), Double.parseDouble(sample.group(2).replace("+Inf", "Infinity")));
                } catch (NumberFormatException e) {
                    samples.remove(sample.group(1));
                }
            }
        });
    }

    /** A sample by name and labels as Prometheus writes them, or NaN. */
    double value(String sample) {
        return samples.getOrDefault(sample, Double.NaN);
    }

    /** The sum of all samples of a name, whatever their labels. */
    double sum(String name) {
        return samples.entrySet().stream().filter(e -> e.getKey().startsWith(name + "{") || e.getKey().equals(name))
                .mapToDouble(Map.Entry::getValue).sum();
    }

    /** The label {@code state} of the watchdog gauge that is 1, or {@code -}. */
    String watchdogState() {
        for (String state : new String[] {"nominal", "degraded", "hold", "fault"}) {
            if (value("dpros_watchdog_state{state=\"" + state + "\"}") == 1) {
                return state;
            }
        }
        return "-";
    }

    /** A percentile of a stage's latency over the last ten seconds, ms, or NaN. */
    double latencyMs(String stage, String quantile) {
        return 1e3 * value("dpros_window_latency_seconds{quantile=\"" + quantile + "\",source=\"\",stage=\"" + stage + "\"}");
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
