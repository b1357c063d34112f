package dev.dpros.inference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Several samplings of one trajectory each, drawn together in one run of the network: each row keeps its own noise and
 * its own listener. For simulations of many robots; on the thread that samples.
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
        return new Sampling(noise, listener(rows), timesteps);
    }

    private static StepListener listener(List<Sampling> rows) {
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
