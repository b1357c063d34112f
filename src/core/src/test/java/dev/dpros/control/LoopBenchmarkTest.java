package dev.dpros.control;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.SystemClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LoopBenchmarkTest {
    @Test
    @Timeout(30)
    void shouldCountTicksAndReportPercentiles() throws InterruptedException {
        LoopBenchmark.Config config = new LoopBenchmark.Config(100, 0.5, 0.2, 0, PacerConfig.NORMAL);
        LoopBenchmark.Result result = new LoopBenchmark(config, new SystemClock()).run();
        assertTrue(result.ticks() + result.missed() > 10, result.summary());
        assertTrue(result.lateness().getTotalCount() > 0);
        assertTrue(result.chunks() > 0);
        assertTrue(result.cpu().getTotalCount() > 10 && result.cpu().getMinValue() > 1, result.summary());
        assertTrue(result.summary().contains("p99.9"));
    }

    @Test
    void shouldRefuseRatesItCannotRun() {
        assertThrows(IllegalArgumentException.class, () -> new LoopBenchmark.Config(5000, 1, 0, 0, PacerConfig.NORMAL));
    }

    /** For docs/benchmarks.md: rate, seconds, load threads, spin in us, real time or not. */
    public static void main(String[] args) throws InterruptedException {
        long spinNs = Long.parseLong(args[3]) * 1000;
        PacerConfig pacer = Boolean.parseBoolean(args[4]) ? new PacerConfig(spinNs, spinNs, 80, -1, true)
                : new PacerConfig(spinNs, spinNs, 0, -1, false);
        LoopBenchmark.Config config = new LoopBenchmark.Config(Double.parseDouble(args[0]), Double.parseDouble(args[1]), 5,
                Integer.parseInt(args[2]), pacer);
        LoopBenchmark.Result result = new LoopBenchmark(config, new SystemClock()).run();
        System.out.println(result.summary());
        result.warnings().forEach(System.out::println);
    }
}
