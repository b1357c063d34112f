package dev.dpros.remote;

import dev.dpros.core.Clock;
import dev.dpros.core.ObservationWindow;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.inference.ChunkAbandonedException;
import dev.dpros.inference.ChunkPolicy;
import dev.dpros.inference.InferenceLatency;
import dev.dpros.inference.NoiseSource;
import dev.dpros.inference.Prediction;
import dev.dpros.inference.Sampling;
import dev.dpros.inference.SamplingTensors;
import dev.dpros.inference.StepListener;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A policy on a server, with what happens while the server does not answer: the same policy on this machine, or no chunk, after
 * which the watchdog holds. A chunk waits for its answer until its deadline less what the policy here has taken lately, and room for
 * a half more (if the policy here can make the deadline at all), and then takes the policy here; after the first such miss the server
 * is not asked before it has been seen to answer again. One seed gives the same chunk from either. Confined to the sampler's thread.
 */
public final class FallbackPolicy implements ChunkPolicy {
    private static final Logger LOG = LoggerFactory.getLogger(FallbackPolicy.class);
    private static final int COSTS = 8;
    /** Nothing comes back sooner. */
    private static final long LEAST_WAIT_NS = 1_000_000;

    private final RemoteServer server;
    private final @Nullable ChunkPolicy local;
    private final PolicyConfig config;
    private final Supplier<SchedulerConfig> sampler;
    private final InferenceLatency latency;
    private final Clock clock;
    private final long[] costsNs = new long[COSTS];
    private int costs;

    /**
     * A policy on a server.
     *
     * @param local the same policy here; null: no chunk while the server does not answer
     * @param sampler the noise scheduler in use; asked before each chunk
     * @param latency hears of what the server has sampled
     * @param clock of the deadlines
     */
    public FallbackPolicy(RemoteServer server, @Nullable ChunkPolicy local, PolicyDefinition definition, Supplier<SchedulerConfig> sampler,
            InferenceLatency latency, Clock clock) {
        this.server = server;
        this.local = local;
        config = definition.config();
        this.sampler = sampler;
        this.latency = latency;
        this.clock = clock;
    }

    @Override
    public PolicyConfig config() {
        return config;
    }

    /** @throws dev.dpros.core.InputException if the server has another policy; that it does not answer is no reason */
    @Override
    public void warmUp() {
        ObservationWindow blank = new ObservationWindow(config.inputs(), config.nObsSteps());
        Sampling sampling = Sampling.of(NoiseSource.seeded(0), StepListener.NONE);
        if (local != null) {
            local.warmUp();
            here(blank, sampling);
        }
        server.greet(wire -> wire.encode(blank, SamplingTensors.of(config, sampler.get(), sampling)));
    }

    @Override
    public Prediction predictAction(ObservationWindow window, Sampling sampling) {
        if (sampling.noise().size() != 1) {
            throw new IllegalArgumentException("remote policy: one chunk a request, not " + sampling.noise().size());
        }
        try {
            return predict(window, sampling);
        } finally {
            if (sampling.deadlineNs() != Sampling.NO_DEADLINE) {
                server.came(clock.monotonicNs() - sampling.deadlineNs());
            }
        }
    }

    private Prediction predict(ObservationWindow window, Sampling sampling) {
        long startNs = clock.monotonicNs();
        long waitNs = waitNs(sampling.deadlineNs(), startNs);
        if (waitNs < LEAST_WAIT_NS) {
            return instead(window, sampling, "no time left to ask the server");
        }
        server.allow(waitNs);
        boolean asks = server.breaker().closed();
        if (!asks && !server.wantsRequest()) {
            return instead(window, sampling, server.breaker().reason());
        }
        SamplingTensors tensors = SamplingTensors.of(config, sampler.get(), sampling);
        PolicyWire.Message message = server.wire().encode(window, tensors);
        server.note(message);
        if (!asks) {
            return instead(window, tensors.replay(sampling), server.breaker().reason());
        }
        long encodedNs = clock.monotonicNs();
        latency.encode().recordNs(encodedNs - startNs);
        try {
            Prediction prediction = ask(message, Math.max(LEAST_WAIT_NS, waitNs - (encodedNs - startNs)), sampling.deadlineNs());
            latency.total().recordNs(clock.monotonicNs() - startNs);
            return prediction;
        } catch (RemoteFailure e) {
            LOG.warn("sampler.remote: {}; {} meanwhile", e.getMessage(), local == null ? "no chunks" : "chunks are sampled here");
            if (sampling.deadlineNs() - clock.monotonicNs() < LEAST_WAIT_NS) {
                throw without("the deadline has passed: " + e.getMessage()); // the next chunk is sampled here at once
            }
            return instead(window, tensors.replay(sampling), e.getMessage());
        }
    }

    private Prediction ask(PolicyWire.Message message, long waitNs, long deadlineNs) throws RemoteFailure {
        try {
            return server.ask(message, waitNs);
        } finally {
            if (deadlineNs != Sampling.NO_DEADLINE) {
                server.kept(clock.monotonicNs() - deadlineNs);
            }
        }
    }

    /**
     * How long the chunk may wait for the server: in the time left, the policy here must fit as well, with room: beside whatever else
     * the machine does now it may take longer than it did lately. If it would not fit even alone, it is no help, and the server has all
     * the time.
     */
    private long waitNs(long deadlineNs, long nowNs) {
        if (deadlineNs == Sampling.NO_DEADLINE) {
            return server.timeoutNs();
        }
        long leftNs = deadlineNs - nowNs;
        long costNs = costNs();
        long spareNs = leftNs - costNs;
        long waitNs = spareNs < LEAST_WAIT_NS ? leftNs : Math.max(LEAST_WAIT_NS, spareNs - Math.min(costNs, spareNs) / 2);
        return Math.min(waitNs, server.timeoutNs());
    }

    /** The most that the policy here has taken lately; 0 without one. */
    private long costNs() {
        long most = 0;
        for (int i = 0; i < Math.min(COSTS, costs); i++) {
            most = Math.max(most, costsNs[i]);
        }
        return most;
    }

    private Prediction instead(ObservationWindow window, Sampling sampling, String reason) {
        if (local == null) {
            throw without(reason);
        }
        Prediction prediction = here(window, sampling);
        server.sampledHere();
        return prediction;
    }

    private ChunkAbandonedException without(String reason) {
        server.noChunk();
        return new ChunkAbandonedException(reason);
    }

    private Prediction here(ObservationWindow window, Sampling sampling) {
        long startNs = clock.monotonicNs();
        Prediction prediction = local.predictAction(window, sampling);
        costsNs[costs++ % COSTS] = clock.monotonicNs() - startNs;
        return prediction;
    }

    /** Closes the policy here; the server belongs to the node. */
    @Override
    public void close() {
        if (local != null) {
            local.close();
        }
    }
}
