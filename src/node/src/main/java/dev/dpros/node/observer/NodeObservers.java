package dev.dpros.node.observer;

import dev.dpros.control.ListenerNet;
import dev.dpros.control.LoopListeners;
import dev.dpros.core.ActionChunk;
import dev.dpros.core.ChunkSink;
import dev.dpros.core.Clock;
import dev.dpros.core.CommandSink;
import dev.dpros.core.LatencySink;
import dev.dpros.core.SamplingFailure;
import dev.dpros.inference.Prediction;
import dev.dpros.inference.Sampling;
import dev.dpros.inference.SamplingGuide;
import dev.dpros.inference.StepListener;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * All who observe a node, in any order: none depends on another, and what one of them throws reaches neither the node nor the
 * others. The threads are those of {@link NodeObserver}.
 */
public final class NodeObservers implements ChunkSink {
    private final NodeObserver[] observers;
    private final ListenerNet[] nets;
    private final List<String> names;

    /** @param named the observers by what they are called, for people */
    public NodeObservers(Map<String, NodeObserver> named) {
        Map<String, NodeObserver> all = new LinkedHashMap<>(named);
        names = List.copyOf(all.keySet());
        observers = all.values().toArray(new NodeObserver[0]);
        nets = names.stream().map(ListenerNet::new).toArray(ListenerNet[]::new);
    }

    /** What they threw, but for ticks, of which the control loop knows. */
    public List<ListenerNet> nets() {
        return List.of(nets);
    }

    private void tell(Consumer<NodeObserver> what) {
        for (int i = 0; i < observers.length; i++) {
            try {
                what.accept(observers[i]);
            } catch (Throwable e) {
                nets[i].caught(e);
            }
        }
    }

    /** The same guide, with each chunk's beginning and steps told. */
    public SamplingGuide watch(SamplingGuide guide) {
        return new SamplingGuide() {
            @Override
            public Sampling begin(Request request) {
                tell(observer -> observer.begun(request));
                Sampling sampling = guide.begin(request);
                StepListener inner = sampling.listener();
                return sampling.with((index, count, timestep, x0hat) -> {
                    boolean on = inner.onStep(index, count, timestep, x0hat);
                    tell(observer -> observer.stepped(request, index, count, timestep, on));
                    return on;
                });
            }

            @Override
            public void finished(Request request, Prediction prediction) {
                guide.finished(request, prediction);
            }
        };
    }

    /** The same sink of what encoding takes, with its end told. */
    public LatencySink encoding(LatencySink sink) {
        return durationNs -> {
            tell(NodeObserver::encoded);
            sink.recordNs(durationNs);
        };
    }

    @Override
    public void accept(ActionChunk chunk) {
        tell(observer -> observer.chunk(chunk));
    }

    @Override
    public void failed(long requestId, SamplingFailure kind, String reason, Throwable cause) {
        tell(observer -> observer.failed(requestId));
    }

    /** The same sink, with each command told. Control thread; allocates nothing. */
    public CommandSink publishing(CommandSink sink, Clock clock) {
        return frame -> {
            long startNs = clock.monotonicNs();
            sink.publish(frame);
            long endNs = clock.monotonicNs();
            for (int i = 0; i < observers.length; i++) {
                try {
                    observers[i].published(startNs, endNs);
                } catch (Throwable e) {
                    nets[i].caught(e);
                }
            }
        };
    }

    /** These listeners and the observers, whom the control loop gives nets of its own. */
    public LoopListeners heardWith(LoopListeners listeners) {
        LoopListeners all = listeners;
        for (int i = 0; i < observers.length; i++) {
            all = all.and(names.get(i), observers[i]::ticked);
        }
        return all;
    }
}
