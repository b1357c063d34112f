package dev.dpros.node;

import dev.dpros.control.ChunkInbox;
import dev.dpros.core.SystemClock;
import dev.dpros.inference.AsyncSampler;
import dev.dpros.inference.ChunkPolicy;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.inference.InferenceLatency;
import dev.dpros.inference.InferenceOptions;
import dev.dpros.metrics.MetricsRegistry;
import dev.dpros.metrics.Stage;
import dev.dpros.node.observer.NodeObservers;
import dev.dpros.node.outputs.Diagnostics;
import dev.dpros.node.page.PlanFan;
import dev.dpros.process.Owned;
import java.util.function.Supplier;

/** A control node's sampler, how it samples, and what it does in its spare time. Its parts say on which threads they run. */
final class NodeSampler implements Diagnostics.SamplerView {
    private final SamplerChoice choice;
    private final GuideChoice guides;
    private final ChunkInbox inbox = new ChunkInbox();
    private final PlanFan fan;
    private final SupervisedSampler sampler;

    /**
     * Begins to load the policy and offers {@code ~set_sampler}.
     *
     * @param stepNs of the policy's grid
     * @throws dev.dpros.core.InputException if the configuration does not fit the policy
     */
    NodeSampler(NodeSetup setup, Sources sources, NodeEnds ends, long stepNs, Owned owned) {
        InferenceOptions options = setup.config().sampler().toOptions();
        choice = new SamplerChoice(setup.policy(), options);
        guides = new GuideChoice(setup.config(), setup.definition(), choice::current, setup.clock());
        fan = new PlanFan(setup.clock(), setup.config().dashboard().fanSamples(), stepNs);
        InferenceLatency probes = probes(setup.metrics(), fan, ends.observers());
        ChunkRelay relay = new ChunkRelay(ends.observers(), inbox, ends.outputs().chunks());
        SamplerChoice chosen = choice;
        Supplier<ChunkPolicy> policy = () -> setup.around().apply(chosen.follow(DiffusionPolicy.load(setup.definition(), options, probes)));
        GuideChoice guide = guides;
        PlanFan spare = fan;
        sampler = owned.own(new SupervisedSampler(() -> new AsyncSampler(new AsyncSampler.Wiring(policy, sources.aligner(), relay,
                ends.observers().watch(guide.next()), setup.clock(), stepNs, spare))));
        owned.ownBelow(ends.trace(), choice.offer(setup.transport()));
    }

    private static InferenceLatency probes(MetricsRegistry metrics, PlanFan fan, NodeObservers observers) {
        return new InferenceLatency(new SystemClock(), fan.outside(observers.encoding(metrics.latency(Stage.ENCODE))),
                fan.outside(metrics.latency(Stage.DENOISING_STEP)), fan.outside(metrics.latency(Stage.INFERENCE)));
    }

    @Override
    public boolean ready() {
        return sampler.ready();
    }

    @Override
    public int replacements() {
        return sampler.replacements();
    }

    @Override
    public String sampling() {
        return choice.describe();
    }

    /** The sampler in service. */
    SupervisedSampler supervised() {
        return sampler;
    }

    /** How chunks are drawn. */
    GuideChoice guides() {
        return guides;
    }

    /** Where its chunks are left for the loop. */
    ChunkInbox inbox() {
        return inbox;
    }

    /** What else the policy might have done. */
    PlanFan fan() {
        return fan;
    }
}
