package dev.dpros.diffusion;

import java.util.function.IntFunction;

/**
 * Turns the network's outputs into a denoised trajectory, step by step, as diffusers' schedulers do. Trajectories are
 * {@code double[T * A]}, row-major, normalised; coefficients are computed in float32 as there and prepared on creation.
 *
 * <p>Use: for index 0 to {@code steps() - 1}, evaluate the network at {@link #timestep} and call {@link #step}. To change
 * x0hat in between (blending with a previous chunk), call {@link #estimate} and {@link #advance} instead. After any step
 * {@link #estimate()} is the present guess of the result, so that sampling may end early. {@link #begin} starts over.
 *
 * <p>Owned by one thread; no method but the factories and {@link #timesteps} allocates.
 */
public abstract sealed class NoiseScheduler permits OneStepScheduler, DpmSolverScheduler, FlowScheduler {
    /** Numbers of a step in {@link #coefficients}. */
    public static final int COEFFICIENTS = 8;

    private final int[] timesteps;
    private final SchedulerConfig.PredictionType prediction;
    private final double clip;
    private final double[] estimate;
    final float[] sqrtAlpha;
    final float[] sqrtBeta;

    /**
     * @param sqrtAlpha per step, the factor of x0 in the sample
     * @param sqrtBeta per step, the factor of the noise
     * @param clip range to which x0hat is clipped; infinite for none
     */
    NoiseScheduler(int[] timesteps, SchedulerConfig.PredictionType prediction, float[] sqrtAlpha, float[] sqrtBeta, double clip,
            int elements) {
        this.timesteps = timesteps;
        this.prediction = prediction;
        this.sqrtAlpha = sqrtAlpha;
        this.sqrtBeta = sqrtBeta;
        this.clip = clip;
        estimate = new double[elements];
    }

    /** With the rates of the training's schedule, and clipped as configured. */
    NoiseScheduler(SchedulerConfig config, AlphaSchedule alphas, int[] timesteps, int elements) {
        this(timesteps, config.predictionType(), rates(timesteps, alphas::signalRate), rates(timesteps, alphas::noiseRate),
                config.clipSample() ? config.clipSampleRange() : Double.POSITIVE_INFINITY, elements);
    }

    private static float[] rates(int[] timesteps, IntFunction<Float> rate) {
        float[] rates = new float[timesteps.length];
        for (int i = 0; i < rates.length; i++) {
            rates[i] = rate.apply(timesteps[i]);
        }
        return rates;
    }

    /**
     * The scheduler of a configuration, with its {@code inferenceSteps} steps.
     *
     * @param elements values of a trajectory, T * A
     * @throws IllegalArgumentException if the number of steps does not fit the type
     */
    public static NoiseScheduler of(SchedulerConfig config, int elements) {
        return config.type().flow() ? FlowScheduler.evenly(config, elements) : of(config, Timesteps.of(config), elements);
    }

    /**
     * A scheduler that visits the given timesteps only, for starting from a trajectory that is noised to the first of them.
     *
     * @param timesteps strictly decreasing, within the training timesteps
     * @throws IllegalArgumentException if they are not
     */
    public static NoiseScheduler of(SchedulerConfig config, int[] timesteps, int elements) {
        Timesteps.requireDecreasing(timesteps, Timesteps.largest(config));
        if (config.type().flow()) {
            return FlowScheduler.from(config, timesteps, elements);
        }
        AlphaSchedule alphas = AlphaSchedule.of(config);
        return switch (config.type()) {
            case DDPM -> new DdpmScheduler(config, alphas, timesteps.clone(), elements);
            case DDIM -> new DdimScheduler(config, alphas, timesteps.clone(), elements);
            case DPM_SOLVER_PP -> new DpmSolverScheduler(config, alphas, timesteps.clone(), elements);
            case EULER, RK4 -> throw new IllegalStateException(config.type() + " has no noise schedule");
        };
    }

    /** Number of denoising steps: evaluations of the network. */
    public final int steps() {
        return timesteps.length;
    }

    /** The timestep at which the network is evaluated in step {@code index}. */
    public final int timestep(int index) {
        return timesteps[index];
    }

    /** What the network is told of the timestep: the timestep itself, or the time of a flow. */
    public float time(int index) {
        return timesteps[index];
    }

    /** All timesteps, in order; a copy. */
    public final int[] timesteps() {
        return timesteps.clone();
    }

