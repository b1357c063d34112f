package dev.dpros.diffusion;

/** Ancestral sampling (Ho et al. 2020, equations 7 and 15), as diffusers' scheduling_ddpm.py. */
final class DdpmScheduler extends NoiseScheduler {
    private static final float SMALLEST_VARIANCE = 1e-20f;

    private final double[] originalFactor;
    private final double[] sampleFactor;
    private final double[] noiseFactor;

    DdpmScheduler(SchedulerConfig config, AlphaSchedule alphas, int[] timesteps, int elements) {
        super(config, alphas, timesteps, elements);
        int n = timesteps.length;
        originalFactor = new double[n];
        sampleFactor = new double[n];
        noiseFactor = new double[n];
        for (int i = 0; i < n; i++) {
            float alpha = alphas.alphaCumprod(timesteps[i]);
            float before = i + 1 < n ? alphas.alphaCumprod(timesteps[i + 1]) : 1f;
            float beta = 1f - alpha;
            float betaBefore = 1f - before;
            float currentAlpha = alpha / before;
            float currentBeta = 1f - currentAlpha;
            originalFactor[i] = sqrt(before) * currentBeta / beta;
            sampleFactor[i] = sqrt(currentAlpha) * betaBefore / beta;
            float variance = Math.max(betaBefore / beta * currentBeta, SMALLEST_VARIANCE);
            boolean large = config.variance() == SchedulerConfig.Variance.FIXED_LARGE;
            noiseFactor[i] = timesteps[i] > 0 ? sqrt(large ? currentBeta : variance) : 0;
        }
    }

    @Override
    public boolean drawsNoise(int index) {
        return noiseFactor[index] > 0;
    }

    @Override
    public void advance(int index, double[] x0hat, double[] modelOutput, double[] sample, double[] noise, double[] out) {
        double original = originalFactor[index];
        double current = sampleFactor[index];
        double level = noiseFactor[index];
        for (int i = 0; i < out.length; i++) {
            double mean = original * x0hat[i] + current * sample[i];
            out[i] = level > 0 ? mean + level * noise[i] : mean;
        }
    }
}
