package dev.dpros.node;

import dev.dpros.config.RemoteSection;
import dev.dpros.config.SamplerSection;
import dev.dpros.control.ChunkInbox;
import dev.dpros.core.SystemClock;
import dev.dpros.diffusion.Precision;
import dev.dpros.inference.AsyncSampler;
import dev.dpros.inference.ChunkPolicy;
import dev.dpros.inference.DiffusionPolicy;
import dev.dpros.inference.InferenceLatency;
import dev.dpros.inference.InferenceOptions;
import dev.dpros.inference.PrecisionSupport;
import dev.dpros.inference.ToolPolicy;
import dev.dpros.metrics.MetricsRegistry;
import dev.dpros.metrics.Stage;
import dev.dpros.node.observer.NodeObservers;
import dev.dpros.node.outputs.Diagnostics;
import dev.dpros.node.page.PlanFan;
import dev.dpros.process.Owned;
import dev.dpros.remote.FallbackPolicy;
import dev.dpros.remote.RemoteServer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A control node's sampler, how it samples, and what it does in its spare time. Its parts say on which threads they run. */
final class NodeSampler implements Diagnostics.SamplerView {
    private final InferenceOptions options;
    private final SamplerChoice choice;
    private final GuideChoice guides;
    private final ChunkInbox inbox = new ChunkInbox();
    private final PlanFan fan;
    private final SupervisedSampler sampler;
    private final @Nullable RemoteServer server;
    private final ToolPolicy.Starts starts = new ToolPolicy.Starts();
    private volatile LongSupplier episodes = () -> 0;

    /**
     * Begins to load the policy and offers {@code ~set_sampler}.
     *
     * @param stepNs of the policy's grid
     * @throws dev.dpros.core.InputException if the configuration does not fit the policy
     */
    NodeSampler(NodeSetup setup, Sources sources, NodeEnds ends, long stepNs, Owned owned) {
        SamplerSection section = setup.config().sampler();
        options = section.here() ? PrecisionSupport.decided(setup.definition(), section.toOptions())
                : section.toOptions().withPrecision(Precision.FLOAT32);
        choice = new SamplerChoice(setup.policy(), options);
        guides = new GuideChoice(setup.config(), setup.definition(), choice::current, setup.clock());
        RemoteSection remote = section.remote();
        server = remote.enabled() ? owned.own(new RemoteServer(remote.toOptions(), setup.definition())) : null;
        fan = new PlanFan(setup.clock(), server == null ? setup.config().dashboard().fanSamples() : 0, stepNs);
        InferenceLatency probes = probes(setup.metrics(), fan, ends.observers());
        ChunkRelay relay = new ChunkRelay(ends.observers(), inbox, ends.outputs().chunks());
        Supplier<ChunkPolicy> policy = () -> setup.around().apply(policy(setup, probes));
        GuideChoice guide = guides;
        PlanFan spare = fan;
        sampler = owned.own(new SupervisedSampler(() -> new AsyncSampler(new AsyncSampler.Wiring(policy, sources.aligner(), relay,
                ends.observers().watch(guide.next()), setup.clock(), stepNs, spare))));
        owned.ownBelow(ends.trace(), choice.offer(setup.transport()));
    }

    /** The policy here, on a server, or both. Sampler thread. */
    private ChunkPolicy policy(NodeSetup setup, InferenceLatency probes) {
        SamplerSection section = setup.config().sampler();
        ChunkPolicy here = section.here() ? choice.follow(loaded(setup, probes)) : null;
        ChunkPolicy network = server == null ? here
                : new FallbackPolicy(server, here, setup.definition(), choice::current, probes, setup.clock());
        return setup.policy().trajectory().poses() == null ? network : new ToolPolicy(network, starts, () -> episodes.getAsLong());
    }

    private DiffusionPolicy loaded(NodeSetup setup, InferenceLatency probes) {
        DiffusionPolicy loaded = DiffusionPolicy.load(setup.definition(), options, probes);
        loaded.reuseFrames();
        return loaded;
    }

    /** Tells how often the policy was started so far: each time an episode begins. */
    void countEpisodes(LongSupplier count) {
        episodes = count;
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
        return choice.describe() + (precision().isEmpty() ? "" : ", " + precision());
    }

    /** In which precision it samples here, or empty for float32. */
    String precision() {
        return options.precision() == Precision.FLOAT32 ? "" : options.precision().word();
    }

    @Override
    public @Nullable RemoteServer server() {
        return server;
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
