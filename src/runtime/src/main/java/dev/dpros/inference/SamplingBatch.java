package dev.dpros.inference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Several samplings of one trajectory each, drawn together in one run of the network: each row keeps its own noise, tie
 * and listener. For simulations of many robots; on the thread that samples.
 */
public final class SamplingBatch {
    private SamplingBatch() {}

    /**
     * Puts them together, in order.
     *
     * @throws IllegalArgumentException if they are not of one trajectory each, or visit different timesteps
     */
    public static Sampling of(List<Sampling> rows) {
        List<NoiseSource> noise = new ArrayList<>();
        int[] timesteps = rows.get(0).timesteps();
        for (Sampling row : rows) {
            if (row.noise().size() != 1 || !Arrays.equals(timesteps, row.timesteps())) {
                throw new IllegalArgumentException("sampling batch: needs rows of one trajectory with the same timesteps, found "
                        + row.noise().size() + " trajectories, timesteps " + Arrays.toString(row.timesteps()));
            }
            noise.add(row.noise().get(0));
        }
        long deadlineNs = rows.stream().mapToLong(Sampling::deadlineNs).min().orElse(Sampling.NO_DEADLINE);
        return new Sampling(noise, timesteps, tie(rows), deadlineNs, listener(rows));
    }

    /** One for all rows: what was not tied has weights of 0. */
    private static Tie tie(List<Sampling> rows) {
        Tie any = rows.stream().map(Sampling::tie).filter(Objects::nonNull).findFirst().orElse(null);
        if (any == null) {
            return null;
        }
        int values = any.target().length;
        int steps = any.weights().length;
        double[] targets = new double[rows.size() * values];
        double[] weights = new double[rows.size() * steps];
        for (int b = 0; b < rows.size(); b++) {
            Tie tie = rows.get(b).tie();
            if (tie != null) {
                System.arraycopy(tie.target(), 0, targets, b * values, values);
                System.arraycopy(tie.weights(), 0, weights, b * steps, steps);
            }
        }
        return new Tie(targets, weights);
    }

    private static StepListener listener(List<Sampling> rows) {
        if (rows.stream().allMatch(row -> row.listener() == StepListener.NONE)) {
            return StepListener.NONE;
        }
        return (index, count, timestep, x0hat) -> {
            int each = x0hat.length / rows.size();
            double[] row = new double[each];
            for (int b = 0; b < rows.size(); b++) {
                System.arraycopy(x0hat, b * each, row, 0, each);
                if (!rows.get(b).listener().onStep(index, count, timestep, row)) {
                    throw new IllegalStateException("sampling batch: row " + b + " ends early, after step " + index);
                }
                System.arraycopy(row, 0, x0hat, b * each, each);
            }
            return true;
        };
    }
}
