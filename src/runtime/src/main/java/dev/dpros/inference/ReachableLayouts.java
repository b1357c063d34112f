package dev.dpros.inference;

import ai.djl.Device;
import dev.dpros.inference.torchscript.ConvVariant;
import dev.dpros.inference.torchscript.PolicyScript;
import java.util.ArrayList;
import java.util.List;

/**
 * The layouts that a network can have on a device, and how one is reached from another.
 *
 * @param variants it can be brought to, in order, each from the one before
 * @param imagesPackable whether there are image encoders, and they can be packed
 * @param halvedImages whether their packed convolutions are bfloat16
 */
record ReachableLayouts(List<ConvVariant> variants, boolean imagesPackable, boolean halvedImages) {
    /**
     * Those on a device.
     *
     * @param packed which of the packed variants is to be possible, where any is
     * @param cameras of the policy
     */
    static ReachableLayouts on(Device device, ConvVariant packed, int cameras) {
        List<ConvVariant> variants = new ArrayList<>(List.of(ConvVariant.CONV1D, ConvVariant.ROWS));
        if (packable(device)) {
            variants.add(packed);
        }
        boolean images = cameras > 0 && variants.size() > 2;
        boolean halved = packed == ConvVariant.PACKED_BF16 || packed == ConvVariant.PACKED_INT8 && Bfloat16.MULTIPLIED;
        return new ReachableLayouts(List.copyOf(variants), images, images && halved);
    }

    /** Whether weights can be in oneDNN's blocked layout there. */
    static boolean packable(Device device) {
        return !device.isGpu() && System.getProperty("os.arch").matches("amd64|x86_64");
    }

    /** The last variant. */
    ConvVariant last() {
        return variants.get(variants.size() - 1);
    }

    /** All preparations that there are. */
    List<String> all() {
        return preparations(NetworkLayout.ORIGINAL, new NetworkLayout(last(), imagesPackable));
    }

    /** The preparations that bring a network from a layout into another, in order. @throws IllegalArgumentException if it is not reachable */
    List<String> preparations(NetworkLayout from, NetworkLayout to) {
        if (!from.leadsTo(to) || !variants.contains(to.unet()) || to.packedImages() && !imagesPackable) {
            throw new IllegalArgumentException("layout " + to + " is not reachable from " + from + ", " + variants);
        }
        List<String> names = new ArrayList<>();
        for (ConvVariant next : variants) {
            if (next.compareTo(from.unet()) > 0 && next.compareTo(to.unet()) <= 0) {
                names.add(next.preparation());
            }
        }
        if (to.packedImages() && !from.packedImages()) {
            names.add(PolicyScript.PACK_IMAGES);
        }
        return names;
    }
}