    /** Forgets the previous trajectory. */
    public void begin() {
        java.util.Arrays.fill(estimate, 0);
    }

    /** Whether step {@code index} adds fresh noise. */
    public abstract boolean drawsNoise(int index);

    /** The last x0hat; the live array. */
    public final double[] estimate() {
        return estimate;
    }

    /**
     * One step.
     *
     * @param modelOutput the network's output at {@code timestep(index)}
     * @param sample the trajectory before
     * @param noise standard normal; read only if {@link #drawsNoise}
     * @param out the trajectory after; may be {@code sample}
     */
    public final void step(int index, double[] modelOutput, double[] sample, double[] noise, double[] out) {
        estimate(index, modelOutput, sample, estimate);
        advance(index, estimate, modelOutput, sample, noise, out);
    }

    /** First half of a step: what the clean trajectory would be, clipped as configured, into {@code x0hat}. */
    public void estimate(int index, double[] modelOutput, double[] sample, double[] x0hat) {
        double a = sqrtAlpha[index];
        double b = sqrtBeta[index];
        for (int i = 0; i < x0hat.length; i++) {
            double x0 = switch (prediction) {
                case EPSILON -> (sample[i] - b * modelOutput[i]) / a;
                case SAMPLE -> modelOutput[i];
                case V_PREDICTION -> a * sample[i] - b * modelOutput[i];
                case VELOCITY -> throw new IllegalStateException("a velocity is integrated");
            };
            x0hat[i] = x0 > clip ? clip : x0 < -clip ? -clip : x0;
        }
    }

    /**
     * Second half of a step.
     *
     * @param x0hat from {@link #estimate(int, double[], double[], double[])}, perhaps changed
     */
    public abstract void advance(int index, double[] x0hat, double[] modelOutput, double[] sample, double[] noise, double[] out);

    /**
     * A step as {@link #COEFFICIENTS} finite numbers, from which whoever has the network can compute it without knowing the
     * scheduler. With x the sample, y the network's output, v the velocity, what is carried from step to step in brackets:
     * <ul>
     *   <li>of a network that denoises, {@code a, b, clip, original, sample, epsilon, correction, fresh}: x0hat is
     *       {@code (x - b y) / a}, {@code y} or {@code a x - b y}, by what the network predicts, clipped to plus or minus clip;
     *       the next sample {@code original x0hat + sample x + epsilon e + correction (x0hat - [x0hat before]) + fresh noise}
     *       with e the noise that the network has found: {@code y}, {@code (x - a y) / b} or {@code a y + b x};
     *   <li>of a flow, {@code rest, kept, first, closes, sixth, share, straight, summed}: where first is 1, [base] becomes x and
     *       [sum] 0; x0hat is {@code rest y + kept x}, or {@code base + sixth (sum + y)} where closes is 1; v is
     *       {@code (x0hat - kept x) / rest}; the next sample {@code base + straight v + summed (sum + v)}, or x0hat where it
     *       closes; then [sum] becomes {@code sum + share v}.
     * </ul>
     *
     * @param out filled from {@code offset} on
     */
    public abstract void coefficients(int index, double[] out, int offset);

    /**
     * The coefficients of a step that leaves the sample as it is: to fill up where a number of steps is fixed.
     *
     * @param config of any scheduler for the network
     */
    public static void idle(SchedulerConfig config, double[] out, int offset) {
        double[] idle = config.type().flow() ? new double[] {1, 1, 1, 0, 0, 0, 0, 0}
                : new double[] {1, 1, Double.MAX_VALUE, 0, 1, 0, 0, 0};
        System.arraycopy(idle, 0, out, offset, COEFFICIENTS);
    }

    /** The first three of a network that denoises. */
    final void estimating(int index, double[] out, int offset) {
        out[offset] = sqrtAlpha[index];
        out[offset + 1] = sqrtBeta[index];
        out[offset + 2] = Math.min(clip, Double.MAX_VALUE);
    }

    /** The noise in the sample according to the network, before any clipping. */
    final double epsilon(int index, double modelOutput, double sample) {
        double a = sqrtAlpha[index];
        double b = sqrtBeta[index];
        return switch (prediction) {
            case EPSILON -> modelOutput;
            case SAMPLE -> (sample - a * modelOutput) / b;
            case V_PREDICTION -> a * modelOutput + b * sample;
            case VELOCITY -> throw new IllegalStateException("a velocity has no noise");
        };
    }

    static float sqrt(float x) {
        return (float) Math.sqrt(x);
    }
}
