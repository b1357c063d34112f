package dev.dpros.diffusion;

/**
 * DDIM (Song et al. 2021, equation 12), as diffusers' scheduling_ddim.py: the direction to the sample uses the network's
 * original noise, even where x0hat was clipped.
 */
final class DdimScheduler extends OneStepScheduler {
    DdimScheduler(SchedulerConfig config, AlphaSchedule alphas, int[] timesteps, int elements) {
        super(config, alphas, timesteps, elements);
        int n = timesteps.length;
        float last = config.setAlphaToOne() ? 1f : alphas.alphaCumprod(0);
        for (int i = 0; i < n; i++) {
            float alpha = alphas.alphaCumprod(timesteps[i]);
            float before = i + 1 < n ? alphas.alphaCumprod(timesteps[i + 1]) : last;
            float variance = (1f - before) / (1f - alpha) * (1f - alpha / before);
            float deviation = (float) config.eta() * sqrt(variance);
            originalFactor[i] = sqrt(before);
            carriedFactor[i] = sqrt(Math.max(0f, 1f - before - deviation * deviation));
            noiseFactor[i] = config.eta() > 0 ? deviation : 0;
        }
    }

    /** The direction to the sample. */
    @Override
    double carried(int index, double modelOutput, double sample) {
        return epsilon(index, modelOutput, sample);
    }

    @Override
    boolean carriesNoise() {
        return true;
    }
}
