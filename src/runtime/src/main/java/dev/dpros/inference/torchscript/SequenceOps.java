package dev.dpros.inference.torchscript;

import dev.dpros.core.TensorData;

/**
 * The operations of the UNet on sequences, written as TorchScript in one memory layout. Each method adds statements to
 * the body at hand and returns the variable that holds the result.
 */
interface SequenceOps {
    /**
     * A convolution's geometry.
     *
     * @param name prefix of its tensors, which end in {@code .weight} and {@code .bias}
     * @param in input channels
     * @param out output channels
     * @param kernel kernel size
     * @param stride stride
     * @param padding zero padding
     * @param length input length T
     */
    record Conv(String name, int in, int out, int kernel, int stride, int padding, int length) {
        int outLength() {
            return (length + 2 * padding - kernel) / stride + 1;
        }
    }

    /** A convolution and its tensors. */
    record Weighted(Conv conv, TensorData weight, TensorData bias) {}

    /** From {@code [B, T, C]} into this layout. */
    String enter(String x);

    /** From this layout to {@code [B, T, C]}. */
    String leave(String x);

    /** A convolution. */
    String conv(String x, Weighted layer);

    /** The transposed convolution of Upsample1d: kernel 4, stride 2, padding 1. */
    String upsample(String x, Weighted layer);

    /** GroupNorm, then Mish. */
    String normMish(String x, int groups, String weight, String bias);

    /** Modulation of {@code channels} channels by the FiLM vector from {@code offset} on: {@code scale * x + bias}. */
    String film(String x, int offset, int channels, boolean scale);

    /** Concatenation of channels. */
    String join(String x, String y);
}
