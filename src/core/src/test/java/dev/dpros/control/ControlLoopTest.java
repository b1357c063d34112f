package dev.dpros.control;

import static dev.dpros.control.LoopRig.MS;
import static dev.dpros.control.LoopRig.T0;
import static dev.dpros.control.LoopRig.constant;
import static dev.dpros.control.LoopRig.ramp;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.dpros.control.LoopStatistics.Counter;
import dev.dpros.control.LoopStatistics.Value;
import dev.dpros.core.ActionChunk;
import dev.dpros.core.LatencySink;
import dev.dpros.core.ManualClock;
import dev.dpros.core.PositionSource;
import dev.dpros.core.SamplingFailure;
import dev.dpros.core.SourceHealth;
import dev.dpros.safety.JointLimits;
import dev.dpros.safety.SafetyEvent;
import dev.dpros.safety.SafetyState;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

class ControlLoopTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void shouldPublishNothingBeforeTheFirstCommandIsKnown() {
        LoopRig rig = LoopRig.pusht();
        rig.start();
        rig.run(50 * MS);
        assertEquals(0, rig.frames.size());
        assertEquals(SafetyState.HOLD, rig.state());
        assertEquals(SafetyEvent.CHUNK_EXHAUSTED, rig.reason());
        assertEquals(1, rig.requests.size());
    }

    @Test
    void shouldNotAskForChunksUntilStarted() {
        LoopRig rig = LoopRig.pusht();
        rig.run(500 * MS);
        assertEquals(0, rig.requests.size());
        assertEquals(SafetyEvent.NOT_STARTED, rig.reason());
    }

    @Test
    void shouldApplyEachActionFromItsStampForOnePolicyStep() {
        LoopRig rig = LoopRig.pusht();
        rig.start();
        rig.deliverAt(T0 + 50 * MS, ramp(15, 100, 10));
        for (int i = 0; i < 100; i++) {
            rig.clock.advanceNs(10 * MS);
            rig.tick();
            long now = rig.clock.rosNs();
            for (long t = now; t < now + 300 * MS; t += MS) {
                long step = Math.floorDiv(t - (T0 + 50 * MS), 100 * MS);
                double expected = step < 0 ? Double.NaN : 100 + 10 * Math.min(14, step);
                assertEquals(expected, rig.last().heldAt(t, 0), 0, "tick " + i + " at +" + (t - now) / MS + " ms");
            }
        }
        assertEquals(SafetyState.NOMINAL, rig.state());
    }

    @Test
    void shouldDropExpiredActionsAndKeepTheOldOnesUntilTheFirstUsable() {
        LoopRig rig = LoopRig.pusht();
        rig.start();
        rig.deliverAt(T0 + 50 * MS, constant(15, 100));
        rig.run(500 * MS);
        // t_obs = T0 + 300 ms, now T0 + 500 ms, margin 10 ms: actions at 300, 400, 500 ms have expired.
        rig.deliverAt(T0 + 300 * MS, constant(15, 200));
        rig.tick();
        assertEquals(3, rig.loop.statistics().get(Counter.ACTIONS_EXPIRED));
        assertEquals(100, rig.last().heldAt(T0 + 599 * MS, 0));
        assertEquals(200, rig.last().heldAt(T0 + 600 * MS, 0));
        assertEquals(100, rig.loop.statistics().get(Value.JOIN_JUMP_MAX), 1e-9);
    }

    @Test
    void shouldScheduleTheLastActionOnTheNextSlotWhenOverBudget() {
        LoopRig rig = LoopRig.pusht();
        rig.start();
        rig.run(1000 * MS);
        rig.deliverAt(T0 + 250 * MS, 1, 2, 3, 4);
        rig.tick();
        assertEquals(1, rig.loop.statistics().get(Counter.CHUNKS_OVER_BUDGET));
        assertEquals(4, rig.last().heldAt(T0 + 1050 * MS, 0));
        assertEquals(Double.NaN, rig.last().heldAt(T0 + 1049 * MS, 0));
    }

    @Test
    void shouldRequestEveryKStepsOnAGrid() {
        LoopRig rig = LoopRig.pusht();
        rig.start();
        for (int i = 0; i < 40; i++) {
            if (rig.busy) {
                rig.deliver(0, constant(15, 100));
            }
            rig.run(100 * MS);
        }
        assertEquals(List.of(0L, 800 * MS, 1600 * MS, 2400 * MS, 3200 * MS, 4000 * MS), rig.requests);
    }

    @Test
    void shouldRequestWhenTheQueueIsShort() {
        LoopRig rig = new LoopRig(ControlConfig.of(List.of("x"), 100, 10, 16, 8).with(ReplanConfig.whenQueueHas(3)),
                List.of(dev.dpros.safety.JointLimits.unlimited("x")), null);
        rig.start();
        rig.deliver(0, constant(15, 1));
        rig.run(1090 * MS);
        assertEquals(1, rig.requests.size());
        rig.run(10 * MS);
        assertEquals(2, rig.requests.size());
    }

    @Test
    void shouldAskAgainAsSoonAsTheSamplerIsFree() {
        LoopRig rig = new LoopRig(ControlConfig.of(List.of("x"), 100, 10, 16, 8).with(ReplanConfig.continuous()),
                List.of(dev.dpros.safety.JointLimits.unlimited("x")), null);
        rig.start();
        for (int i = 0; i < 10; i++) {
            rig.run(30 * MS);
            rig.deliver(30 * MS, constant(15, 1));
            rig.tick();
        }
        assertEquals(11, rig.requests.size());
    }

    @Test
    void shouldDegradeWhenTheChunkIsLateAndHoldWhenItIsExhausted() {
        LoopRig rig = LoopRig.pusht();
        rig.start();
        rig.deliver(0, constant(15, 100));
        rig.run(790 * MS);
        assertEquals(SafetyState.NOMINAL, rig.state());
        rig.run(520 * MS);
        assertEquals(SafetyState.DEGRADED, rig.state());
        assertEquals(SafetyEvent.CHUNK_LATE, rig.reason());
        rig.run(200 * MS);
        assertEquals(SafetyState.HOLD, rig.state());
        assertEquals(SafetyEvent.CHUNK_EXHAUSTED, rig.reason());
        assertEquals(1, rig.last().points());
        assertEquals(100, rig.last().at(0, 0));
        rig.deliver(20 * MS, constant(15, 120));
        rig.run(10 * MS);
        assertEquals(SafetyState.NOMINAL, rig.state());
        assertEquals(1, rig.loop.statistics().get(Counter.DEADLINES_MISSED));
    }

    @Test
    void shouldRefuseChunksThatAreNotFinite() {
        LoopRig rig = LoopRig.pusht();
        rig.start();
        rig.deliver(0, constant(15, 100));
        rig.run(800 * MS);
        double[] values = constant(15, 300);
        values[9] = Double.NaN;
        rig.deliver(10 * MS, values);
        rig.run(10 * MS);
        assertEquals(SafetyState.DEGRADED, rig.state());
        assertEquals(SafetyEvent.NON_FINITE_ACTION, rig.reason());
        assertEquals(100, rig.last().heldAt(Long.MAX_VALUE, 0));
        rig.run(10 * MS);
        assertTrue(rig.busy, "asks again at once");
        rig.deliver(10 * MS, constant(15, 110));
        rig.run(10 * MS);
        assertEquals(SafetyState.NOMINAL, rig.state());
    }

    @Test
    void shouldRefuseChunksThatAreTooOldTooLongOrOfTheWrongDimension() {
        LoopRig rig = LoopRig.pusht();
        rig.start();
        rig.run(3000 * MS);
        rig.deliver(2100 * MS, constant(15, 1));
        rig.tick();
        rig.deliver(-200 * MS, constant(15, 1));
        rig.tick();
        assertEquals(2, rig.loop.statistics().get(Counter.CHUNKS_OUTDATED));
        rig.deliver(0, constant(17, 1));
        rig.tick();
        rig.loop.inbox().accept(new ActionChunk(9, rig.clock.rosNs(), rig.clock.rosNs(), 100 * MS, 3, new double[9], 1));
        rig.tick();
        assertEquals(2, rig.loop.statistics().get(Counter.CHUNKS_MALFORMED));
        assertEquals(0, rig.frames.size());
    }

    @Test
    void shouldDegradeWhenTheSamplerFailsAndRecoverWithItsNextChunk() {
        LoopRig rig = LoopRig.pusht();
        rig.start();
        rig.deliver(0, constant(15, 100));
        rig.run(810 * MS);
        rig.busy = false;
        rig.loop.inbox().failed(2, SamplingFailure.FAILED, "boom", null);
        rig.run(10 * MS);
        assertEquals(SafetyState.DEGRADED, rig.state());
        assertEquals(SafetyEvent.SAMPLER_CRASHED, rig.reason());
        assertFalse(rig.busy, "does not ask at the control rate");
        rig.run(100 * MS);
        assertTrue(rig.busy, "asks again after one policy step");
        rig.deliver(10 * MS, constant(15, 110));
        rig.run(10 * MS);
        assertEquals(SafetyState.NOMINAL, rig.state());
        assertEquals(1, rig.loop.statistics().get(Counter.INFERENCE_FAILURES));
    }

    @Test
    void shouldNameTheReasonWhenTheSamplerRefusedItsOwnChunk() {
        LoopRig rig = LoopRig.pusht();
        rig.start();
        rig.deliver(0, constant(15, 100));
        rig.run(10 * MS);
        rig.loop.inbox().failed(2, SamplingFailure.NON_FINITE, "non-finite action", null);
        rig.run(10 * MS);
        assertEquals(SafetyEvent.NON_FINITE_ACTION, rig.reason());
    }

    @Test
    void shouldStayInControlWhileTheSamplerHangs() {
        LoopRig rig = LoopRig.pusht();
        rig.start();
        rig.deliver(0, constant(15, 100));
        rig.run(800 * MS);
        rig.run(5100 * MS);
        assertTrue(rig.loop.watchdog().active(SafetyEvent.SAMPLER_HUNG));
        assertEquals(SafetyState.HOLD, rig.state());
        long before = rig.loop.statistics().get(Counter.FRAMES);
        rig.run(100 * MS);
        assertEquals(before + 10, rig.loop.statistics().get(Counter.FRAMES));
        rig.deliver(0, constant(15, 100));
        rig.run(10 * MS);
        assertEquals(SafetyState.NOMINAL, rig.state());
    }

    @Test
    void shouldUseTheTailWhileACameraIsFrozenAndThenHold() {
        LoopRig rig = LoopRig.pusht();
        rig.start();
        rig.deliver(0, ramp(15, 100, 1));
        rig.run(300 * MS);
        rig.camera.content(true, false);
        rig.run(10 * MS);
        assertEquals(SafetyState.DEGRADED, rig.state());
        assertEquals(SafetyEvent.CAMERA_FROZEN, rig.reason());
        assertEquals(0, rig.loop.watchdog().reasonSource());
        rig.deliver(0, constant(15, 500));
        rig.run(1000 * MS);
        assertEquals(1, rig.loop.statistics().get(Counter.CHUNKS_UNWANTED));
        assertEquals(113, rig.last().at(0, 0));
        rig.run(300 * MS);
        assertEquals(SafetyState.HOLD, rig.state());
        assertEquals(114, rig.last().at(0, 0));
        rig.camera.content(false, false);
        rig.run(20 * MS);
        assertTrue(rig.busy);
        rig.deliver(0, constant(15, 120));
        rig.run(10 * MS);
        assertEquals(SafetyState.NOMINAL, rig.state());
    }

    @Test
    void shouldHoldWhenJointStatesStop() {
        LoopRig rig = LoopRig.pusht();
        rig.start();
        rig.deliver(0, constant(15, 100));
        rig.run(300 * MS);
        rig.sourcesAlive = false;
        rig.run(110 * MS);
        assertEquals(SafetyState.HOLD, rig.state());
        assertEquals(SafetyEvent.JOINT_STATE_STALE, rig.reason());
    }

    @Test
    void shouldHoldAndForgetTheQueueWhenStampsJump() {
        LoopRig rig = LoopRig.pusht();
        rig.start();
        rig.deliver(0, constant(15, 100));
        rig.run(300 * MS);
        rig.clock.jumpRosNs(5000 * MS);
        rig.run(10 * MS);
        assertEquals(SafetyState.HOLD, rig.state());
        assertEquals(SafetyEvent.STAMPS_JUMP, rig.reason());
        rig.deliver(0, constant(15, 130));
        rig.run(20 * MS);
        assertEquals(SafetyState.NOMINAL, rig.state());
    }

    @Test
    void shouldLatchAFaultUntilResetAndThenWaitForTheOperator() {
        LoopRig rig = LoopRig.pusht();
        rig.start();
        rig.deliver(0, constant(15, 100));
        rig.run(300 * MS);
        rig.loop.watchdog().request(SafetyEvent.EMERGENCY_STOP);
        rig.run(10 * MS);
        assertEquals(SafetyState.FAULT, rig.state());
        rig.loop.watchdog().request(SafetyEvent.STARTED);
        rig.deliver(0, constant(15, 400));
        rig.run(500 * MS);
        assertEquals(SafetyState.FAULT, rig.state());
        assertEquals(100, rig.last().at(0, 0));
        rig.loop.watchdog().request(SafetyEvent.RESET);
        rig.run(10 * MS);
        assertEquals(SafetyState.HOLD, rig.state());
        rig.loop.watchdog().request(SafetyEvent.STARTED);
        rig.run(10 * MS);
        rig.deliver(0, constant(15, 110));
        rig.run(10 * MS);
        assertEquals(SafetyState.NOMINAL, rig.state());
    }

    @Test
    void shouldNotUseAChunkThatWasAskedForBeforeTheStart() {
        LoopRig rig = LoopRig.pusht();
        rig.start();
        assertTrue(rig.busy);
        rig.loop.watchdog().request(SafetyEvent.OPERATOR_STOP);
        rig.run(10 * MS);
        rig.start();
        rig.deliver(20 * MS, constant(15, 400));
        rig.run(10 * MS);
        assertEquals(0, rig.frames.size());
        assertTrue(rig.busy, "asks again at once");
        rig.deliver(10 * MS, constant(15, 100));
        rig.run(10 * MS);
        assertEquals(SafetyState.NOMINAL, rig.state());
        assertEquals(100, rig.last().heldAt(Long.MAX_VALUE, 0));
    }

    @Test
    void shouldGoOnAndTellTheOthersWhatALinkageErrorOrAnyOtherErrorOfAListenerDoes() {
        List<Throwable> thrown = List.of(new NoClassDefFoundError("x"), new StackOverflowError(), new OutOfMemoryError("heap"),
                new IllegalStateException("x"), new AssertionError("x"));
        int[] heard = new int[1];
        LatencySink broken = ns -> ControlLoopTest.<RuntimeException>sneak(new LinkageError("probe"));
        LoopListeners listeners = LoopListeners.NONE.and("first", report -> heard[0]++);
        for (Throwable each : thrown) {
            listeners = listeners.and("broken " + each.getClass().getSimpleName(), report -> ControlLoopTest.<RuntimeException>sneak(each));
        }
        LoopListeners all = listeners.and("last", report -> heard[0]++);
        LoopRig rig = LoopRig.arm(2, Interpolation.CUBIC).wired(w -> w.with(all.measuredBy(new LoopProbes(broken, broken, broken))));
        rig.start();
        rig.deliver(0, constant(15, 0.1));
        rig.run(500 * MS);
        rig.loop.record(1, 2);
        assertEquals(SafetyState.NOMINAL, rig.state());
        assertEquals(0, rig.loop.statistics().get(Counter.TICK_FAILURES));
        long ticks = rig.loop.statistics().get(Counter.TICKS);
        assertEquals(2 * ticks, heard[0]);
        for (ListenerNet net : rig.loop.listeners()) {
            boolean isBroken = net.name().startsWith("broken");
            boolean probe = net.name().startsWith("tick ") || net.name().equals("end to end");
            assertEquals(isBroken ? ticks : probe ? 1 : 0, net.failures(), net.name());
            assertEquals(isBroken || probe, net.last() != null, net.name());
        }
        rig.loop.watchdog().request(SafetyEvent.OPERATOR_STOP);
        rig.tick();
        assertEquals(SafetyState.HOLD, rig.state());
    }

    private static <T extends Throwable> void sneak(Throwable thrown) throws T {
        @SuppressWarnings("unchecked")
        T unchecked = (T) thrown;
        throw unchecked;
    }

    @Test
    void shouldNotTakeWhatWasExpectedForACrash() {
        for (SamplingFailure kind : SamplingFailure.values()) {
            LoopRig rig = LoopRig.pusht();
            rig.start();
            rig.deliver(0, constant(15, 100));
            rig.run(100 * MS);
            rig.loop.inbox().failed(2, kind, "why", null);
            rig.tick();
            boolean expected = kind == SamplingFailure.NO_OBSERVATION || kind == SamplingFailure.ABANDONED;
            assertEquals(expected ? 0 : 1, rig.loop.statistics().get(Counter.INFERENCE_FAILURES), kind.name());
            assertEquals(expected ? 1 : 0, rig.loop.statistics().get(Counter.INFERENCES_WITHOUT_CHUNK), kind.name());
            assertEquals(kind == SamplingFailure.DEVICE_LOST ? SafetyState.FAULT : SafetyState.DEGRADED, rig.state());
            assertEquals(switch (kind) {
                case FAILED -> SafetyEvent.SAMPLER_CRASHED;
                case NO_OBSERVATION -> SafetyEvent.NO_OBSERVATION;
                case NON_FINITE -> SafetyEvent.NON_FINITE_ACTION;
                case ABANDONED -> SafetyEvent.CHUNK_ABANDONED;
                case DEVICE_LOST -> SafetyEvent.DEVICE_LOST;
            }, rig.reason());
            rig.deliver(0, constant(15, 100));
            rig.run(100 * MS);
            assertEquals(kind == SamplingFailure.DEVICE_LOST ? SafetyState.FAULT : SafetyState.NOMINAL, rig.state(), kind.name());
        }
    }

    @Test
    void shouldHoldAndFaultWhenPublishingThrows() {
        LoopRig rig = LoopRig.pusht();
        rig.start();
        rig.deliver(0, constant(15, 100));
        rig.run(300 * MS);
        rig.sinkThrows = new IllegalStateException("broken");
        rig.run(10 * MS);
        assertEquals(SafetyState.FAULT, rig.state());
        assertEquals(SafetyEvent.LOOP_FAILED, rig.reason());
        assertSame(rig.sinkThrows, rig.loop.lastFailure());
        rig.sinkThrows = null;
        rig.run(10 * MS);
        assertEquals(1, rig.last().points());
    }

    @Test
    void shouldDegradeAfterSeveralMissedPeriodsUntilTheLoopIsSteadyAgain() {
        LoopRig rig = LoopRig.pusht();
        rig.start();
        rig.deliver(0, constant(15, 100));
        rig.tick();
        rig.loop.missed(5);
        rig.tick();
        assertEquals(SafetyState.DEGRADED, rig.state());
        for (int i = 0; i < 100; i++) {
            rig.loop.missed(0);
            rig.tick();
        }
        assertEquals(SafetyState.NOMINAL, rig.state());
        assertEquals(5, rig.loop.statistics().get(Counter.MISSED_TICKS));
    }

    @Test
    void shouldFollowTheClockTopicInSimulatedTime() {
        ControlConfig config = ControlConfig.of(List.of("x"), 100, 10, 16, 8).withSimulatedTime();
        LoopRig rig = new LoopRig(config, List.of(dev.dpros.safety.JointLimits.unlimited("x")), null);
        rig.start();
        rig.deliver(0, constant(15, 7));
        ManualClock slow = new ManualClock(0);
        rig.loop.tick(T0 + 20 * MS, slow.monotonicNs());
        rig.loop.tick(T0 + 700 * MS, slow.monotonicNs());
        assertEquals(SafetyState.NOMINAL, rig.state());
        rig.loop.tick(T0 - 700 * MS, slow.monotonicNs());
        assertEquals(SafetyEvent.STAMPS_JUMP, rig.reason());
    }

    @Test
    void shouldNotAllocateWhileTicking() {
        for (Interpolation interpolation : Interpolation.values()) {
            LoopRig rig = LoopRig.arm(7, interpolation);
            rig.keep = false;
            rig.start();
            ActionChunk[] chunks = new ActionChunk[400];
            for (int i = 0; i < chunks.length; i++) {
                chunks[i] = rig.deliverAt(T0 + i * 100 * MS, ramp(15, 0, Math.sin(i) * 0.2));
            }
            // The JVM itself charges a thread a few bytes now and then (deoptimisation): one window must be clean.
            long least = Long.MAX_VALUE;
            long before = 0;
            for (int i = 0; i < chunks.length; i++) {
                if (i % 20 == 0) {
                    before = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
                }
                rig.busy = false;
                rig.runningSinceNs = Long.MIN_VALUE;
                rig.loop.inbox().accept(chunks[i]);
                rig.run(100 * MS);
                if (i % 20 == 19) {
                    least = Math.min(least, THREADS.getThreadAllocatedBytes(Thread.currentThread().getId()) - before);
                }
            }
            assertEquals(0, least, interpolation.toString());
            assertTrue(rig.loop.statistics().get(Counter.CHUNKS_TAKEN) >= 399);
            assertFalse(rig.loop.watchdog().active(SafetyEvent.CHUNK_EXHAUSTED));
        }
    }

    @Test
    void shouldNeitherAskForNorTakeAChunkWhileStampsDoNotFitTheClock() {
        SourceHealth ahead = new SourceHealth("/camera", SourceHealth.Kind.CAMERA, 200 * LoopRig.MS, 500 * LoopRig.MS);
        ControlConfig config = ControlConfig.of(List.of("x", "y"), 100, 10, 16, 8);
        LoopRig sampler = LoopRig.pusht();
        ControlLoop loop = new ControlLoop(ControlLoop.Wiring.of(config, config.safetyFilter(List.of(JointLimits.positions("x", 0, 512),
                JointLimits.positions("y", 0, 512))), List.of(ahead), PositionSource.NONE, sampler, frame -> { }));
        ahead.stampOffset(-4_000 * LoopRig.MS);
        loop.watchdog().request(SafetyEvent.STARTED);
        for (int i = 0; i < 100; i++) {
            sampler.clock.advanceNs(config.periodNs());
            ahead.received(sampler.clock.monotonicNs());
            loop.tick(sampler.clock.rosNs(), sampler.clock.monotonicNs());
        }
        assertEquals(SafetyState.HOLD, loop.watchdog().state());
        assertTrue(loop.watchdog().active(SafetyEvent.STAMPS_OFFSET, 0));
        assertEquals(List.of(), sampler.requests);
        ahead.stampOffset(20 * LoopRig.MS);
        loop.tick(sampler.clock.rosNs(), sampler.clock.monotonicNs());
        assertEquals(1, sampler.requests.size());
    }
}
