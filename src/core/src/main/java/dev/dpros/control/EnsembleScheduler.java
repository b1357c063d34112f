package dev.dpros.control;

import dev.dpros.core.ActionChunk;

/**
 * {@link ChunkStrategy#TEMPORAL_ENSEMBLE}: each waypoint is the mean of what the last chunks say of its instant, with
 * weights exp(-m i), i = 0 for the oldest chunk that reaches it (Zhao et al. 2023, ACT, section IV-B). Chunks on shifted
 * grids are read on straight lines. Keeps references to the last chunks, which are immutable.
 */
final class EnsembleScheduler extends ChunkScheduler {
    private final double decay;
    private final ActionChunk[] recent;
    private final double[] mean;
    private int count;

    EnsembleScheduler(ControlConfig config) {
        super(config);
        decay = config.join().ensembleDecay();
        recent = new ActionChunk[config.join().ensembleChunks()];
        mean = new double[dims];
    }

    @Override
    public void reset() {
        count = 0;
    }

    @Override
    void join(ActionChunk chunk, int first, TrajectoryBuffer buffer) {
        if (count == recent.length) {
            System.arraycopy(recent, 1, recent, 0, count - 1);
            count--;
        }
        recent[count++] = chunk;
        makeRoom(chunk, first, buffer);
        for (int i = first; i < chunk.steps(); i++) {
            average(chunk.stampNs(i));
            buffer.append(mean, 0, chunk.stampNs(i));
        }
    }

    private void average(long timeNs) {
        java.util.Arrays.fill(mean, 0);
        double total = 0;
        double weight = 1;
        for (int c = 0; c < count; c++) {
            ActionChunk chunk = recent[c];
            if (timeNs >= chunk.firstStampNs() && timeNs <= chunk.stampNs(chunk.steps() - 1)) {
                for (int d = 0; d < dims; d++) {
                    mean[d] += weight * linear(chunk, timeNs, d);
                }
                total += weight;
                weight *= Math.exp(-decay);
            }
        }
        for (int d = 0; d < dims; d++) {
            mean[d] /= total;
        }
    }

    private static double linear(ActionChunk chunk, long timeNs, int d) {
        int i = (int) Math.min(chunk.steps() - 1L, (timeNs - chunk.firstStampNs()) / chunk.stepNs());
        int next = Math.min(chunk.steps() - 1, i + 1);
        double u = (double) (timeNs - chunk.stampNs(i)) / chunk.stepNs();
        return chunk.action(i, d) + u * (chunk.action(next, d) - chunk.action(i, d));
    }
}
