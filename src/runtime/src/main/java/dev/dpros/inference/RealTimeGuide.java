package dev.dpros.inference;

import dev.dpros.core.ActionChunk;
import dev.dpros.core.Clock;
import dev.dpros.diffusion.AlphaSchedule;
import dev.dpros.diffusion.Normalizer;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PrefixWeights;
import dev.dpros.diffusion.PreviousChunk;
import dev.dpros.diffusion.SchedulerConfig;
import dev.dpros.diffusion.Timesteps;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Draws chunks for a robot that does not wait: ties each to the one being executed (real-time chunking), or starts from
 * it (warm start), and fits the number of denoising steps to the deadline. Used by the sampler's thread; counts may be
 * read by any thread.
 *
 * <p>The delay that real-time chunking freezes is not estimated but measured: the actions whose time had come when each
 * of the last chunks arrived, the most of the last {@value #DELAYS}.
 */
public final class RealTimeGuide implements SamplingGuide {
    static final int DELAYS = 8;

    private final GuideConfig config;
    private final PolicyConfig policy;
    private final Supplier<SchedulerConfig> sampler;
    private final AlphaSchedule alphas;
    private final Normalizer normalizer;
    private final Clock clock;
    private final NoiseSource noise;
    private final StepBudget budget;
    private final double[] target;
    private final double[] start;
    private final double[] weights;
    private final double[] actionWeights;
    private final long[] delaysNs = new long[DELAYS];
    private final AtomicLong conditioned = new AtomicLong();
    private int delaysSeen;
    private float[] trajectory;
    private long trajectoryStampNs;
    private long beganNs;
    private long lastStepNs;
    private long stepsNs;
    private int timedSteps;

    /**
     * A guide for one policy.
     *
     * @param sampler the noise scheduler in use, with its full number of steps; asked before each chunk
     * @param normalizer of the action
     */
    public RealTimeGuide(GuideConfig config, PolicyConfig policy, Supplier<SchedulerConfig> sampler, Normalizer normalizer,
            Clock clock) {
        this.config = config;
        this.policy = policy;
        this.sampler = sampler;
        this.normalizer = normalizer;
        this.clock = clock;
        alphas = AlphaSchedule.of(sampler.get());
        noise = NoiseSource.seeded(config.seed());
        budget = config.anytime() == null ? null : new StepBudget(config.anytime());
        target = new double[policy.denoisedSteps() * policy.action().size()];
        start = new double[policy.denoisedSteps() * policy.denoisedWidth()];
        weights = new double[policy.denoisedSteps()];
        actionWeights = new double[policy.chunkSteps()];
    }

    @Override
    public Sampling begin(Request request) {
        beganNs = clock.monotonicNs();
        lastStepNs = 0;
        stepsNs = 0;
        timedSteps = 0;
        boolean tied = config.conditioning() != GuideConfig.Conditioning.NONE && tie(request);
        boolean warm = tied && config.conditioning() == GuideConfig.Conditioning.WARM_START;
        if (warm) {
            warmStart(request);
        }
        SchedulerConfig full = sampler.get();
        int most = warm ? config.warmSteps() : full.inferenceSteps();
        int count = budget == null ? most : budget.choose((request.deadlineNs() - beganNs) / full.type().evaluations(), most);
        int[] timesteps = warm ? Timesteps.from(full, config.warmTimestep(), count)
                : count == full.inferenceSteps() ? null : Timesteps.of(full.withSampling(full.type(), count));
        StepListener listener = budget == null ? StepListener.NONE
                : (index, steps, timestep, x0hat) -> goesOn(request, index + 1, steps);
        return new Sampling(List.of(warm ? warmNoise() : noise), timesteps, tied && !warm ? new Tie(target, weights) : null,
                request.deadlineNs(), listener);
    }

    /** Prepares target and weights from the chunk being executed; false if there is none that reaches into the new one. */
    private boolean tie(Request request) {
        ActionChunk previous = request.previous();
        long stampNs = request.window().stampNs;
        if (previous == null || request.executedSteps() == 0 || previous.dims() != policy.action().size()) {
            return false;
        }
        int overlap = PreviousChunk.overlap(previous, stampNs);
        if (overlap == 0 || stampNs < previous.firstStampNs()) {
            return false;
        }
        PreviousChunk.onNewGrid(previous, policy.presentStep(), stampNs, normalizer, target);
        PrefixWeights.fill(config.fall(), delaySteps(previous.stepNs()), overlap, actionWeights);
        int past = policy.presentStep();
        for (int t = 0; t < weights.length; t++) {
            long atNs = stampNs + (t - past) * previous.stepNs();
            weights[t] = t >= past ? actionWeights[t - past] : atNs >= previous.firstStampNs() ? 1 : 0;
        }
        conditioned.incrementAndGet();
        return true;
    }

    /** All columns: the action's from the chunk as delivered, the observation's, if it has any, from the trajectory before. */
    private void warmStart(Request request) {
        double shift = (double) (request.window().stampNs - trajectoryStampNs) / request.previous().stepNs();
        if (start.length > target.length && trajectory != null) {
            PreviousChunk.shifted(trajectory, policy.denoisedSteps(), shift, start);
        }
        int width = policy.denoisedWidth();
        int dims = policy.action().size();
        for (int t = 0; t < weights.length; t++) {
            System.arraycopy(target, t * dims, start, t * width, dims);
        }
    }

    private NoiseSource warmNoise() {
        return new NoiseSource() {
            @Override
            public void initial(float[] out, int offset, int length) {
                noise.initial(out, offset, length);
                float signal = alphas.signalRate(config.warmTimestep());
                float level = alphas.noiseRate(config.warmTimestep());
                for (int i = 0; i < length; i++) {
                    out[offset + i] = (float) (signal * start[i] + level * out[offset + i]);
                }
            }

            @Override
            public void variance(int index, float[] out, int offset, int length) {
                noise.variance(index, out, offset, length);
            }
        };
    }

    private boolean goesOn(Request request, int done, int count) {
        long now = clock.monotonicNs();
        if (lastStepNs != 0) {
            stepsNs += now - lastStepNs;
            timedSteps++;
            budget.stepCost(now - lastStepNs);
        }
        lastStepNs = now;
        StepBudget.Decision decision = budget.decide(done, count, request.deadlineNs() - now);
        if (decision == StepBudget.Decision.ABANDON) {
            throw new ChunkAbandonedException("abandoned after " + done + " of " + count + " denoising steps: its deadline passed");
        }
        return decision == StepBudget.Decision.GO_ON;
    }

    @Override
    public void finished(Request request, Prediction prediction) {
        trajectory = prediction.trajectory();
        trajectoryStampNs = request.window().stampNs;
        delaysNs[delaysSeen++ % DELAYS] = clock.rosNs() - request.window().stampNs + config.executionMarginNs();
        if (budget != null && timedSteps > 0) {
            long oneNs = stepsNs / timedSteps;
            budget.overheadCost(clock.monotonicNs() - beganNs - oneNs * (timedSteps + 1));
        }
    }

    /** Actions that the previous chunk executes before a new one acts: the most of the last runs, at first 1. */
    int delaySteps(long stepNs) {
        int most = delaysSeen == 0 ? 1 : 0;
        for (int i = 0; i < Math.min(DELAYS, delaysSeen); i++) {
            most = (int) Math.max(most, Math.min(weights.length, Math.floorDiv(delaysNs[i], stepNs) + 1));
        }
        return most;
    }

    /** Chunks that were tied to a previous one. Any thread. */
    public long conditioned() {
        return conditioned.get();
    }

    /** The budget of denoising steps, for its counts; null if there is none. */
    public StepBudget budget() {
        return budget;
    }
}
