package dev.dpros.inference.torchscript;

/**
 * Ways to compute the UNet's one-dimensional convolutions and the transformer's linear layers (for which the first two are
 * the same). Those in float32 give the same numbers (to rounding); which is fastest
 * depends on the device, so it is measured when a policy is warmed up.
 */
public enum ConvVariant {
    /** {@code torch.conv1d} on {@code [B, C, T]}, as the reference does it. */
    CONV1D,
    /** Channels last, {@code [B, T, C]}: windows of K rows are one strided view, the convolution one linear layer. */
    ROWS,
    /** {@link #ROWS} with the larger weights in oneDNN's blocked layout (x86 CPUs). */
    PACKED,
    /** {@link #PACKED} with those weights in bfloat16: less exact, never chosen unless asked for. */
    PACKED_BF16,
    /** From {@link #ROWS}: those weights packed in 8 bits, what they are multiplied with in 7: less exact, never chosen unless asked for. */
    PACKED_INT8,
    /** By kernels of this runtime, outside libtorch ({@link dev.dpros.inference.vector.VectorUnet}): small UNets. */
    VECTOR;

    /** Whether the larger weights lie in a blocked layout of libtorch's. */
    public boolean packed() {
        return this == PACKED || !exact();
    }

    /** Whether it computes in float32. */
    public boolean exact() {
        return this != PACKED_BF16 && this != PACKED_INT8;
    }

    /** Name of the method that evaluates the network this way. */
    public String method() {
        return "denoise_" + name().toLowerCase(java.util.Locale.ROOT);
    }

    /** Name of the preparation that brings the weights from the layout of the variant before into this one's. */
    public String preparation() {
        return "prepare_" + name().toLowerCase(java.util.Locale.ROOT);
    }
}
