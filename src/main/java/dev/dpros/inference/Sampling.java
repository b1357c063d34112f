package dev.dpros.inference;

import java.util.List;

/**
 * How one prediction is drawn.
 *
 * @param noise one source per trajectory of the batch
 * @param listener called between two steps
 * @param firstStep index of the denoising step to start at; above 0 when {@link NoiseSource#initial} gives a previous
 *     chunk with only so much noise (warm start)
 */
public record Sampling(List<NoiseSource> noise, StepListener listener, int firstStep) {
    /** Copies the list. @throws IllegalArgumentException if it is empty or the step negative */
    public Sampling {
        noise = List.copyOf(noise);
        if (noise.isEmpty() || firstStep < 0) {
            throw new IllegalArgumentException("sampling: " + noise.size() + " noise sources, first step " + firstStep);
        }
    }

    /** One trajectory, from the first step on. */
    public static Sampling of(NoiseSource noise, StepListener listener) {
        return new Sampling(List.of(noise), listener, 0);
    }
}
