package dev.dpros.diffusion;

import java.util.List;

/**
 * The precision that was decided on for a policy, and on what grounds.
 *
 * @param precision the one to run in, not {@link Precision#AUTO}
 * @param policy {@link PolicyHash} of the policy that it was decided for
 * @param bound largest error that was allowed
 * @param observations what it was measured with, in words
 * @param candidates what was measured
 */
public record PrecisionChoice(Precision precision, String policy, double bound, String observations, List<Candidate> candidates) {
    /**
     * One precision.
     *
     * @param precision which
     * @param error of the network's output against float32's, root mean square in shares of it, at the worst of some noise levels; NaN if
     *     the machine could not, or if one of the two is no number
     * @param chunk by how much a whole trajectory moved, root mean square, normalised; NaN likewise
     * @param stepMs shortest time of a denoising step; NaN likewise
     * @param refused why the machine could not, or empty
     */
    public record Candidate(Precision precision, double error, double chunk, double stepMs, String refused) {}

    /** @throws IllegalArgumentException if it is no choice, or what was decided on was not measured */
    public PrecisionChoice {
        candidates = List.copyOf(candidates);
        Precision chosen = precision;
        if (chosen == Precision.AUTO || candidates.stream().noneMatch(c -> c.precision() == chosen && c.refused().isEmpty())) {
            throw new IllegalArgumentException("precision: expected one of the candidates that the machine could do, found " + chosen.word());
        }
    }
}
