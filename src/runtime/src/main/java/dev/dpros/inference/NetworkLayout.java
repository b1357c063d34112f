package dev.dpros.inference;

import dev.dpros.inference.torchscript.ConvVariant;

/**
 * How a network's weights lie in memory, and with that which of its equivalent methods are called.
 *
 * @param unet the UNet's convolutions, or the transformer's linear layers
 * @param packedImages whether the image encoders' convolutions use oneDNN's blocked layout
 */
public record NetworkLayout(ConvVariant unet, boolean packedImages) {
    /** As in the checkpoint. */
    static final NetworkLayout ORIGINAL = new NetworkLayout(ConvVariant.CONV1D, false);

    /** Whether the weights can be brought from here into the other layout: the way back is to load them again. */
    boolean leadsTo(NetworkLayout other) {
        return unet.compareTo(other.unet) <= 0 && (!packedImages || other.packedImages);
    }
}
