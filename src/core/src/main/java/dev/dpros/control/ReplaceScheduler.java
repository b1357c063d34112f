package dev.dpros.control;

import dev.dpros.core.ActionChunk;

/** {@link ChunkStrategy#REPLACE}: the new chunk wins from its first usable stamp on. */
final class ReplaceScheduler extends ChunkScheduler {
    ReplaceScheduler(ControlConfig config) {
        super(config);
    }

    @Override
    void join(ActionChunk chunk, int first, TrajectoryBuffer buffer) {
        makeRoom(chunk, first, buffer);
        for (int i = first; i < chunk.steps(); i++) {
            buffer.append(chunk, i, chunk.stampNs(i));
        }
    }
}
