package dev.dpros.training.data;

/** Which episodes are trained on and which are held out, as diffusion_policy chooses them (sampler.py). Immutable. */
public final class EpisodeSplit {
    private final boolean[] held;
    private final boolean[] trained;

    /**
     * get_val_mask, then downsample_mask of the rest.
     *
     * @param episodes number of episodes
     * @param ratio share that is held out: at least one episode if more than 0, and at least one remains
     * @param mostTrained largest number of episodes to train on, or 0 for all that are not held out
     * @param seed of numpy's generator
     */
    public EpisodeSplit(int episodes, double ratio, int mostTrained, long seed) {
        int count = ratio <= 0 ? 0 : Math.min(Math.max(1, (int) Math.rint(episodes * ratio)), episodes - 1);
        held = count == 0 ? new boolean[episodes] : new NumpyGenerator(seed).choice(episodes, count);
        trained = new boolean[episodes];
        boolean[] kept = mostTrained > 0 && mostTrained < episodes - count
                ? new NumpyGenerator(seed).choice(episodes - count, mostTrained) : null;
        for (int e = 0, rest = 0; e < episodes; e++) {
            if (!held[e]) {
                trained[e] = kept == null || kept[rest];
                rest++;
            }
        }
    }

    /** Whether an episode is trained on. */
    public boolean trained(int episode) {
        return trained[episode];
    }

    /** Whether an episode is held out. The reference validates on all that it does not train on. */
    public boolean validates(int episode) {
        return !trained[episode];
    }
}
