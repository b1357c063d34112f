package dev.dpros.diffusion;

/**
 * DDIM (Song et al. 2021, equation 12), as diffusers' scheduling_ddim.py: the direction to the sample uses the network's
 * original noise, even where x0hat was clipped.
 */
final class DdimScheduler extends NoiseScheduler {
    private final double[] originalFactor;
    private final double[] directionFactor;
    private final double[] noiseFactor;

    DdimScheduler(SchedulerConfig config, AlphaSchedule alphas, int[] timesteps, int elements) {
        super(config, alphas, timesteps, elements);
        int n = timesteps.length;
        originalFactor = new double[n];
        directionFactor = new double[n];
        noiseFactor = new double[n];
        float last = config.setAlphaToOne() ? 1f : alphas.alphaCumprod(0);
        for (int i = 0; i < n; i++) {
            float alpha = alphas.alphaCumprod(timesteps[i]);
            float before = i + 1 < n ? alphas.alphaCumprod(timesteps[i + 1]) : last;
            float variance = (1f - before) / (1f - alpha) * (1f - alpha / before);
            float deviation = (float) config.eta() * sqrt(variance);
            originalFactor[i] = sqrt(before);
            directionFactor[i] = sqrt(Math.max(0f, 1f - before - deviation * deviation));
            noiseFactor[i] = config.eta() > 0 ? deviation : 0;
        }
    }

    @Override
    public boolean drawsNoise(int index) {
        return noiseFactor[index] > 0;
    }

    @Override
    public void advance(int index, double[] x0hat, double[] modelOutput, double[] sample, double[] noise, double[] out) {
        double original = originalFactor[index];
        double direction = directionFactor[index];
        double level = noiseFactor[index];
        for (int i = 0; i < out.length; i++) {
            double next = original * x0hat[i] + direction * epsilon(index, modelOutput[i], sample[i]);
            out[i] = level > 0 ? next + level * noise[i] : next;
        }
    }
}
