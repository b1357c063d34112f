package dev.dpros.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.EngineException;
import com.sun.management.ThreadMXBean;
import dev.dpros.core.ActionChunk;
import dev.dpros.core.ChunkSink;
import dev.dpros.core.InputException;
import dev.dpros.core.ManualClock;
import dev.dpros.core.ObservationSource;
import dev.dpros.core.SamplingFailure;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class AsyncSamplerTest {
    private static final double[] ACTIONS = {1.5, 2.5};
    private final BlockingQueue<Object> delivered = new ArrayBlockingQueue<>(64);
    private final BlockingQueue<SamplingFailure> kinds = new ArrayBlockingQueue<>(64);
    private final ChunkSink sink = new ChunkSink() {
        @Override
        public void accept(ActionChunk chunk) {
            delivered.add(chunk);
        }

        @Override
        public void failed(long requestId, SamplingFailure kind, String reason, Throwable cause) {
            kinds.add(kind);
            delivered.add(reason);
        }
    };
    private volatile boolean observed = true;
    private final ObservationSource source = window -> {
        window.stampNs = 7_000;
        return observed;
    };

    private AsyncSampler started(FakePolicy policy) throws InterruptedException {
        AsyncSampler sampler = new AsyncSampler(new AsyncSampler.Wiring(
                () -> policy, source, sink, SamplingGuide.plain(1), new ManualClock(0), 100));
        sampler.start();
        assertTrue(sampler.awaitReady(30, TimeUnit.SECONDS));
        return sampler;
    }

    @Test
    void shouldDeliverAChunkStampedFromTheObservationOn() throws InterruptedException {
        FakePolicy policy = new FakePolicy(sampling -> ACTIONS);
        try (AsyncSampler sampler = started(policy)) {
            assertEquals(1, policy.warmUps);
            assertTrue(sampler.request(5, 100, 3));
            ActionChunk chunk = (ActionChunk) delivered.take();
            assertArrayEquals(ACTIONS, chunk.values());
            assertEquals(7_000, chunk.observationStampNs());
            assertEquals(7_100, chunk.stampNs(1));
            assertEquals(8, chunk.denoisingSteps());
            awaitIdle(sampler);
            assertEquals(Long.MIN_VALUE, sampler.runningSinceNs());
        }
        assertNotNull(policy.closedBy);
        assertEquals("policy-sampler", policy.closedBy.getName());
    }

    @Test
    void shouldRefuseARequestWhileOneRuns() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        try (AsyncSampler sampler = started(new FakePolicy(sampling -> {
            await(release);
            return ACTIONS;
        }))) {
            assertTrue(sampler.request(5, 100, 0));
            assertFalse(sampler.request(6, 100, 0));
            assertTrue(sampler.busy());
            assertEquals(5, sampler.runningSinceNs());
            release.countDown();
            delivered.take();
            awaitIdle(sampler);
            assertTrue(sampler.request(7, 100, 0));
        }
    }

    @Test
    void shouldRefuseRequestsUntilThePolicyIsLoaded() throws InterruptedException {
        CountDownLatch load = new CountDownLatch(1);
        try (AsyncSampler sampler = new AsyncSampler(new AsyncSampler.Wiring(() -> {
            await(load);
            return new FakePolicy(sampling -> ACTIONS);
        }, source, sink, SamplingGuide.plain(1), new ManualClock(0), 100))) {
            sampler.start();
            assertFalse(sampler.ready());
            assertFalse(sampler.request(1, 2, 0));
            assertFalse(sampler.awaitReady(1, TimeUnit.MILLISECONDS));
            load.countDown();
            assertTrue(sampler.awaitReady(30, TimeUnit.SECONDS));
            assertTrue(sampler.ready());
        }
    }

    @Test
    void shouldPassOnWhyThePolicyCouldNotBeLoaded() {
        try (AsyncSampler sampler = new AsyncSampler(new AsyncSampler.Wiring(() -> {
            throw new InputException("policy.ckpt: is no policy");
        }, source, sink, SamplingGuide.plain(1), new ManualClock(0), 100))) {
            sampler.start();
            InputException error = assertThrows(InputException.class, () -> sampler.awaitReady(30, TimeUnit.SECONDS));
            assertEquals("policy.ckpt: is no policy", error.getMessage());
            assertFalse(sampler.request(1, 2, 0));
        }
    }

    @Test
    void shouldReportNonFiniteActionsAndCarryOn() throws InterruptedException {
        AtomicInteger calls = new AtomicInteger();
        try (AsyncSampler sampler = started(new FakePolicy(sampling ->
                calls.getAndIncrement() == 0 ? new double[] {1, Double.NaN} : ACTIONS))) {
            sampler.request(1, 2, 0);
            assertEquals("non-finite action", delivered.take());
            awaitIdle(sampler);
            sampler.request(1, 2, 0);
            assertTrue(delivered.take() instanceof ActionChunk);
        }
    }

    private static <T extends Throwable> void sneak(Throwable thrown) throws T {
        @SuppressWarnings("unchecked")
        T unchecked = (T) thrown;
        throw unchecked;
    }

    @Test
    void shouldTellTheKindsOfFailureApartAndCarryOn() throws InterruptedException {
        Map<Throwable, SamplingFailure> thrown = new LinkedHashMap<>();
        thrown.put(new OutOfMemoryError("Java heap space"), SamplingFailure.FAILED);
        thrown.put(new StackOverflowError(), SamplingFailure.FAILED);
        thrown.put(new EngineException("The size of tensor a (3) must match the size of tensor b (4)"), SamplingFailure.FAILED);
        thrown.put(new IllegalStateException("not of the engine: CUDA error"), SamplingFailure.FAILED);
        thrown.put(new ChunkAbandonedException("abandoned after 2 of 8"), SamplingFailure.ABANDONED);
        AtomicReference<Throwable> next = new AtomicReference<>();
        try (AsyncSampler sampler = started(new FakePolicy(sampling -> {
            if (next.get() != null) {
                AsyncSamplerTest.<RuntimeException>sneak(next.get());
            }
            return new double[] {Double.NaN, 1};
        }))) {
            for (Map.Entry<Throwable, SamplingFailure> each : thrown.entrySet()) {
                next.set(each.getKey());
                assertTrue(sampler.request(1, 2, 0));
                assertEquals(each.getValue(), kinds.take(), each.getKey().toString());
                awaitIdle(sampler);
            }
            next.set(null);
            sampler.request(1, 2, 0);
            assertEquals(SamplingFailure.NON_FINITE, kinds.take());
            awaitIdle(sampler);
            observed = false;
            sampler.request(1, 2, 0);
            assertEquals(SamplingFailure.NO_OBSERVATION, kinds.take());
            awaitIdle(sampler);
            assertNull(sampler.deviceLoss());
            assertTrue(sampler.ready());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "CUDA error: device-side assert triggered\nCUDA kernel errors might be asynchronously reported",
        "CUDA error: an illegal memory access was encountered",
        "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 7.79 GiB",
        "CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasSgemm( handle, opa, opb, m, n, k)`",
        "cuDNN error: CUDNN_STATUS_INTERNAL_ERROR",
        "CUDA driver error: unknown error"})
    void shouldNotTryAgainOnALostDevice(String message) throws InterruptedException {
        AtomicInteger calls = new AtomicInteger();
        try (AsyncSampler sampler = started(new FakePolicy(sampling -> {
            calls.incrementAndGet();
            throw new IllegalStateException("in a step", new EngineException(message));
        }))) {
            assertTrue(sampler.request(1, 2, 0));
            assertEquals(SamplingFailure.DEVICE_LOST, kinds.take());
            assertEquals("device lost: " + message.lines().findFirst().orElseThrow(), sampler.deviceLoss());
            assertFalse(sampler.request(1, 2, 0));
            assertFalse(sampler.ready());
            assertFalse(sampler.died(), "another one in this process would be no better");
        }
        assertEquals(1, calls.get());
    }

    @Test
    void shouldSayThatTheDeviceWasLostWhileThePolicyWasLoaded() throws InterruptedException {
        AtomicInteger loads = new AtomicInteger();
        try (AsyncSampler sampler = new AsyncSampler(new AsyncSampler.Wiring(() -> {
            loads.incrementAndGet();
            throw new EngineException("CUDA out of memory. Tried to allocate 2.00 GiB.\nGPU 0 has a total capacity of 7.79 GiB");
        }, source, sink, SamplingGuide.plain(1), new ManualClock(0), 100))) {
            sampler.start();
            assertFalse(sampler.awaitReady(30, TimeUnit.SECONDS));
            assertEquals(SamplingFailure.DEVICE_LOST, kinds.take());
            assertEquals("device lost: CUDA out of memory. Tried to allocate 2.00 GiB.", delivered.take());
            assertEquals("device lost: CUDA out of memory. Tried to allocate 2.00 GiB.", sampler.deviceLoss());
            assertFalse(sampler.request(1, 2, 0));
            assertFalse(sampler.died(), "another one in this process would be no better");
        }
        assertEquals(1, loads.get());
    }

    @Test
    void shouldSayThatItsThreadDied() throws InterruptedException {
        ChunkSink broken = new ChunkSink() {
            @Override
            public void accept(ActionChunk chunk) {
                throw new LinkageError("accept");
            }

            @Override
            public void failed(long requestId, SamplingFailure kind, String reason, Throwable cause) {
                throw new LinkageError("failed");
            }
        };
        AsyncSampler sampler = new AsyncSampler(new AsyncSampler.Wiring(() -> new FakePolicy(sampling -> ACTIONS), source, broken,
                SamplingGuide.plain(1), new ManualClock(0), 100));
        sampler.start();
        assertTrue(sampler.awaitReady(30, TimeUnit.SECONDS));
        assertFalse(sampler.died());
        assertTrue(sampler.request(1, 2, 0));
        while (!sampler.died()) {
            Thread.onSpinWait();
        }
        assertFalse(sampler.request(1, 2, 0));
    }

    @Test
    void shouldReportAnExceptionAndCarryOn() throws InterruptedException {
        AtomicInteger calls = new AtomicInteger();
        try (AsyncSampler sampler = started(new FakePolicy(sampling -> {
            if (calls.getAndIncrement() == 0) {
                throw new IllegalStateException("native error\nwith a long trace");
            }
            return ACTIONS;
        }))) {
            sampler.request(1, 2, 0);
            assertEquals("inference failed: native error", delivered.take());
            awaitIdle(sampler);
            sampler.request(1, 2, 0);
            assertTrue(delivered.take() instanceof ActionChunk);
        }
    }

    @Test
    void shouldSayThatObservationsAreMissing() throws InterruptedException {
        observed = false;
        try (AsyncSampler sampler = started(new FakePolicy(sampling -> ACTIONS))) {
            sampler.request(1, 2, 0);
            assertEquals("no observation of every input yet", delivered.take());
        }
    }

    @Test
    void shouldStopBetweenTwoDenoisingStepsWhenClosed() throws InterruptedException {
        CountDownLatch running = new CountDownLatch(1);
        FakePolicy policy = new FakePolicy(sampling -> {
            running.countDown();
            while (sampling.listener().onStep(0, 1_000_000, 0, new double[2])) {
                Thread.onSpinWait();
            }
            return ACTIONS;
        });
        AsyncSampler sampler = started(policy);
        sampler.request(1, 2, 0);
        running.await();
        assertTrue(sampler.stop(30, TimeUnit.SECONDS));
        assertNotNull(policy.closedBy);
        assertTrue(delivered.isEmpty(), "nothing is delivered after the stop");
        assertFalse(sampler.request(3, 4, 0));
    }

    @Test
    void shouldBeReplaceableAfterANativeCallHung() throws InterruptedException {
        CountDownLatch hung = new CountDownLatch(1);
        AtomicReference<Thread> hungThread = new AtomicReference<>();
        AsyncSampler first = started(new FakePolicy(sampling -> {
            hungThread.set(Thread.currentThread());
            await(hung);
            return ACTIONS;
        }));
        first.request(1, 2, 0);
        while (hungThread.get() == null) {
            Thread.onSpinWait();
        }
        first.abandon();
        assertFalse(first.request(3, 4, 0));
        assertFalse(first.ready());
        try (AsyncSampler second = started(new FakePolicy(sampling -> ACTIONS))) {
            assertTrue(second.request(5, 6, 0));
            assertTrue(delivered.take() instanceof ActionChunk);
        }
        hung.countDown();
        hungThread.get().join();
        assertTrue(delivered.isEmpty(), "what an abandoned sampler delivers late is dropped");
    }

    @Test
    void shouldAbandonAThreadThatDoesNotStopInTime() throws InterruptedException {
        CountDownLatch hung = new CountDownLatch(1);
        CountDownLatch running = new CountDownLatch(1);
        AsyncSampler sampler = started(new FakePolicy(sampling -> {
            running.countDown();
            await(hung);
            return ACTIONS;
        }));
        sampler.request(1, 2, 0);
        running.await();
        assertFalse(sampler.stop(10, TimeUnit.MILLISECONDS));
        hung.countDown();
        assertTrue(sampler.stop(30, TimeUnit.SECONDS));
        assertTrue(delivered.isEmpty());
    }

    @Test
    void shouldGiveTheGuideThePreviousChunkAndTheExecutedSteps() throws InterruptedException {
        BlockingQueue<SamplingGuide.Request> seen = new ArrayBlockingQueue<>(4);
        SamplingGuide guide = request -> {
            seen.add(request);
            return Sampling.of(NoiseSource.seeded(1), StepListener.NONE);
        };
        try (AsyncSampler sampler = new AsyncSampler(new AsyncSampler.Wiring(
                () -> new FakePolicy(sampling -> ACTIONS), source, sink, guide, new ManualClock(0), 100))) {
            sampler.start();
            sampler.awaitReady(30, TimeUnit.SECONDS);
            sampler.request(1, 2, 0);
            ActionChunk chunk = (ActionChunk) delivered.take();
            awaitIdle(sampler);
            sampler.request(10, 20, 4);
            delivered.take();
            seen.take();
            SamplingGuide.Request second = seen.take();
            assertEquals(chunk, second.previous());
            assertEquals(4, second.executedSteps());
            assertEquals(20, second.deadlineNs());
        }
    }

    @Test
    void shouldAllocateNothingOnTheRequestingThread() throws InterruptedException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        ChunkSink ignore = new ChunkSink() {
            @Override
            public void accept(ActionChunk chunk) {}

            @Override
            public void failed(long requestId, SamplingFailure kind, String reason, Throwable cause) {}
        };
        try (AsyncSampler sampler = new AsyncSampler(new AsyncSampler.Wiring(
                () -> new FakePolicy(sampling -> ACTIONS), source, ignore, SamplingGuide.plain(1), new ManualClock(0), 100))) {
            sampler.start();
            sampler.awaitReady(30, TimeUnit.SECONDS);
            requests(sampler, 3_000);
            long id = Thread.currentThread().getId();
            long before = threads.getThreadAllocatedBytes(id);
            requests(sampler, 1_000);
            assertEquals(0, (threads.getThreadAllocatedBytes(id) - before) / 1_000, "bytes per request");
        }
    }

    private static void requests(AsyncSampler sampler, int count) {
        for (int i = 0; i < count; i++) {
            while (!sampler.request(i, i + 1, 0)) {
                Thread.onSpinWait();
            }
            sampler.runningSinceNs();
        }
    }

    private static void awaitIdle(AsyncSampler sampler) {
        while (sampler.busy()) {
            Thread.onSpinWait();
        }
    }

    private static void await(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
