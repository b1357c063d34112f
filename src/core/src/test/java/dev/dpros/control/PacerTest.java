package dev.dpros.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.core.ManualClock;
import dev.dpros.core.SystemClock;
import dev.dpros.safety.SafetyEvent;
import dev.dpros.safety.SafetyState;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PacerTest {
    private static final long MS = 1_000_000L;

    @Test
    void shouldSleepUntilShortlyBeforeEachAbsoluteDeadline() {
        ManualClock clock = new ManualClock(0);
        List<Long> sleeps = new ArrayList<>();
        Pacer pacer = new Pacer(clock, 10 * MS, new WakeMargin(0, 0, 10 * MS), false, ns -> {
            sleeps.add(ns);
            clock.advanceNs(ns);
        });
        assertEquals(0, pacer.await());
        clock.advanceNs(3 * MS);
        assertEquals(0, pacer.await());
        clock.advanceNs(6 * MS);
        assertEquals(0, pacer.await());
        assertEquals(List.of(7 * MS, 4 * MS), sleeps);
        assertEquals(20 * MS, clock.monotonicNs());
    }

    @Test
    void shouldSleepAgainWhenWokenEarly() {
        ManualClock clock = new ManualClock(0);
        List<Long> sleeps = new ArrayList<>();
        Pacer pacer = new Pacer(clock, 10 * MS, new WakeMargin(0, 0, 10 * MS), false, ns -> {
            sleeps.add(ns);
            clock.advanceNs(Math.min(ns, 4 * MS));
        });
        pacer.await();
        pacer.await();
        assertEquals(List.of(10 * MS, 6 * MS, 2 * MS), sleeps);
    }

    @Test
    void shouldReportLatenessAndSkipMissedPeriodsWithoutShiftingTheGrid() {
        ManualClock clock = new ManualClock(0);
        Pacer pacer = new Pacer(clock, 10 * MS, new WakeMargin(0, 0, 10 * MS), false, clock::advanceNs);
        pacer.await();
        clock.advanceNs(12 * MS);
        assertEquals(2 * MS, pacer.await());
        assertEquals(0, pacer.missed());
        clock.advanceNs(33 * MS);
        assertEquals(5 * MS, pacer.await());
        assertEquals(2, pacer.missed());
        assertEquals(0, pacer.await());
        assertEquals(50 * MS, clock.monotonicNs());
        assertEquals(0, pacer.missed());
    }

    @Test
    void shouldWakeEarlierWhereItIsWokenLateAndForgetSlowly() {
        WakeMargin margin = learnt(MS / 2);
        assertEquals(645_000, margin.ns(), "a quarter and 20 us more than it was late");
        for (int i = 0; i < 22_713; i++) {
            margin.overslept(0);
        }
        assertEquals(322_500, margin.ns(), 10_000, "half of it after 22,713 periods in time");
        margin.overslept(50 * MS);
        assertEquals(MS, margin.ns(), "one hiccup costs at most the bound");
    }

    @Test
    void shouldEndItsSleepEarlierAfterAnOversleep() {
        ManualClock clock = new ManualClock(0);
        List<Long> sleeps = new ArrayList<>();
        Pacer pacer = new Pacer(clock, 10 * MS, new WakeMargin(0, MS, 10 * MS), false, ns -> {
            clock.advanceNs(ns + (sleeps.isEmpty() ? 500_000 : 645_000));
            sleeps.add(ns);
        });
        pacer.await();
        assertEquals(500_000, pacer.await());
        assertEquals(0, pacer.await());
        assertEquals(List.of(10 * MS, 9_500_000L - 645_000), sleeps);
    }

    private static WakeMargin learnt(long lateNs) {
        WakeMargin margin = new WakeMargin(0, MS, 10 * MS);
        margin.overslept(lateNs);
        return margin;
    }

    @Test
    void shouldNeverSpinForMoreThanAnEighthOfThePeriod() {
        WakeMargin margin = new WakeMargin(50_000, MS, MS);
        margin.overslept(MS);
        assertEquals(125_000, margin.ns());
    }

    @Test
    void shouldFollowTheClockTopicAndItsRestart() {
        ManualClock clock = new ManualClock(100 * MS);
        Pacer pacer = new Pacer(clock, 10 * MS, new WakeMargin(0, 0, 10 * MS), true, ns -> clock.jumpRosNs(4 * MS));
        pacer.await();
        assertEquals(2 * MS, pacer.await());
        assertEquals(112 * MS, clock.rosNs());
        clock.jumpRosNs(-112 * MS);
        assertEquals(0, pacer.await());
        assertEquals(0, clock.rosNs());
    }

    @Test
    @Timeout(20)
    void shouldTickOnItsOwnThreadAndEndWithAHoldFrame() throws InterruptedException {
        CountDownLatch ticks = new CountDownLatch(20);
        LoopRig rig = LoopRig.pusht().wired(w -> w.with(LoopListeners.NONE.measuredBy(
                new LoopProbes(ns -> ticks.countDown(), ns -> { }, ns -> { }))));
        SystemClock clock = new SystemClock();
        ControlThread thread = new ControlThread(rig.loop, clock, PacerConfig.NORMAL);
        rig.loop.watchdog().request(SafetyEvent.STARTED);
        thread.start();
        assertTrue(ticks.await(15, TimeUnit.SECONDS));
        thread.close();
        assertEquals(SafetyState.HOLD, rig.state());
        assertFalse(rig.loop.watchdog().started());
        assertEquals(List.of(), thread.warnings());
    }

    @Test
    @Timeout(20)
    void shouldRunWithOrWithoutRealTimePermissionAndSaySo() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        List<String> warnings = new ArrayList<>();
        Thread thread = new Thread(() -> {
            warnings.addAll(RealTimePriority.apply(new PacerConfig(0, 0, 10, -1, false)));
            done.countDown();
        });
        thread.start();
        assertTrue(done.await(15, TimeUnit.SECONDS));
        warnings.forEach(w -> assertTrue(w.contains("ulimit"), w));
    }

    @Test
    @Timeout(20)
    void shouldNameTheCoreThatCannotBeUsed() throws InterruptedException {
        List<String> warnings = new ArrayList<>();
        Thread thread = new Thread(() -> warnings.addAll(RealTimePriority.apply(new PacerConfig(0, 0, 0, 1023, false))));
        thread.start();
        thread.join(15_000);
        assertEquals(1, warnings.size());
        assertTrue(warnings.get(0).contains("core 1023"), warnings.get(0));
    }
}
