package dev.dpros.node.observer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.dpros.control.ControlConfig;
import dev.dpros.control.ControlLoop;
import dev.dpros.control.LoopListeners;
import dev.dpros.control.TickReport;
import dev.dpros.core.ActionChunk;
import dev.dpros.core.ChunkRequester;
import dev.dpros.core.CommandFrame;
import dev.dpros.core.CommandSink;
import dev.dpros.core.ManualClock;
import dev.dpros.core.PositionSource;
import dev.dpros.core.SamplingFailure;
import dev.dpros.inference.Sampling;
import dev.dpros.inference.SamplingGuide;
import dev.dpros.ros.testing.Allocation;
import dev.dpros.safety.JointLimits;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Who observes a node hears of everything, whatever the others throw. */
class NodeObserversTest {
    private final ManualClock clock = new ManualClock(1_000);
    private final List<String> heard = new ArrayList<>();
    private final AtomicLong sent = new AtomicLong();

    /** Throws at everything. */
    private static final class Broken implements NodeObserver {
        @Override
        public void begun(SamplingGuide.Request request) {
            throw new IllegalStateException("begun");
        }

        @Override
        public void encoded() {
            throw new NoClassDefFoundError("encoded");
        }

        @Override
        public void stepped(SamplingGuide.Request request, int index, int count, int timestep, boolean goesOn) {
            throw new IllegalStateException("stepped");
        }

        @Override
        public void chunk(ActionChunk chunk) {
            throw new IllegalStateException("chunk");
        }

        @Override
        public void failed(long requestId) {
            throw new IllegalStateException("failed");
        }

        @Override
        public void published(long startNs, long endNs) {
            throw new IllegalStateException("published");
        }

        @Override
        public void ticked(TickReport report) {
            throw new IllegalStateException("ticked");
        }
    }

    /** Notes everything. */
    private final class Attentive implements NodeObserver {
        @Override
        public void begun(SamplingGuide.Request request) {
            heard.add("begun " + request.id());
        }

        @Override
        public void encoded() {
            heard.add("encoded");
        }

        @Override
        public void stepped(SamplingGuide.Request request, int index, int count, int timestep, boolean goesOn) {
            heard.add("step " + request.id() + " " + index + " of " + count + " at " + timestep + " " + goesOn);
        }

        @Override
        public void chunk(ActionChunk chunk) {
            heard.add("chunk " + chunk.id());
        }

        @Override
        public void failed(long requestId) {
            heard.add("failed " + requestId);
        }

        @Override
        public void published(long startNs, long endNs) {
            heard.add("published in " + (endNs - startNs));
        }

        @Override
        public void ticked(TickReport report) {
            heard.add("tick " + report.tick);
        }
    }

    private NodeObservers observers(NodeObserver... all) {
        Map<String, NodeObserver> named = new LinkedHashMap<>();
        for (NodeObserver observer : all) {
            named.put(observer.getClass().getSimpleName() + named.size(), observer);
        }
        return new NodeObservers(named);
    }

    @Test
    void shouldTellTheOthersWhateverOneThrows() {
        NodeObservers observers = observers(new Broken(), new Attentive(), new Broken());
        SamplingGuide.Request request = new SamplingGuide.Request(7, 1, 2, 3, null, null);
        Sampling sampling = observers.watch(SamplingGuide.plain(0)).begin(request);
        observers.encoding(durationNs -> heard.add("took " + durationNs)).recordNs(5);
        assertTrue(sampling.listener().onStep(0, 2, 90, null));
        observers.accept(new ActionChunk(7, 0, 0, 1, 1, new double[] {1}, 2));
        observers.failed(8, SamplingFailure.of(0), "why", null);
        CommandSink sink = observers.publishing(frame -> {
            clock.advanceNs(40);
            sent.incrementAndGet();
        }, clock);
        sink.publish(new CommandFrame(List.of("a"), 1));
        assertEquals(List.of("begun 7", "encoded", "took 5", "step 7 0 of 2 at 90 true", "chunk 7", "failed 8", "published in 40"), heard);
        assertEquals(1, sent.get());
        for (int broken : new int[] {0, 2}) {
            assertEquals(6, observers.nets().get(broken).failures());
            assertEquals("published", observers.nets().get(broken).last().getMessage());
        }
        assertEquals(0, observers.nets().get(1).failures());
    }

    @Test
    void shouldHearOfTicksInNetsOfTheLoop() {
        NodeObservers observers = observers(new Broken(), new Attentive());
        ControlConfig config = ControlConfig.of(List.of("x"), 100, 10, 16, 8);
        ControlLoop loop = new ControlLoop(ControlLoop.Wiring.of(config, config.safetyFilter(List.of(JointLimits.positions("x", 0, 1))),
                List.of(), PositionSource.NONE, NOBODY, frame -> { }).with(observers.heardWith(LoopListeners.NONE)));
        loop.tick(1, 1);
        loop.tick(2, 2);
        assertEquals(2, heard.size());
        assertEquals(2, loop.listeners().stream().filter(net -> net.name().equals("Broken0")).mapToLong(net -> net.failures()).sum());
    }

    @Test
    void shouldTellOfCommandsWithoutAllocation() {
        AtomicLong heardNs = new AtomicLong();
        NodeObserver quiet = new NodeObserver() {
            @Override
            public void published(long startNs, long endNs) {
                heardNs.set(endNs);
            }
        };
        CommandSink sink = observers(quiet, quiet).publishing(frame -> sent.incrementAndGet(), clock);
        CommandFrame frame = new CommandFrame(List.of("a"), 1);
        assertEquals(0, Allocation.least(5, () -> {
            for (int i = 0; i < 10_000; i++) {
                sink.publish(frame);
            }
        }));
        assertEquals(clock.monotonicNs(), heardNs.get());
    }

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
}
