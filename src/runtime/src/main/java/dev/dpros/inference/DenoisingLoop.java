package dev.dpros.inference;

import ai.djl.pytorch.engine.PtNDArray;
import dev.dpros.core.Clock;
import dev.dpros.diffusion.NoiseScheduler;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.SchedulerConfig;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * From noise to trajectories: one network evaluation and one scheduler step at a time. Reuses its arrays from prediction to
 * prediction as long as the batch size stays; confined to one thread.
 */
final class DenoisingLoop implements ChunkLoop {
    private final PolicyConfig config;
    private final SchedulerConfig sampler;
    private final InferenceLatency latency;
    private NoiseScheduler scheduler;
    private int[] wanted;
    private float[] times = {};
    private ByteBuffer input;
    private float[] floats = {};
    private double[] sample;
    private double[] output;
    private double[] noise;

    DenoisingLoop(PolicyConfig config, SchedulerConfig sampler, InferenceLatency latency) {
        this.config = config;
        this.sampler = sampler;
        this.latency = latency;
    }

    @Override
    public SchedulerConfig sampler() {
        return sampler;
    }

    @Override
    public Result run(PolicyNetwork network, PolicyNetwork.Chunk chunk, PtNDArray condition, float[] observations, Sampling sampling) {
        int batch = sampling.noise().size();
        prepare(batch, sampling.timesteps());
        network.embed(times);
        scheduler.begin();
        draw(sampling, -1, sample);
        Clock clock = latency.clock();
        for (int i = 0; i < times.length; i++) {
            long startNs = clock.monotonicNs();
            Inpainting.impose(config, observations, sample);
            evaluate(network, chunk, condition, batch, times[i]);
            double[] clean = scheduler.estimate();
            scheduler.estimate(i, output, sample, clean);
            if (sampling.tie() != null) {
                sampling.tie().pull(clean, config.denoisedWidth());
            }
            if (!sampling.listener().onStep(i, times.length, scheduler.timestep(i), clean)) {
                Inpainting.impose(config, observations, clean);
                return new Result(clean, i + 1);
            }
            if (scheduler.drawsNoise(i)) {
                draw(sampling, i, noise);
            }
            scheduler.advance(i, clean, output, sample, noise, sample);
            latency.step().recordNs(clock.monotonicNs() - startNs);
        }
        Inpainting.impose(config, observations, sample);
        return new Result(sample, times.length);
    }

    /** @param timesteps that are to be visited, or null for the sampler's own */
    private void prepare(int batch, int[] timesteps) {
        int length = batch * config.denoisedSteps() * config.denoisedWidth();
        if (floats.length == length && scheduler != null && Arrays.equals(timesteps, wanted)) {
            return;
        }
        scheduler = timesteps == null ? NoiseScheduler.of(sampler, length) : NoiseScheduler.of(sampler, timesteps, length);
        wanted = timesteps;
        times = new float[scheduler.steps()];
        for (int i = 0; i < times.length; i++) {
            times[i] = scheduler.time(i);
        }
        if (floats.length != length) {
            input = ConditioningEncoder.direct(length);
            floats = new float[length];
            sample = new double[length];
            output = new double[length];
            noise = new double[length];
        }
    }

    /** Fills {@code to} with initial noise (index -1) or the noise of step {@code index}. */
    private void draw(Sampling sampling, int index, double[] to) {
        int batch = sampling.noise().size();
        int each = to.length / batch;
        for (int b = 0; b < batch; b++) {
            NoiseSource source = sampling.noise().get(b);
            if (index < 0) {
                source.initial(floats, b * each, each);
            } else {
                source.variance(index, floats, b * each, each);
            }
        }
        for (int i = 0; i < to.length; i++) {
            to[i] = floats[i];
        }
    }

    private void evaluate(PolicyNetwork network, PolicyNetwork.Chunk chunk, PtNDArray condition, int batch, float time) {
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) sample[i];
        }
        input.asFloatBuffer().put(floats);
        float[] result = chunk.denoise(input, condition, network.stepRow(time), batch, config.denoisedSteps(), config.denoisedWidth());
        for (int i = 0; i < result.length; i++) {
            output[i] = result[i];
        }
    }
}
