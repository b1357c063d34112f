package dev.dpros.core;

/**
 * The robot's measured positions in the order of the command's dimensions: where a motion starts from. Called on the
 * control thread; neither blocks nor allocates.
 */
@FunctionalInterface
public interface PositionSource {
    /** A source that knows nothing: commands then start at the policy's first action. */
    PositionSource NONE = out -> false;

    /**
     * Copies the newest measurement.
     *
     * @param out {@code [A]}, robot units
     * @return false if there is none yet; {@code out} is then undefined
     */
    boolean read(double[] out);
}
