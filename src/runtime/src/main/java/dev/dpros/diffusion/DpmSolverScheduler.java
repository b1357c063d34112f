package dev.dpros.diffusion;

/**
 * DPM-Solver++(2M) (Lu et al. 2022, algorithm 2), as diffusers' scheduling_dpmsolver_multistep.py: order 2, midpoint, the
 * first and the last step of order 1, final sigma 0. Never clips x0hat, as there.
 */
final class DpmSolverScheduler extends NoiseScheduler {
    private final double[] sampleFactor;
    private final double[] originalFactor;
    private final double[] inverseRatio;
    private final double[] previous;
    private boolean hasPrevious;

    DpmSolverScheduler(SchedulerConfig config, AlphaSchedule alphas, int[] timesteps, int elements) {
        super(timesteps, config.predictionType(), alphas(alphas, timesteps), sigmas(alphas, timesteps), Double.POSITIVE_INFINITY,
                elements);
        int n = timesteps.length;
        sampleFactor = new double[n];
        originalFactor = new double[n];
        inverseRatio = new double[n];
        previous = new double[elements];
        float stepBefore = 0;
        for (int i = 0; i < n; i++) {
            boolean last = i + 1 == n;
            float alphaNext = last ? 1f : sqrtAlpha[i + 1];
            float sigmaNext = last ? 0f : sqrtBeta[i + 1];
            float h = lambda(alphaNext, sigmaNext) - lambda(sqrtAlpha[i], sqrtBeta[i]);
            sampleFactor[i] = sigmaNext / sqrtBeta[i];
            originalFactor[i] = -(alphaNext * ((float) Math.exp(-h) - 1f));
            inverseRatio[i] = i == 0 || last ? 0 : 1f / (stepBefore / h);
            stepBefore = h;
        }
    }

    private static float lambda(float alpha, float sigma) {
        return (float) Math.log(alpha) - (float) Math.log(sigma);
    }

    /** Noise over signal, as diffusers keeps it. */
    private static float ratio(AlphaSchedule schedule, int timestep) {
        float alpha = schedule.alphaCumprod(timestep);
        return sqrt((1f - alpha) / alpha);
    }

    private static float[] alphas(AlphaSchedule schedule, int[] timesteps) {
        float[] alphas = new float[timesteps.length];
        for (int i = 0; i < alphas.length; i++) {
            float sigma = ratio(schedule, timesteps[i]);
            alphas[i] = 1f / sqrt(sigma * sigma + 1f);
        }
        return alphas;
    }

    private static float[] sigmas(AlphaSchedule schedule, int[] timesteps) {
        float[] sigmas = alphas(schedule, timesteps);
        for (int i = 0; i < sigmas.length; i++) {
            sigmas[i] *= ratio(schedule, timesteps[i]);
        }
        return sigmas;
    }

    @Override
    public void begin() {
        super.begin();
        hasPrevious = false;
    }

    @Override
    public boolean drawsNoise(int index) {
        return false;
    }

    @Override
    public void coefficients(int index, double[] out, int offset) {
        estimating(index, out, offset);
        out[offset + 3] = originalFactor[index];
        out[offset + 4] = sampleFactor[index];
        out[offset + 5] = 0;
        out[offset + 6] = 0.5 * originalFactor[index] * inverseRatio[index];
        out[offset + 7] = 0;
    }

    @Override
    public void advance(int index, double[] x0hat, double[] modelOutput, double[] sample, double[] noise, double[] out) {
        double current = sampleFactor[index];
        double original = originalFactor[index];
        double correction = hasPrevious ? 0.5 * original * inverseRatio[index] : 0;
        for (int i = 0; i < out.length; i++) {
            double x0 = x0hat[i];
            double next = current * sample[i] + original * x0;
            out[i] = correction == 0 ? next : next + correction * (x0 - previous[i]);
            previous[i] = x0;
        }
        hasPrevious = true;
    }
}
