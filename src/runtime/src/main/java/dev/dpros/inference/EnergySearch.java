package dev.dpros.inference;

import ai.djl.pytorch.engine.PtNDArray;
import dev.dpros.core.Clock;
import dev.dpros.diffusion.EnergyConfig;
import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.SchedulerConfig;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * The search without derivatives of implicit behavioural cloning (ibc_dfo_lowdim_policy.py): candidates are drawn evenly over the
 * normalised range of the actions; an iteration keeps them by the probabilities that their energies give, with replacement, and moves
 * each a little. Every trajectory's draws follow from its noise source. Chunks are not tied to the ones before, and a warm start begins
 * as any other; between two iterations the listener sees the best candidate. Confined to one thread.
 */
final class EnergySearch implements ChunkLoop {
    private static final double DEVIATION = 3e-2;

    private final PolicyConfig config;
    private final EnergyConfig energy;
    private final SchedulerConfig sampler;
    private final InferenceLatency latency;
    private final int values;
    private ByteBuffer input = ByteBuffer.allocate(0);

    EnergySearch(PolicyConfig config, SchedulerConfig sampler, InferenceLatency latency) {
        this.config = config;
        this.energy = config.energy();
        this.sampler = sampler;
        this.latency = latency;
        values = config.denoisedSteps() * config.denoisedWidth();
    }

    @Override
    public SchedulerConfig sampler() {
        return sampler;
    }

    /** The candidates of one trajectory, {@code [N, Ta * A]}, the share of each, summed up, and what draws them. */
    private static final class Row {
        private final SplittableRandom random;
        private final float[] candidates;
        private final double[] upTo;
        private int likeliest;

        Row(SplittableRandom random, int count, int values) {
            this.random = random;
            candidates = new float[count * values];
            upTo = new double[count];
            for (int i = 0; i < candidates.length; i++) {
                candidates[i] = (float) (2 * random.nextDouble() - 1);
            }
        }

        /** Takes the logits of the candidates, those from {@code offset} on. */
        void weigh(float[] logits, int offset) {
            likeliest = 0;
            for (int i = 1; i < upTo.length; i++) {
                likeliest = logits[offset + i] > logits[offset + likeliest] ? i : likeliest;
            }
            double sum = 0;
            for (int i = 0; i < upTo.length; i++) {
                sum += Math.exp(logits[offset + i] - logits[offset + likeliest]);
                upTo[i] = sum;
            }
        }

        /** One of them, by its probability. */
        int draw() {
            double at = random.nextDouble() * upTo[upTo.length - 1];
            int low = 0;
            int high = upTo.length - 1;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (upTo[middle] > at) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            return low;
        }

        /** As many of them, each by its probability, and moved a little. */
        void resample(int values, boolean clip) {
            float[] before = candidates.clone();
            for (int i = 0; i < upTo.length; i++) {
                int from = draw();
                for (int v = 0; v < values; v++) {
                    double moved = before[from * values + v] + DEVIATION * random.nextGaussian();
                    candidates[i * values + v] = (float) (clip ? Math.max(-1, Math.min(1, moved)) : moved);
                }
            }
        }
    }

    @Override
    public Result run(PolicyNetwork network, PolicyNetwork.Chunk chunk, PtNDArray condition, float[] observations, Sampling sampling) {
        network.embed(0);
        Row[] rows = new Row[sampling.noise().size()];
        for (int b = 0; b < rows.length; b++) {
            rows[b] = new Row(random(sampling.noise().get(b)), energy.candidates(), values);
        }
        int iterations = sampler.inferenceSteps();
        Clock clock = latency.clock();
        double[] best = new double[rows.length * values];
        for (int i = 0; i < iterations; i++) {
            long startNs = clock.monotonicNs();
            weigh(network, chunk, condition, rows);
            take(rows, best, true);
            if (!sampling.listener().onStep(i, iterations, iterations - 1 - i, best)) {
                return new Result(best, i + 1);
            }
            if (energy.best() || i < iterations - 1) {
                for (Row row : rows) {
                    row.resample(values, energy.best());
                }
            }
            latency.step().recordNs(clock.monotonicNs() - startNs);
        }
        if (energy.best()) {
            weigh(network, chunk, condition, rows);
        }
        take(rows, best, energy.best());
        return new Result(best, energy.best() ? iterations + 1 : iterations);
    }

    /** Of a source that gives Gaussian noise alone. */
    private SplittableRandom random(NoiseSource noise) {
        float[] drawn = new float[values];
        noise.initial(drawn, 0, values);
        long seed = 0;
        for (float value : drawn) {
            seed = seed * 0x5DEECE66DL + Float.floatToIntBits(value);
        }
        return new SplittableRandom(seed);
    }

    private void weigh(PolicyNetwork network, PolicyNetwork.Chunk chunk, PtNDArray condition, Row... rows) {
        int count = energy.candidates();
        if (input.capacity() != rows.length * count * values * Float.BYTES) {
            input = ConditioningEncoder.direct(rows.length * count * values);
        }
        input.clear();
        for (Row row : rows) {
            for (float value : row.candidates) {
                input.putFloat(value);
            }
        }
        float[] logits = chunk.denoise(input.flip(), condition, network.stepRow(0), (long) rows.length * count, config.denoisedSteps(),
                config.denoisedWidth());
        for (int b = 0; b < rows.length; b++) {
            rows[b].weigh(logits, b * count);
        }
    }

    /** One candidate of each row: the likeliest, or one by its probability; no number where the network gave none. */
    private void take(Row[] rows, double[] to, boolean likeliest) {
        for (int b = 0; b < rows.length; b++) {
            int from = likeliest ? rows[b].likeliest : rows[b].draw();
            boolean weighed = Double.isFinite(rows[b].upTo[rows[b].upTo.length - 1]);
            for (int v = 0; v < values; v++) {
                to[b * values + v] = weighed ? rows[b].candidates[from * values + v] : Double.NaN;
            }
        }
    }
}
