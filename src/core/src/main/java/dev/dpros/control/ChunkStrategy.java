package dev.dpros.control;

/** How a new chunk joins the one being executed. */
public enum ChunkStrategy {
    /** The new chunk's waypoints replace the old ones from its first usable stamp on (the reference). */
    REPLACE(false),
    /** Cross-fades from the old waypoints to the new over the overlap. */
    BLEND(false),
    /** Averages what the last chunks say of the same instant, weights exp(-m i) with i = 0 the oldest (ACT). */
    TEMPORAL_ENSEMBLE(false),
    /** The sampler conditions the new chunk on the old one (real-time chunking); joined as {@link #REPLACE}. */
    REAL_TIME_CHUNKING(true),
    /** The sampler starts from the shifted old chunk with fewer denoising steps; joined as {@link #REPLACE}. */
    WARM_START(true);

    private final boolean usesPreviousChunk;

    ChunkStrategy(boolean usesPreviousChunk) {
        this.usesPreviousChunk = usesPreviousChunk;
    }

    /** Whether the sampler must be given the previous chunk. */
    public boolean usesPreviousChunk() {
        return usesPreviousChunk;
    }
}
