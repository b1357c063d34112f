package dev.dpros.diffusion;

/** Ancestral sampling (Ho et al. 2020, equations 7 and 15), as diffusers' scheduling_ddpm.py. */
final class DdpmScheduler extends OneStepScheduler {
    private static final float SMALLEST_VARIANCE = 1e-20f;

    DdpmScheduler(SchedulerConfig config, AlphaSchedule alphas, int[] timesteps, int elements) {
        super(config, alphas, timesteps, elements);
        int n = timesteps.length;
        for (int i = 0; i < n; i++) {
            float alpha = alphas.alphaCumprod(timesteps[i]);
            float before = i + 1 < n ? alphas.alphaCumprod(timesteps[i + 1]) : 1f;
            float beta = 1f - alpha;
            float betaBefore = 1f - before;
            float currentAlpha = alpha / before;
            float currentBeta = 1f - currentAlpha;
            originalFactor[i] = sqrt(before) * currentBeta / beta;
            carriedFactor[i] = sqrt(currentAlpha) * betaBefore / beta;
            float variance = Math.max(betaBefore / beta * currentBeta, SMALLEST_VARIANCE);
            boolean large = config.variance() == SchedulerConfig.Variance.FIXED_LARGE;
            noiseFactor[i] = timesteps[i] > 0 ? sqrt(large ? currentBeta : variance) : 0;
        }
    }

    @Override
    double carried(int index, double modelOutput, double sample) {
        return sample;
    }

    @Override
    boolean carriesNoise() {
        return false;
    }
}
