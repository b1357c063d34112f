package dev.dpros.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * All metrics of one node. Built and closed by the program; a thread {@code metrics} drains the latency recorders once a
 * second. Registering may allocate and lock; what the stages call does neither.
 */
public final class MetricsRegistry implements AutoCloseable {
    /** Upper bounds of the timers' buckets, for robots: 0.1 ms to 1 s. */
    private static final Duration[] BUCKETS = {
        Duration.ofNanos(100_000), Duration.ofNanos(200_000), Duration.ofNanos(500_000), Duration.ofMillis(1),
        Duration.ofMillis(2), Duration.ofMillis(5), Duration.ofMillis(10), Duration.ofMillis(20), Duration.ofMillis(50),
        Duration.ofMillis(100), Duration.ofMillis(200), Duration.ofMillis(500), Duration.ofSeconds(1)};
    private static final double[] WINDOW_PERCENTILES = {50, 99, 99.9, 100};

    private final CompositeMeterRegistry meters = new CompositeMeterRegistry();
    private final PrometheusMeterRegistry prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final List<LatencyRecorder> recorders = new CopyOnWriteArrayList<>();
    private final List<AutoCloseable> binders = new ArrayList<>();
    /** Micrometer refers to what a function counter reads weakly: collected, it would stand at 0. */
    private final List<LongSupplier> counted = new CopyOnWriteArrayList<>();
    private final List<MeterRegistry> others;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread started = new Thread(task, "metrics");
        started.setDaemon(true);
        return started;
    });

    /** A registry for Prometheus and for whatever other registries (JMX, OTLP) are given. */
    public MetricsRegistry(MeterRegistry... others) {
        meters.add(prometheus);
        this.others = List.of(others);
        this.others.forEach(meters::add);
    }

    /** Adds memory, garbage collection, threads and CPU of the Java machine. */
    public void bindJvm() {
        JvmGcMetrics collections = new JvmGcMetrics();
        collections.bindTo(meters);
        binders.add(collections);
        new JvmMemoryMetrics().bindTo(meters);
        new JvmThreadMetrics().bindTo(meters);
        new ProcessorMetrics().bindTo(meters);
    }

    /** Starts the metrics thread. */
    public void start() {
        thread.scheduleAtFixedRate(this::drain, 1, 1, TimeUnit.SECONDS);
    }

    /** The recorder of a stage of which there is one. */
    public LatencyRecorder latency(Stage stage) {
        return latency(stage, "");
    }

    /**
     * The recorder of a stage's instance; the same one when asked again.
     *
     * @param tag value of {@link Stage#tagKey()}, such as the source's name; empty for a stage without a tag
     */
    public synchronized LatencyRecorder latency(Stage stage, String tag) {
        for (LatencyRecorder recorder : recorders) {
            if (recorder.stage() == stage && recorder.tag().equals(tag)) {
                return recorder;
            }
        }
        if ((stage.tagKey() == null) != tag.isEmpty()) {
            throw new IllegalArgumentException(stage + ": tag '" + tag + "' for key " + stage.tagKey());
        }
        Tags tags = stage.tagKey() == null ? Tags.empty() : Tags.of(stage.tagKey(), tag);
        Timer timer = Timer.builder(stage.metricName()).description(stage.description()).tags(tags)
                .serviceLevelObjectives(BUCKETS).minimumExpectedValue(BUCKETS[0])
                .maximumExpectedValue(BUCKETS[BUCKETS.length - 1]).register(meters);
        LatencyRecorder recorder = new LatencyRecorder(stage, tag, timer);
        for (double percentile : WINDOW_PERCENTILES) {
            Gauge.builder("dpros.window.latency", recorder, r -> r.windowNs(percentile) / 1e9)
                    .baseUnit("seconds").description("Percentile of a stage's latency over the last 10 s")
                    .tags("stage", stage.label(), "source", tag, "quantile", quantile(percentile))
                    .register(meters);
        }
        recorders.add(recorder);
        return recorder;
    }

    private static String quantile(double percentile) {
        return percentile == 100 ? "1" : percentile == 99.9 ? "0.999" : percentile == 99 ? "0.99" : "0.5";
    }

    /**
     * A counter that some stage keeps in a plain field.
     *
     * @param name Micrometer's name; Prometheus adds {@code _total}
     * @param tags key, value, key, value ...
     */
    public void counter(String name, String description, LongSupplier count, String... tags) {
        counted.add(count);
        FunctionCounter.builder(name, count, LongSupplier::getAsLong).description(description).tags(tags).register(meters);
    }

    /**
     * A value that some stage keeps in a plain field.
     *
     * @param unit base unit such as {@code seconds}, or null
     * @param tags key, value, key, value ...
     */
    public void gauge(String name, String description, String unit, DoubleSupplier value, String... tags) {
        Gauge.builder(name, value, DoubleSupplier::getAsDouble).description(description).baseUnit(unit).tags(tags)
                .strongReference(true).register(meters);
    }

    /** All latency recorders, in the order from photon to command. */
    public List<LatencyRecorder> latencies() {
        return recorders.stream()
                .sorted(Comparator.comparing(LatencyRecorder::stage).thenComparing(LatencyRecorder::tag)).toList();
    }

    /** Moves what the stages recorded into the meters. The metrics thread does so once a second. */
    void drain() {
        recorders.forEach(LatencyRecorder::drain);
    }

    /**
     * The metrics as text.
     *
     * @param openMetrics OpenMetrics 1.0 rather than Prometheus 0.0.4
     */
    public String scrape(boolean openMetrics) {
        return prometheus.scrape(openMetrics ? OPEN_METRICS : PLAIN_TEXT);
    }

    static final String PLAIN_TEXT = "text/plain; version=0.0.4; charset=utf-8";
    static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /** Latencies since the start, all that was recorded until now included. */
    public RunSummary summary() {
        drain();
        return new RunSummary(latencies().stream().map(LatencyRecorder::row).filter(row -> row.count() > 0).toList());
    }

    /** Ends the thread and the other registries. The summary can still be asked for. */
    @Override
    public void close() {
        thread.shutdownNow();
        others.forEach(MeterRegistry::close);
        for (AutoCloseable binder : binders) {
            try {
                binder.close();
            } catch (Exception e) {
                throw new IllegalStateException("metrics binder did not close", e);
            }
        }
    }
}
