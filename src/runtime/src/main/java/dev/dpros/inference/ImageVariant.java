package dev.dpros.inference;

/** Ways to compute image encoders. All give the same numbers in float32, to rounding. */
public enum ImageVariant {
    /** By libtorch, weights as in the checkpoint. */
    PLAIN,
    /** By libtorch, weights in oneDNN's blocked layout, in less than float32 if the denoising network's are. */
    PACKED,
    /** By kernels of this runtime, outside libtorch ({@link dev.dpros.inference.vector.VectorEncoder}): convolutional ones. */
    VECTOR
}
