package dev.dpros.inference;

import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.TrajectoryConfig.Conditioning;

/**
 * Conditioning by inpainting: what has been observed is written over a trajectory's observation columns, as
 * diffusion_policy's {@code LowdimMaskGenerator} masks them. Stateless; allocates nothing.
 */
final class Inpainting {
    private Inpainting() {}

    /**
     * Writes it; does nothing if the policy is conditioned otherwise.
     *
     * @param observations {@code [B, To, D]}, normalised
     * @param trajectory {@code [B, T, A + D]}
     */
    static void impose(PolicyConfig config, float[] observations, double[] trajectory) {
        if (!config.conditionedBy(Conditioning.INPAINTING)) {
            return;
        }
        int width = config.denoisedWidth();
        int actions = config.action().size();
        int each = width - actions;
        int perTrajectory = config.denoisedSteps() * width;
        for (int i = 0; i < observations.length; i++) {
            int row = i / each;
            int b = row / config.nObsSteps();
            int t = row % config.nObsSteps();
            trajectory[b * perTrajectory + t * width + actions + i % each] = observations[i];
        }
    }
}
