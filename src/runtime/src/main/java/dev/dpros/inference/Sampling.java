package dev.dpros.inference;

import java.util.List;

/**
 * How one prediction is drawn.
 *
 * @param noise one source per trajectory of the batch
 * @param listener called between two steps
 * @param timesteps training timesteps to visit, strictly decreasing, or null for those of the policy's sampler: a warm
 *     start from a previous chunk visits the last few only, and {@link NoiseSource#initial} gives that chunk, noised to the
 *     first of them
 */
public record Sampling(List<NoiseSource> noise, StepListener listener, int[] timesteps) {
    /** Copies list and array. @throws IllegalArgumentException if one is empty */
    public Sampling {
        noise = List.copyOf(noise);
        timesteps = timesteps == null ? null : timesteps.clone();
        if (noise.isEmpty() || timesteps != null && timesteps.length == 0) {
            throw new IllegalArgumentException("sampling: needs a noise source and a timestep");
        }
    }

    /** One trajectory, with the sampler's own timesteps. */
    public static Sampling of(NoiseSource noise, StepListener listener) {
        return new Sampling(List.of(noise), listener, null);
    }

    /** A batch, with the sampler's own timesteps. */
    public static Sampling of(List<NoiseSource> noise) {
        return new Sampling(noise, StepListener.NONE, null);
    }

    /** A copy, or null. */
    @Override
    public int[] timesteps() {
        return timesteps == null ? null : timesteps.clone();
    }

    /** The same, with another listener. */
    Sampling with(StepListener other) {
        return new Sampling(noise, other, timesteps);
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
