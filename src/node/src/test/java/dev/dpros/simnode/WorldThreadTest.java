package dev.dpros.simnode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WorldThreadTest {
    private static final long PERIOD_NS = 10_000_000;

    /** Goes on by one period a read, and leaps once. */
    private static final class LeapingClock implements Clock {
        private final long leapNs;
        private long reads;

        LeapingClock(long leapNs) {
            this.leapNs = leapNs;
        }

        @Override
        public synchronized long monotonicNs() {
            reads++;
            return reads * PERIOD_NS + (reads > 5 ? leapNs : 0);
        }

        @Override
        public long rosNs() {
            return 1_000_000_003L;
        }
    }

    /** Stamps and deadlines on one clock, set by hand. */
    private static final class OneClock implements Clock {
        private static final long OFFSET_NS = 1_000_000_000_003L;
        private volatile long nowNs;

        @Override
        public long monotonicNs() {
            return nowNs;
        }

        @Override
        public long rosNs() {
            return nowNs + OFFSET_NS;
        }
    }

    private static List<Long> ticks(long leapNs, long[] missed) throws InterruptedException {
        List<Long> times = new ArrayList<>();
        CountDownLatch enough = new CountDownLatch(1);
        WorldThread thread = new WorldThread("test-world", null, WorldPace.REAL_TIME, new LeapingClock(leapNs), PERIOD_NS,
                nowNs -> {
                    synchronized (times) {
                        times.add(nowNs);
                        if (times.size() == 40) {
                            enough.countDown();
                        }
                    }
                });
        thread.start();
        assertTrue(enough.await(20, TimeUnit.SECONDS));
        thread.close();
        missed[0] = thread.missed();
        synchronized (times) {
            return List.copyOf(times.subList(0, 40));
        }
    }

    @Test
    void shouldMakeUpForAShortDelayTickByTick() throws InterruptedException {
        long[] missed = new long[1];
        List<Long> times = ticks(4 * PERIOD_NS, missed);
        for (int i = 0; i < times.size(); i++) {
            assertEquals(1_000_000_000L + (i + 1) * PERIOD_NS, times.get(i));
        }
        assertEquals(0, missed[0]);
    }

    @Test
    void shouldSkipToTheLatestTickAfterAStallAndCountWhatItMissed() throws InterruptedException {
        long[] missed = new long[1];
        List<Long> times = ticks(100 * PERIOD_NS, missed);
        long largest = 0;
        for (int i = 1; i < times.size(); i++) {
            largest = Math.max(largest, times.get(i) - times.get(i - 1));
            assertEquals(0, times.get(i) % PERIOD_NS);
        }
        assertTrue(missed[0] >= 95 && missed[0] <= 105, "missed " + missed[0]);
        assertEquals((missed[0] + 1) * PERIOD_NS, largest, "in one leap");
    }

    @Test
    void shouldStampWithTheClocksTimeHoweverLongItWaitedForItsStart() throws InterruptedException {
        OneClock clock = new OneClock();
        BlockingQueue<Long> times = new LinkedBlockingQueue<>();
        try (WorldThread thread = new WorldThread("test-world", null, WorldPace.REAL_TIME, clock, PERIOD_NS, times::add)) {
            clock.nowNs += 28 * PERIOD_NS;
            thread.start();
            for (int i = 0; i < 100 && times.isEmpty(); i++) {
                clock.nowNs += PERIOD_NS;
                Long first = times.poll(100, TimeUnit.MILLISECONDS);
                if (first != null) {
                    assertEquals(clock.rosNs(), first, PERIOD_NS);
                    assertEquals(0, thread.missed());
                    return;
                }
            }
        }
        throw new AssertionError("no tick");
    }
}
