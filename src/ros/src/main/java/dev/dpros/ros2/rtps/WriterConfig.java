package dev.dpros.ros2.rtps;

import dev.dpros.core.InputException;

/**
 * A writer. Immutable.
 *
 * @param entityId its entity id
 * @param reliable whether samples are sent again to reliable readers that miss them
 * @param transientLocal whether readers that come later get the samples kept, if they want them
 * @param depth samples kept, the newest
 * @param maxSampleBytes longest sample, with its encapsulation
 */
public record WriterConfig(int entityId, boolean reliable, boolean transientLocal, int depth, int maxSampleBytes) {
    private static final int MOST_SAMPLES = 65_536;

    /** @throws InputException if the depth is out of range */
    public WriterConfig {
        if (depth < 1 || depth > MOST_SAMPLES) {
            throw InputException.of("RTPS writer", "depth", "1 to " + MOST_SAMPLES, Integer.toString(depth), "");
        }
    }
}
