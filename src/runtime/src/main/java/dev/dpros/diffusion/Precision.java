package dev.dpros.diffusion;

import java.util.Locale;

/**
 * The numbers in which the larger weights of a denoising network are kept and multiplied. With less than float32 ResNets compute in
 * bfloat16 where the processor multiplies it, and a vision transformer's linear layers as the denoising network's.
 */
public enum Precision {
    /** As in the checkpoint. */
    FLOAT32,
    /** Half of the bytes, 8 significant bits. */
    BFLOAT16,
    /** A quarter: weights of 8 bits with a scale for each output, multiplied with values of 7 bits. */
    INT8,
    /** What was decided for the policy and is stored with it; without that, FLOAT32. */
    AUTO;

    /** As in configuration files. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
