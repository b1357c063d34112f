package dev.dpros.diffusion;

import java.util.Arrays;

/**
 * Integrates the velocity of {@link FlowConfig} from noise to a trajectory: Euler's method, one evaluation a step, or the
 * classical Runge-Kutta method, four. Each evaluation is a step for whoever looks on: x0hat is where a straight line leads
 * from there, and where the last evaluation closes the last step, the result itself. A changed x0hat changes the velocity.
 */
final class FlowScheduler extends NoiseScheduler {
    private final double[] times;
    private final double[] widths;
    private final int stages;
    private final FlowConfig flow;
    private final double[] base;
    private final double[] sum;

    /** @param grid times of the integration steps, then 1 */
    private FlowScheduler(SchedulerConfig config, float[] grid, int[] levels, int elements) {
        super(levels, config.predictionType(), new float[levels.length], new float[levels.length], Double.POSITIVE_INFINITY, elements);
        flow = config.flow();
        stages = config.type().evaluations();
        times = new double[levels.length];
        widths = new double[grid.length - 1];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = grid[i + 1] - grid[i];
            for (int stage = 0; stage < stages; stage++) {
                times[i * stages + stage] = grid[i] + widths[i] * within(stage);
            }
        }
        base = new double[stages == 1 ? 0 : elements];
        sum = new double[base.length];
    }

    /** The policy's own steps, evenly in time. */
    static FlowScheduler evenly(SchedulerConfig config, int elements) {
        int n = config.inferenceSteps();
        float[] grid = AlphaSchedule.linspace(0, 1, n + 1);
        return new FlowScheduler(config, grid, levels(config, grid), elements);
    }

    /** From given noise levels, of {@link SchedulerConfig#numTrainTimesteps}, on. */
    static FlowScheduler from(SchedulerConfig config, int[] levels, int elements) {
        float[] grid = new float[levels.length + 1];
        for (int i = 0; i < levels.length; i++) {
            grid[i] = 1 - levels[i] / (float) config.numTrainTimesteps();
        }
        grid[levels.length] = 1;
        return new FlowScheduler(config, grid, levels(config, grid), elements);
    }

    /** The noise level of each evaluation, rounded. */
    private static int[] levels(SchedulerConfig config, float[] grid) {
        int stages = config.type().evaluations();
        int[] levels = new int[(grid.length - 1) * stages];
        Arrays.setAll(levels, i -> {
            double from = grid[i / stages];
            return (int) Math.rint((1 - from - (grid[i / stages + 1] - from) * within(i % stages)) * config.numTrainTimesteps());
        });
        return levels;
    }

    /** Where in its step a stage is. */
    private static double within(int stage) {
        return stage == 0 ? 0 : stage == 3 ? 1 : 0.5;
    }

    @Override
    public float time(int index) {
        return (float) times[index];
    }

    @Override
    public boolean drawsNoise(int index) {
        return false;
    }

    /** Whether the evaluation completes the trajectory by itself. */
    private boolean closes(int index) {
        return stages > 1 && index == times.length - 1;
    }

    @Override
    public void estimate(int index, double[] modelOutput, double[] sample, double[] x0hat) {
        double rest = flow.noiseRate(times[index]);
        double kept = 1 - flow.sigmaMin();
        double sixth = widths[index / stages] / 6;
        boolean closes = closes(index);
        for (int i = 0; i < x0hat.length; i++) {
            x0hat[i] = closes ? base[i] + sixth * (sum[i] + modelOutput[i]) : rest * modelOutput[i] + kept * sample[i];
        }
    }

    @Override
    public void coefficients(int index, double[] out, int offset) {
        int stage = index % stages;
        double width = widths[index / stages];
        boolean closes = closes(index);
        out[offset] = closes ? 1 : flow.noiseRate(times[index]);
        out[offset + 1] = 1 - flow.sigmaMin();
        out[offset + 2] = stage == 0 ? 1 : 0;
        out[offset + 3] = closes ? 1 : 0;
        out[offset + 4] = closes ? width / 6 : 0;
        out[offset + 5] = stage == 0 ? 1 : 2;
        out[offset + 6] = stages == 1 ? width : stage == 3 ? 0 : width * within(stage + 1);
        out[offset + 7] = stage == 3 ? width / 6 : 0;
    }

    @Override
    public void advance(int index, double[] x0hat, double[] modelOutput, double[] sample, double[] noise, double[] out) {
        double rest = flow.noiseRate(times[index]);
        double kept = 1 - flow.sigmaMin();
        double width = widths[index / stages];
        int stage = index % stages;
        boolean closes = closes(index);
        for (int i = 0; i < out.length; i++) {
            if (closes) {
                out[i] = x0hat[i];
                continue;
            }
            double velocity = (x0hat[i] - kept * sample[i]) / rest;
            if (stages == 1) {
                out[i] = sample[i] + width * velocity;
            } else {
                out[i] = staged(i, stage, width, velocity, sample[i]);
            }
        }
    }

    private double staged(int i, int stage, double width, double velocity, double sample) {
        if (stage == 3) {
            return base[i] + width / 6 * (sum[i] + velocity);
        }
        if (stage == 0) {
            base[i] = sample;
            sum[i] = 0;
        }
        sum[i] += (stage == 0 ? 1 : 2) * velocity;
        return base[i] + width * within(stage + 1) * velocity;
    }
}
