package dev.dpros.core;

/** Where the sampler gets its observations. Called on the sampler thread; does not block. */
public interface ObservationSource {
    /**
     * Fills the window with the newest To observations on the policy's grid, padding an episode's start by repeating the
     * earliest one.
     *
     * @return true if every feature had at least one sample; false leaves the window's contents undefined
     */
    boolean fill(ObservationWindow window);
}
