package dev.dpros.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.control.LoopStatistics.Counter;
import dev.dpros.core.ChunkRequester;
import dev.dpros.core.Clock;
import dev.dpros.core.CommandSink;
import dev.dpros.core.PositionSource;
import dev.dpros.core.SystemClock;
import dev.dpros.safety.JointLimits;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A control thread that has ended or stands still is noticed; one that has nothing to do is not taken for it. */
@Timeout(60)
class ControlThreadTest {
    private static final ChunkRequester NOBODY = new ChunkRequester() {
        @Override
        public boolean request(long requestNs, long deadlineNs, int executedSteps) {
            return false;
        }

        @Override
        public boolean busy() {
            return false;
        }

        @Override
        public long runningSinceNs() {
            return Long.MIN_VALUE;
        }
    };

    private static ControlLoop loop(boolean simulated, CommandSink sink) {
        return new ControlLoop(wiring(simulated, sink));
    }

    private static ControlLoop.Wiring wiring(boolean simulated, CommandSink sink) {
        ControlConfig config = ControlConfig.of(List.of("x"), 100, 10, 16, 8);
        config = new ControlConfig(config.names(), config.rateHz(), config.policyRateHz(), config.interpolation(),
                config.chunkSteps(), config.replan(), config.join(), config.timing(), simulated);
        return ControlLoop.Wiring.of(config, config.safetyFilter(List.of(JointLimits.positions("x", 0, 1))), List.of(),
                PositionSource.NONE, NOBODY, sink);
    }

    private static String awaitDeath(ControlThread thread) throws InterruptedException {
        String death = thread.death();
        while (death.isEmpty()) {
            Thread.sleep(20);
            death = thread.death();
        }
        return death;
    }

    @Test
    void shouldNoticeAThreadThatHasEnded() throws InterruptedException {
        int[] reads = new int[1];
        Clock clock = new Clock() {
            private final Clock system = new SystemClock();

            @Override
            public long monotonicNs() {
                if (Thread.currentThread().getName().equals("control-loop") && ++reads[0] > 1000) {
                    throw new NoClassDefFoundError("a clock");
                }
                return system.monotonicNs();
            }

            @Override
            public long rosNs() {
                return system.rosNs();
            }
        };
        try (ControlThread thread = new ControlThread(loop(false, frame -> { }), clock, PacerConfig.NORMAL)) {
            assertEquals("", thread.death(), "not started");
            thread.start();
            assertEquals("its thread has ended: java.lang.NoClassDefFoundError: a clock", awaitDeath(thread));
        }
    }

    @Test
    void shouldNoticeATickThatDoesNotEnd() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        ControlLoop loop = new ControlLoop(wiring(false, frame -> { }).hearing("stuck", report -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        try (ControlThread thread = new ControlThread(loop, new SystemClock(), PacerConfig.NORMAL)) {
            thread.start();
            assertTrue(awaitDeath(thread).startsWith("no tick for "));
            release.countDown();
            while (!thread.death().isEmpty()) {
                Thread.sleep(20);
            }
        }
        assertEquals("", new ControlThread(loop, new SystemClock(), PacerConfig.NORMAL).death());
    }

    @Test
    void shouldNotTakeAClockThatStandsStillForADeadLoop() throws InterruptedException {
        AtomicLong monotonicNs = new AtomicLong(1_000_000_000);
        Clock clock = new Clock() {
            @Override
            public long monotonicNs() {
                return monotonicNs.get();
            }

            @Override
            public long rosNs() {
                return 1_000_000_000;
            }

            @Override
            public long rosNs(long ofNs) {
                return rosNs();
            }
        };
        ControlLoop loop = loop(true, frame -> { });
        try (ControlThread thread = new ControlThread(loop, clock, PacerConfig.NORMAL)) {
            thread.start();
            while (loop.statistics().get(Counter.TICKS) == 0) {
                Thread.sleep(1);
            }
            for (int i = 0; i < 20; i++) {
                monotonicNs.addAndGet(5_000_000_000L);
                assertEquals("", thread.death());
            }
        }
    }
}
