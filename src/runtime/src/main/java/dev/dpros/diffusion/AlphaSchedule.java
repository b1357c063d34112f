package dev.dpros.diffusion;

/**
 * The forward process: how much of the clean trajectory is left at each training timestep. Computed in float32 where
 * diffusers does (scheduling_ddpm.py), so that sampling agrees to the last digit. Immutable; any thread.
 */
public final class AlphaSchedule {
    private static final double LARGEST_BETA = 0.999;

    private final float[] alphasCumprod;
    private final FlowConfig flow;

    private AlphaSchedule(float[] alphasCumprod, FlowConfig flow) {
        this.alphasCumprod = alphasCumprod;
        this.flow = flow;
    }

    /** The schedule of a scheduler configuration; with flow matching, of its noise levels. */
    public static AlphaSchedule of(SchedulerConfig config) {
        if (config.flow() != null) {
            return new AlphaSchedule(new float[config.numTrainTimesteps()], config.flow());
        }
        float[] betas = switch (config.betaSchedule()) {
            case LINEAR -> linspace((float) config.betaStart(), (float) config.betaEnd(), config.numTrainTimesteps());
            case SCALED_LINEAR -> squared(linspace((float) Math.sqrt(config.betaStart()), (float) Math.sqrt(config.betaEnd()),
                    config.numTrainTimesteps()));
            case SQUAREDCOS_CAP_V2 -> squaredCosine(config.numTrainTimesteps());
        };
        float[] cumulative = new float[betas.length];
        // torch's cumprod accumulates float32 in double
        double product = 1;
        for (int i = 0; i < betas.length; i++) {
            product *= 1f - betas[i];
            cumulative[i] = (float) product;
        }
        return new AlphaSchedule(cumulative, null);
    }

    /** torch.linspace, which counts from both ends. */
    static float[] linspace(float start, float end, int count) {
        float[] values = new float[count];
        float step = count == 1 ? 0 : (end - start) / (count - 1);
        for (int i = 0; i < count; i++) {
            values[i] = i < count / 2 || count == 1 ? start + step * i : end - step * (count - 1 - i);
        }
        return values;
    }

    private static float[] squared(float[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] *= values[i];
        }
        return values;
    }

    /** Nichol and Dhariwal 2021, equation 17. */
    private static float[] squaredCosine(int count) {
        float[] betas = new float[count];
        for (int i = 0; i < count; i++) {
            double beta = 1 - alphaBar((i + 1) / (double) count) / alphaBar(i / (double) count);
            betas[i] = (float) Math.min(beta, LARGEST_BETA);
        }
        return betas;
    }

    private static double alphaBar(double t) {
        double c = Math.cos((t + 0.008) / 1.008 * Math.PI / 2);
        return c * c;
    }

    /** Number of training timesteps. */
    public int size() {
        return alphasCumprod.length;
    }

    /** Product of the alphas up to and including timestep {@code t}. */
    public float alphaCumprod(int t) {
        return alphasCumprod[t];
    }

    /** The factor of the clean trajectory at timestep {@code t}. */
    public float signalRate(int t) {
        return flow != null ? time(t) : (float) Math.sqrt(alphasCumprod[t]);
    }

    private float time(int t) {
        return 1 - t / (float) alphasCumprod.length;
    }

    /** The factor of the noise at timestep {@code t}. */
    public float noiseRate(int t) {
        return flow != null ? (float) flow.noiseRate(time(t)) : (float) Math.sqrt(1f - alphasCumprod[t]);
    }

    /** The forward process: {@code out = signalRate * clean + noiseRate * noise}. Does not allocate; out may be either. */
    public void addNoise(int t, float[] clean, float[] noise, float[] out) {
        float signal = signalRate(t);
        float level = noiseRate(t);
        for (int i = 0; i < out.length; i++) {
            out[i] = signal * clean[i] + level * noise[i];
        }
    }

    /** As {@link #addNoise(int, float[], float[], float[])}. */
    public void addNoise(int t, double[] clean, double[] noise, double[] out) {
        double signal = signalRate(t);
        double level = noiseRate(t);
        for (int i = 0; i < out.length; i++) {
            out[i] = signal * clean[i] + level * noise[i];
        }
    }
}
