#!/usr/bin/env bash
# Micrometer: the percentiles of a timer with publishPercentiles
#
# Good guess: percentiles are rounded to a bucket, as in any histogram, upwards, as HdrHistogram's getValueAtPercentile does:
# a reported p99 of 33 ms says that 99 % took 33 ms or less.
# Really: they are rounded DOWN, with the default precision of one digit by up to 5.9 %. If each of 1000 calls takes 100 ms,
# then p50, p99 and p100 are 96.47 ms: less than the fastest call, while max() says 100. A deadline can be missed by every
# single call and the reported p99 still lies below it.
# Remedy: percentilePrecision(2) or (3), or buckets (serviceLevelObjectives), whose counts are exact.
#
# Versions: io.micrometer:micrometer-core 1.17.2 with HdrHistogram 2.2.2 (Maven Central). Seen on 2026-11-29, 1000 equal
# calls each; the last line is the worst of 1.0 to 200.0 ms in steps of 0.1 ms:
#| digits  every call        max     p50     p99    p100
#|      1    33.30 ms   33.30   32.51   32.51   32.51
#|      1   100.00 ms  100.00   96.47   96.47   96.47
#|      2    33.30 ms   33.30   33.29   33.29   33.29
#|      2   100.00 ms  100.00   99.61   99.61   99.61
#|      3    33.30 ms   33.30   33.29   33.29   33.29
#|      3   100.00 ms  100.00   99.94   99.94   99.94
#| too low by at most: 5.9 % with 1 digit, 0.8 % with 2
. "$(dirname "$0")/common.bash"
jars io.micrometer:micrometer-core:1.17.2

cat >"$tmp/Percentiles.java" <<'J'
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.TimeUnit;

class Percentiles {
    static Timer timer(long microseconds, int digits, int calls) {
        Timer timer = Timer.builder("inference").publishPercentiles(0.5, 0.99, 1).percentilePrecision(digits)
                .register(new SimpleMeterRegistry());
        for (int i = 0; i < calls; i++) {
            timer.record(microseconds, TimeUnit.MICROSECONDS);
        }
        return timer;
    }

    static double ms(HistogramSnapshot snapshot, int which) {
        return snapshot.percentileValues()[which].value(TimeUnit.MILLISECONDS);
    }

    static double worst(int digits) {
        double worst = 0;
        for (long us = 1_000; us <= 200_000; us += 100) {
            worst = Math.max(worst, 1 - 1000 * ms(timer(us, digits, 1).takeSnapshot(), 1) / us);
        }
        return 100 * worst;
    }

    public static void main(String[] args) {
        System.out.println("digits  every call        max     p50     p99    p100");
        for (int digits = 1; digits <= 3; digits++) {
            for (long us : new long[] {33_300, 100_000}) {
                Timer timer = timer(us, digits, 1000);
                HistogramSnapshot snapshot = timer.takeSnapshot();
                System.out.printf("%6d   %6.2f ms  %6.2f  %6.2f  %6.2f  %6.2f%n", digits, us / 1000.0,
                        timer.max(TimeUnit.MILLISECONDS), ms(snapshot, 0), ms(snapshot, 1), ms(snapshot, 2));
            }
        }
        System.out.printf("too low by at most: %.1f %% with 1 digit, %.1f %% with 2%n", worst(1), worst(2));
    }
}
J
java -cp "$tmp/jars/*" "$tmp/Percentiles.java" >"$tmp/seen" 2>"$tmp/java.log"
as_seen "$tmp/seen"
