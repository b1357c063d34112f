package dev.dpros.inference;

import dev.dpros.diffusion.NoiseScheduler;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.SchedulerConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A sampling as numbers: what an exported network needs to draw the chunks that a network in this process would draw. All
 * noise is drawn here, in the order in which the denoising loop draws it, so that a seed gives the same chunk on either side.
 *
 * <p>Row-major; every trajectory of the batch has its own rows. The arrays are the live ones. Needs no native library.
 *
 * @param batch trajectories, B
 * @param steps network evaluations, n
 * @param varianceSteps n if the scheduler draws noise between steps, else 1
 * @param noise {@code [B, T, W]} what denoising starts from
 * @param variance {@code [B, varianceSteps, T, W]} noise after each step, 0 where a step draws none
 * @param timesteps {@code [B, n]} what the network is told of each step
 * @param coefs {@code [B, n, 8]}, {@link NoiseScheduler#coefficients}
 * @param target {@code [B, T, A]} what the trajectories are tied to; zeros if to nothing
 * @param weights {@code [B, T]} how much; zeros if to nothing
 */
public record SamplingTensors(int batch, int steps, int varianceSteps, float[] noise, float[] variance, float[] timesteps,
        double[] coefs, float[] target, double[] weights) {

    /**
     * Draws the noise and computes the rest.
     *
     * @param sampler the noise scheduler in use, with its number of steps
     * @throws IllegalArgumentException if the sampling does not fit policy and sampler
     */
    public static SamplingTensors of(PolicyConfig config, SchedulerConfig sampler, Sampling sampling) {
        int batch = sampling.noise().size();
        int each = config.denoisedSteps() * config.denoisedWidth();
        int[] visited = sampling.timesteps();
        NoiseScheduler scheduler = visited == null ? NoiseScheduler.of(sampler, 0) : NoiseScheduler.of(sampler, visited, 0);
        int steps = scheduler.steps();
        double[] row = new double[steps * NoiseScheduler.COEFFICIENTS];
        float[] times = new float[steps];
        boolean draws = false;
        for (int i = 0; i < steps; i++) {
            scheduler.coefficients(i, row, i * NoiseScheduler.COEFFICIENTS);
            times[i] = scheduler.time(i);
            draws |= scheduler.drawsNoise(i);
        }
        int varianceSteps = draws ? steps : 1;
        SamplingTensors tensors = new SamplingTensors(batch, steps, varianceSteps, new float[batch * each],
                new float[batch * varianceSteps * each], repeated(times, batch), repeated(row, batch),
                new float[batch * config.denoisedSteps() * config.action().size()], new double[batch * config.denoisedSteps()]);
        tensors.draw(scheduler, sampling.noise(), each);
        tensors.tie(sampling.tie());
        return tensors;
    }

    private void draw(NoiseScheduler scheduler, List<NoiseSource> sources, int each) {
        for (int b = 0; b < batch; b++) {
            sources.get(b).initial(noise, b * each, each);
        }
        for (int i = 0; i < steps; i++) {
            for (int b = 0; b < batch && scheduler.drawsNoise(i); b++) {
                sources.get(b).variance(i, variance, (b * varianceSteps + i) * each, each);
            }
        }
    }

    private void tie(Tie tie) {
        if (tie == null) {
            return;
        }
        double[] to = tie.target();
        double[] by = tie.weights();
        for (int i = 0; i < target.length; i++) {
            target[i] = (float) to[i % to.length];
        }
        for (int i = 0; i < weights.length; i++) {
            weights[i] = by[i % by.length];
        }
    }

    private static float[] repeated(float[] row, int times) {
        float[] out = new float[row.length * times];
        for (int i = 0; i < times; i++) {
            System.arraycopy(row, 0, out, i * row.length, row.length);
        }
        return out;
    }

    private static double[] repeated(double[] row, int times) {
        double[] out = new double[row.length * times];
        for (int i = 0; i < times; i++) {
            System.arraycopy(row, 0, out, i * row.length, row.length);
        }
        return out;
    }

    /**
     * The same chunks by more steps, the last of which leave them as they are: for a server that takes one number of steps.
     *
     * @param sampler of the network
     * @throws IllegalArgumentException if it has more steps already
     */
    public SamplingTensors filledTo(SchedulerConfig sampler, int count) {
        if (count < steps) {
            throw new IllegalArgumentException("sampling: expected at most " + count + " network evaluations, found " + steps);
        }
        int width = NoiseScheduler.COEFFICIENTS;
        int each = noise.length / batch;
        int later = varianceSteps == 1 ? 1 : count;
        double[] moreCoefs = new double[batch * count * width];
        float[] moreTimes = new float[batch * count];
        float[] moreVariance = new float[batch * later * each];
        for (int b = 0; b < batch; b++) {
            System.arraycopy(coefs, b * steps * width, moreCoefs, b * count * width, steps * width);
            System.arraycopy(timesteps, b * steps, moreTimes, b * count, steps);
            System.arraycopy(variance, b * varianceSteps * each, moreVariance, b * later * each, varianceSteps * each);
            for (int i = steps; i < count; i++) {
                NoiseScheduler.idle(sampler, moreCoefs, (b * count + i) * width);
                moreTimes[b * count + i] = timesteps[(b + 1) * steps - 1];
            }
        }
        return new SamplingTensors(batch, count, later, noise, moreVariance, moreTimes, moreCoefs, target, weights);
    }

    /** The same sampling with the noise as drawn here: what another network draws from it is the same chunk. */
    public Sampling replay(Sampling sampling) {
        List<NoiseSource> given = new ArrayList<>();
        int each = noise.length / batch;
        for (int b = 0; b < batch; b++) {
            float[] later = Arrays.copyOfRange(variance, b * varianceSteps * each, (b + 1) * varianceSteps * each);
            given.add(NoiseSource.given(Arrays.copyOfRange(noise, b * each, (b + 1) * each), later));
        }
        return sampling.drawnFrom(given);
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    public String toString() {
        return "SamplingTensors[batch=" + batch + ", steps=" + steps + "]";
    }
}
