package dev.dpros.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.control.ControlConfig;
import dev.dpros.control.ControlLoop;
import dev.dpros.control.ControlThread;
import dev.dpros.control.PacerConfig;
import dev.dpros.core.ChunkRequester;
import dev.dpros.core.PositionSource;
import dev.dpros.core.SystemClock;
import dev.dpros.process.ExitCode;
import dev.dpros.safety.JointLimits;
import dev.dpros.safety.SafetyEvent;
import dev.dpros.safety.SafetyState;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the node's housekeeping sees of the control thread, its listeners and the accelerator, and what it makes of it. */
@Timeout(60)
class NodeWatchTest {
    private static final long MINUTE_NS = 60_000_000_000L;
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
    private final AtomicReference<String> deviceLoss = new AtomicReference<>();
    private final ControlConfig config = ControlConfig.of(List.of("x"), 100, 10, 16, 8);
    private final ControlLoop.Wiring wiring = ControlLoop.Wiring.of(config, config.safetyFilter(List.of(JointLimits.positions("x", 0, 1))),
            List.of(), PositionSource.NONE, NOBODY, frame -> { });

    @Test
    void shouldEndTheNodeInFaultWhenTheControlThreadStandsStill() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        ControlLoop loop = new ControlLoop(wiring.hearing("stuck", report -> {
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        try (ControlThread thread = new ControlThread(loop, new SystemClock(), PacerConfig.NORMAL)) {
            NodeWatch watch = new NodeWatch(loop, thread, List.of(), deviceLoss::get);
            assertNull(watch.look(0));
            thread.start();
            NodeWatch.End end = null;
            while (end == null) {
                Thread.sleep(20);
                end = watch.look(0);
            }
            assertTrue(end.reason().startsWith("the control loop died: no tick for "), end.reason());
            assertEquals(ExitCode.LOOP_DIED, end.exitCode());
            assertEquals(SafetyState.FAULT, loop.watchdog().state());
            assertEquals(SafetyEvent.CONTROL_LOOP_DIED, loop.watchdog().reason());
            assertTrue(loop.watchdog().active(SafetyEvent.CONTROL_LOOP_DIED));
            assertEquals(1, loop.watchdog().count(SafetyEvent.CONTROL_LOOP_DIED));
            assertNull(watch.look(0), "said once");
            release.countDown();
        }
    }

    @Test
    void shouldEndTheNodeWhenTheAcceleratorIsLost() {
        ControlLoop loop = new ControlLoop(wiring);
        try (ControlThread thread = new ControlThread(loop, new SystemClock(), PacerConfig.NORMAL)) {
            NodeWatch watch = new NodeWatch(loop, thread, List.of(), deviceLoss::get);
            deviceLoss.set("device lost: CUDA error: unspecified launch failure");
            NodeWatch.End end = watch.look(0);
            assertNotNull(end);
            assertEquals(ExitCode.DEVICE_LOST, end.exitCode());
            assertTrue(end.reason().startsWith("device lost: CUDA error: unspecified launch failure; "), end.reason());
            assertEquals(1, end.reason().lines().count());
            assertNull(watch.look(0));
        }
    }

    @Test
    void shouldNameAListenerThatThrowsOncePerMinute() {
        ControlLoop loop = new ControlLoop(wiring.hearing("the recorder", report -> {
            throw new NoClassDefFoundError("gone");
        }));
        NodeWatch watch = new NodeWatch(loop, new ControlThread(loop, new SystemClock(), PacerConfig.NORMAL), List.of(), deviceLoss::get);
        PrintStream before = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true));
        try {
            for (int i = 0; i < 50; i++) {
                loop.tick(i, i);
                watch.look(i);
            }
            watch.look(2 * MINUTE_NS);
        } finally {
            System.setErr(before);
        }
        List<String> lines = said.toString().lines().filter(line -> line.contains("the recorder threw")).toList();
        assertEquals(2, lines.size(), said.toString());
        assertTrue(lines.get(0).contains("(1 times so far): java.lang.NoClassDefFoundError: gone"), lines.get(0));
        assertTrue(lines.get(1).contains("(50 times so far)"), lines.get(1));
    }
}
