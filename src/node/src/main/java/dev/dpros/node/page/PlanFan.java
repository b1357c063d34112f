package dev.dpros.node.page;

import dev.dpros.core.ActionChunk;
import dev.dpros.core.Clock;
import dev.dpros.core.LatencySink;
import dev.dpros.core.ObservationWindow;
import dev.dpros.inference.ChunkPolicy;
import dev.dpros.inference.NoiseSource;
import dev.dpros.inference.Prediction;
import dev.dpros.inference.Sampling;
import dev.dpros.inference.SpareTime;
import dev.dpros.inference.StepListener;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * What else the policy might have done: further samples from the observation of a chunk, drawn in the sampler's spare time
 * while somebody looks, once a second at most, and given up as soon as the next chunk is asked for. Written on the sampler
 * thread, read on the dashboard's.
 */
public final class PlanFan implements SpareTime {
    private static final long LOOKED_WITHIN_NS = 1_000_000_000L;
    private static final long PERIOD_NS = 1_000_000_000L;

    private final Clock clock;
    private final int samples;
    private final long stepNs;
    private volatile long lookedNs = Long.MIN_VALUE / 2;
    private volatile List<ActionChunk> newest = List.of();
    private volatile boolean drawing;
    private long drawnNs = Long.MIN_VALUE / 2;
    private long draws;

    /** A fan of so many samples, 0 for none, on a grid of {@code stepNs}. */
    public PlanFan(Clock clock, int samples, long stepNs) {
        this.clock = clock;
        this.samples = samples;
        this.stepNs = stepNs;
    }

    /** Somebody looks; the newest samples, whose id is that of the chunk they belong to. */
    List<ActionChunk> look() {
        lookedNs = clock.monotonicNs();
        return newest;
    }

    /** The same sink, without what is measured while a fan is drawn: it is not on the way to any command. */
    public LatencySink outside(LatencySink sink) {
        return ns -> {
            if (!drawing) {
                sink.recordNs(ns);
            }
        };
    }

    @Override
    public void use(long id, ChunkPolicy policy, ObservationWindow window, BooleanSupplier wanted) {
        long nowNs = clock.monotonicNs();
        if (samples == 0 || nowNs - lookedNs > LOOKED_WITHIN_NS || nowNs - drawnNs < PERIOD_NS || wanted.getAsBoolean()) {
            return;
        }
        drawing = true;
        try {
            draw(id, policy, window, wanted);
        } finally {
            drawing = false;
        }
    }

    private void draw(long id, ChunkPolicy policy, ObservationWindow window, BooleanSupplier wanted) {
        long seed = draws++ * samples;
        List<NoiseSource> noise = IntStream.range(0, samples).mapToObj(k -> NoiseSource.seeded(seed + k)).toList();
        boolean[] cut = new boolean[1];
        StepListener listener = (index, count, timestep, clean) -> {
            cut[0] = index + 1 < count && wanted.getAsBoolean();
            return !cut[0];
        };
        Prediction prediction = policy.predictAction(window, Sampling.of(noise).with(listener));
        if (cut[0] || !prediction.finite()) {
            return;
        }
        List<ActionChunk> fan = new ArrayList<>();
        for (int k = 0; k < samples; k++) {
            fan.add(new ActionChunk(id, window.stampNs, window.stampNs, stepNs, policy.config().action().size(),
                    prediction.actions(k, prediction.actionSteps()), prediction.denoisingSteps()));
        }
        newest = List.copyOf(fan);
        drawnNs = clock.monotonicNs();
    }
}
