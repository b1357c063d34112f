package dev.dpros.inference;

import dev.dpros.diffusion.SchedulerConfig;

/** interim */
final class DenoisingRule {
    final int[] timesteps; final double[] ac; final SchedulerConfig c;
    DenoisingRule(SchedulerConfig c) {
        this.c = c; int n = c.inferenceSteps(); int T = c.numTrainTimesteps(); timesteps = new int[n];
        for (int i = 0; i < n; i++) timesteps[i] = (n - 1 - i) * (T / n);
        ac = new double[T]; double p = 1;
        for (int i = 0; i < T; i++) { p *= 1 - Math.min(1 - f((i + 1.0) / T) / f((double) i / T), 0.999); ac[i] = p; }
    }
    static double f(double t) { double x = Math.cos((t + .008) / 1.008 * Math.PI / 2); return x * x; }
    void clean(int i, float[] out, float[] x, float[] x0) {
        double a = ac[timesteps[i]];
        for (int k = 0; k < x.length; k++) x0[k] = (float) Math.max(-1, Math.min(1, (x[k] - Math.sqrt(1 - a) * out[k]) / Math.sqrt(a)));
    }
    void step(int i, float[] out, float[] x0, float[] x) {
        double ap = i + 1 < timesteps.length ? ac[timesteps[i + 1]] : 1;
        for (int k = 0; k < x.length; k++) x[k] = (float) (Math.sqrt(ap) * x0[k] + Math.sqrt(1 - ap) * out[k]);
    }
}
