package dev.dpros.inference;

import java.util.List;

/**
 * How one prediction is drawn. All but the listener is data, which can be sent to where the network is.
 *
 * @param noise one source per trajectory of the batch
 * @param timesteps training timesteps to visit, strictly decreasing, or null for those of the policy's sampler: a warm
 *     start from a previous chunk visits the last few only, and {@link NoiseSource#initial} gives that chunk, noised to the
 *     first of them
 * @param tie what the trajectories are tied to, or null
 * @param deadlineNs monotonic time by which the prediction is wanted, or {@link #NO_DEADLINE}; a network in this process does
 *     not look at it (a listener may)
 * @param listener called between two steps, after the tie has pulled; not where the network is elsewhere
 */
public record Sampling(List<NoiseSource> noise, int[] timesteps, Tie tie, long deadlineNs, StepListener listener) {
    /** Whenever it is ready. */
    public static final long NO_DEADLINE = Long.MAX_VALUE;

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
        return of(List.of(noise)).with(listener);
    }

    /** A batch, with the sampler's own timesteps. */
    public static Sampling of(List<NoiseSource> noise) {
        return new Sampling(noise, null, null, NO_DEADLINE, StepListener.NONE);
    }

    /** A copy, or null. */
    @Override
    public int[] timesteps() {
        return timesteps == null ? null : timesteps.clone();
    }

    /** The same, with another listener. */
    public Sampling with(StepListener other) {
        return new Sampling(noise, timesteps, tie, deadlineNs, other);
    }

    /** The same, visiting other timesteps; null for the sampler's own. */
    public Sampling visiting(int[] others) {
        return new Sampling(noise, others, tie, deadlineNs, listener);
    }

    /** The same, wanted by another time. */
    public Sampling until(long newDeadlineNs) {
        return new Sampling(noise, timesteps, tie, newDeadlineNs, listener);
    }

    /** The same, with other noise. */
    public Sampling drawnFrom(List<NoiseSource> others) {
        return new Sampling(others, timesteps, tie, deadlineNs, listener);
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
