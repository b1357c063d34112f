package dev.dpros.control;

import dev.dpros.core.ActionChunk;

/**
 * {@link ChunkStrategy#BLEND}: over the first n usable waypoints, where the old trajectory still reaches, waypoint j is
 * {@code w new + (1 - w) old} with w = (j + 1) / (n + 1); the old one is read on straight lines at the new stamps.
 */
final class BlendScheduler extends ChunkScheduler {
    private final double[] blended;

    BlendScheduler(ControlConfig config) {
        super(config);
        blended = new double[Math.min(config.join().blendSteps(), config.chunkSteps()) * dims];
    }

    @Override
    void join(ActionChunk chunk, int first, TrajectoryBuffer buffer) {
        int n = 0;
        int most = Math.min(blended.length / dims, chunk.steps() - first);
        while (n < most && chunk.stampNs(first + n) <= buffer.lastStampNs()) {
            n++;
        }
        for (int j = 0; j < n; j++) {
            double w = (j + 1.0) / (n + 1);
            for (int d = 0; d < dims; d++) {
                double old = buffer.linear(chunk.stampNs(first + j), d);
                blended[j * dims + d] = w * chunk.action(first + j, d) + (1 - w) * old;
            }
        }
        makeRoom(chunk, first, buffer);
        for (int i = first; i < chunk.steps(); i++) {
            if (i - first < n) {
                buffer.append(blended, (i - first) * dims, chunk.stampNs(i));
            } else {
                buffer.append(chunk, i, chunk.stampNs(i));
            }
        }
    }
}
