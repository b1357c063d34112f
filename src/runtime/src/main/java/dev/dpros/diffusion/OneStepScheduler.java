package dev.dpros.diffusion;

/**
 * A scheduler whose next trajectory follows from the present one alone: x0hat, what is carried on beside it, and noise, each
 * by a factor of the step. As its base: one thread, nothing is allocated by a step.
 */
abstract sealed class OneStepScheduler extends NoiseScheduler permits DdpmScheduler, DdimScheduler {
    final double[] originalFactor;
    final double[] carriedFactor;
    final double[] noiseFactor;

    OneStepScheduler(SchedulerConfig config, AlphaSchedule alphas, int[] timesteps, int elements) {
        super(config, alphas, timesteps, elements);
        originalFactor = new double[timesteps.length];
        carriedFactor = new double[timesteps.length];
        noiseFactor = new double[timesteps.length];
    }

    /** What is carried on beside x0hat. */
    abstract double carried(int index, double modelOutput, double sample);

    @Override
    public final boolean drawsNoise(int index) {
        return noiseFactor[index] > 0;
    }

    /** Whether that is the noise that the network has found; else the sample. */
    abstract boolean carriesNoise();

    @Override
    public final void coefficients(int index, double[] out, int offset) {
        estimating(index, out, offset);
        out[offset + 3] = originalFactor[index];
        out[offset + 4] = carriesNoise() ? 0 : carriedFactor[index];
        out[offset + 5] = carriesNoise() ? carriedFactor[index] : 0;
        out[offset + 6] = 0;
        out[offset + 7] = noiseFactor[index];
    }

    @Override
    public final void advance(int index, double[] x0hat, double[] modelOutput, double[] sample, double[] noise, double[] out) {
        double original = originalFactor[index];
        double factor = carriedFactor[index];
        double level = noiseFactor[index];
        for (int i = 0; i < out.length; i++) {
            double next = original * x0hat[i] + factor * carried(index, modelOutput[i], sample[i]);
            out[i] = level > 0 ? next + level * noise[i] : next;
        }
    }
}
