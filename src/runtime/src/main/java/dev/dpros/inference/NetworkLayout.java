package dev.dpros.inference;

import dev.dpros.inference.torchscript.ConvVariant;

/**
 * How a network's weights lie in memory, and with that which of its equivalent methods are called.
 *
 * @param unet the UNet's convolutions, or the transformer's linear layers
 * @param images the image encoders; {@link ImageVariant#PLAIN} if there are none
 */
public record NetworkLayout(ConvVariant unet, ImageVariant images) {
    /** As in the checkpoint. */
    static final NetworkLayout ORIGINAL = new NetworkLayout(ConvVariant.CONV1D, ImageVariant.PLAIN);

    /** Whether a part of it is compiled by the JVM while it runs. */
    boolean compiled() {
        return unet == ConvVariant.VECTOR || images == ImageVariant.VECTOR;
    }

    /**
     * Whether the weights can be brought from here into the other layout: the way back is to load them again. To what is computed outside
     * libtorch every layout leads, but from there none, since nothing says in which one libtorch's weights are.
     */
    boolean leadsTo(NetworkLayout other) {
        return unet.compareTo(other.unet) <= 0 && images.compareTo(other.images) <= 0;
    }
}
