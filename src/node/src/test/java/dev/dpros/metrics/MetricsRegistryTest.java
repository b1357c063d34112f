package dev.dpros.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MetricsRegistryTest {
    private final MetricsRegistry registry = new MetricsRegistry();

    @AfterEach
    void close() {
        registry.close();
    }

    @Test
    void shouldSummariseARunByPercentiles() {
        LatencyRecorder lateness = registry.latency(Stage.TICK_LATENESS);
        for (int i = 1; i <= 1000; i++) {
            lateness.recordNs(i * 1000L);
            if (i % 300 == 0) {
                registry.drain();
            }
        }
        RunSummary.Row row = registry.summary().row(Stage.TICK_LATENESS, "");
        assertEquals(1000, row.count());
        assertEquals(0.5, row.p50Ms(), 0.005);
        assertEquals(0.99, row.p99Ms(), 0.0099);
        assertEquals(0.999, row.p999Ms(), 0.0099);
        assertEquals(1.0, row.maxMs(), 0.01);
        assertTrue(registry.summary().table().contains("tick lateness"));
    }

    @Test
    void shouldForgetTheWindowButNotTheTotal() {
        LatencyRecorder step = registry.latency(Stage.DENOISING_STEP);
        step.recordNs(5_000_000);
        registry.drain();
        assertEquals(5e6, step.windowNs(50), 5e4);
        for (int i = 0; i < 10; i++) {
            registry.drain();
        }
        assertEquals(0, step.windowNs(50));
        assertEquals(0, step.windowCount());
        assertEquals(1, registry.summary().row(Stage.DENOISING_STEP, "").count());
    }

    @Test
    void shouldCountTheWindowInBins() {
        LatencyRecorder step = registry.latency(Stage.DENOISING_STEP);
        step.recordNs(500_000);
        step.recordNs(1_500_000);
        step.recordNs(1_600_000);
        step.recordNs(9_000_000);
        registry.drain();
        assertEquals(java.util.List.of(1L, 2L, 1L),
                java.util.Arrays.stream(step.windowBins(new long[] {1_000_000, 2_000_000})).boxed().toList());
    }

    @Test
    void shouldClampAbsurdDurations() {
        LatencyRecorder age = registry.latency(Stage.SOURCE_AGE, "wrist");
        age.recordNs(-5);
        age.recordNs(Long.MAX_VALUE);
        RunSummary.Row row = registry.summary().row(Stage.SOURCE_AGE, "wrist");
        assertEquals(2, row.count());
        assertEquals(10_000, row.maxMs(), 100);
    }

    @Test
    void shouldExportBucketsForRobotsAndWindowPercentiles() {
        LatencyRecorder inference = registry.latency(Stage.INFERENCE);
        inference.recordNs(30_000_000);
        inference.recordNs(70_000_000);
        registry.drain();
        String text = registry.scrape(false);
        assertTrue(text.contains("dpros_inference_seconds_bucket{le=\"0.02\"} 0"), text);
        assertTrue(text.contains("dpros_inference_seconds_bucket{le=\"0.05\"} 1"), text);
        assertTrue(text.contains("dpros_inference_seconds_bucket{le=\"0.1\"} 2"), text);
        assertEquals(14, text.lines().filter(line -> line.startsWith("dpros_inference_seconds_bucket")).count());
        assertTrue(text.contains("dpros_window_latency_seconds{quantile=\"0.5\",source=\"\",stage=\"inference\"}"), text);
        assertTrue(registry.scrape(true).endsWith("# EOF\n"));
        assertFalse(text.contains("# EOF"));
    }

    @Test
    void shouldReadCountersAndGaugesThatOthersKeep() {
        long[] misses = {3};
        registry.counter("dpros.deadline.misses", "Missed", () -> misses[0], "reason", "inference");
        registry.gauge("dpros.watchdog.state", "State", null, () -> misses[0] * 2);
        assertTrue(registry.scrape(false).contains("dpros_deadline_misses_total{reason=\"inference\"} 3.0"));
        misses[0] = 4;
        assertTrue(registry.scrape(false).contains("dpros_deadline_misses_total{reason=\"inference\"} 4.0"));
        assertTrue(registry.scrape(false).contains("dpros_watchdog_state 8.0"));
    }

    @Test
    void shouldCountOnAfterACollection() {
        long[] misses = {3};
        registry.counter("dpros.ticks", "Ticks", () -> misses[0]);
        WeakReference<Object> witness = new WeakReference<>(new Object());
        while (witness.get() != null) {
            System.gc();
        }
        assertTrue(registry.scrape(false).contains("dpros_ticks_total 3.0"));
    }

    @Test
    void shouldGiveTheSameRecorderForTheSameStage() {
        assertSame(registry.latency(Stage.SOURCE_AGE, "a"), registry.latency(Stage.SOURCE_AGE, "a"));
        assertThrows(IllegalArgumentException.class, () -> registry.latency(Stage.SOURCE_AGE));
        assertThrows(IllegalArgumentException.class, () -> registry.latency(Stage.INFERENCE, "a"));
        assertNull(registry.summary().row(Stage.SOURCE_AGE, "a"));
        assertEquals("", registry.summary().table());
    }

    @Test
    void shouldRecordWithoutAllocating() {
        LatencyRecorder lateness = registry.latency(Stage.TICK_LATENESS);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().getId();
        // The JVM itself allocates on this thread now and then (a class resolved, a method deoptimised: a few hundred bytes), so
        // the best of many rounds tells; what a record allocated would be in every round, 10,000 times.
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 50 && least > 0; round++) {
            long before = threads.getThreadAllocatedBytes(id);
            for (int i = 0; i < 10_000; i++) {
                lateness.recordNs(i * 100L);
            }
            least = Math.min(least, threads.getThreadAllocatedBytes(id) - before);
        }
        assertEquals(0, least, "bytes for 10000 records");
    }

    @Test
    void shouldBindTheJavaMachine() {
        registry.bindJvm();
        String text = registry.scrape(false);
        assertTrue(text.contains("jvm_memory_used_bytes"));
        assertTrue(text.contains("jvm_threads_live_threads"));
        assertTrue(text.contains("process_cpu_usage") || text.contains("system_cpu_count"));
    }
}
