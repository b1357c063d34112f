package dev.dpros.observation;

/** How a source's value at a grid time is made from its samples. */
public enum Interpolation {
    /** The sample whose stamp is nearest; the earlier of two equally near. */
    NEAREST,
    /** The last sample at or before the grid time (diffusion_policy's rule, but including equality). */
    PREVIOUS,
    /** Linear between the samples on either side; vectors only. */
    LINEAR
}
