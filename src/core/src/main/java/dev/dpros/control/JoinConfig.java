package dev.dpros.control;

/**
 * How chunks are joined.
 *
 * @param strategy the rule
 * @param blendSteps waypoints over which {@link ChunkStrategy#BLEND} cross-fades
 * @param ensembleDecay m of the ensemble's weights exp(-m i); 0 weighs all alike, negative prefers the newest
 * @param ensembleChunks how many chunks are averaged at most
 */
public record JoinConfig(ChunkStrategy strategy, int blendSteps, double ensembleDecay, int ensembleChunks) {
    /** The reference's rule. */
    public static final JoinConfig REPLACE = of(ChunkStrategy.REPLACE);

    /** @throws IllegalArgumentException naming the field, its value and the bound */
    public JoinConfig {
        ControlConfig.require(blendSteps >= 1 && blendSteps <= 1000, "blend_steps", blendSteps, "1 to 1000");
        ControlConfig.require(Math.abs(ensembleDecay) <= 10, "ensemble_decay", ensembleDecay, "-10 to 10");
        ControlConfig.require(ensembleChunks >= 1 && ensembleChunks <= 64, "ensemble_chunks", ensembleChunks, "1 to 64");
    }

    /** A strategy with its defaults: 4 blended steps; m = 0.01 over at most 8 chunks. */
    public static JoinConfig of(ChunkStrategy strategy) {
        return new JoinConfig(strategy, 4, 0.01, 8);
    }
}
