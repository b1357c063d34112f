package dev.dpros.inference;

import ai.djl.Device;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.inference.torchscript.ConvVariant;
import dev.dpros.inference.torchscript.PolicyScript;
import dev.dpros.inference.vector.VectorEncoder;
import dev.dpros.inference.vector.VectorTransformer;
import dev.dpros.inference.vector.VectorUnet;
import dev.dpros.inference.vector.Vectors;
import java.util.ArrayList;
import java.util.List;

/**
 * The layouts that a network can have on a device, and how one is reached from another.
 *
 * @param variants it can be brought to, in order, each from the one before
 * @param images those of the image encoders, in order
 * @param halvedImages whether their packed convolutions are bfloat16
 */
record ReachableLayouts(List<ConvVariant> variants, List<ImageVariant> images, boolean halvedImages) {
    /**
     * Those on a device.
     *
     * @param packed which of the packed variants is to be possible, where any is
     */
    static ReachableLayouts on(Device device, ConvVariant packed, PolicyDefinition policy) {
        List<ConvVariant> variants = new ArrayList<>(List.of(ConvVariant.CONV1D, ConvVariant.ROWS));
        if (packable(device)) {
            variants.add(packed);
        }
        boolean vectors = !device.isGpu() && Vectors.present();
        List<ImageVariant> images = new ArrayList<>(List.of(ImageVariant.PLAIN));
        if (!policy.config().cameras().isEmpty() && variants.size() > 2) {
            images.add(ImageVariant.PACKED);
        }
        if (vectors && VectorEncoder.fits(policy)) {
            images.add(ImageVariant.VECTOR);
        }
        // small encoders gain nothing by it
        boolean resnet = images.contains(ImageVariant.PACKED) && !policy.config().vision().backbone().depths().isEmpty();
        boolean halved = resnet && (packed == ConvVariant.PACKED_BF16 || packed == ConvVariant.PACKED_INT8 && Bfloat16.MULTIPLIED);
        if (vectors && (VectorUnet.fits(policy.config()) || VectorTransformer.fits(policy.config()))) {
            variants.add(ConvVariant.VECTOR);
        }
        return new ReachableLayouts(List.copyOf(variants), List.copyOf(images), halved);
    }

    /** Whether weights can be in oneDNN's blocked layout there. */
    static boolean packable(Device device) {
        return !device.isGpu() && System.getProperty("os.arch").matches("amd64|x86_64");
    }

    /** Those that libtorch computes. */
    List<ConvVariant> ofLibtorch() {
        return variants.stream().filter(variant -> variant != ConvVariant.VECTOR).toList();
    }

    /** The last variant of libtorch's. */
    ConvVariant last() {
        return ofLibtorch().get(ofLibtorch().size() - 1);
    }

    /** How images are encoded beside a network, where that is not measured. */
    ImageVariant unmeasuredImages(ConvVariant unet) {
        if (!unet.packed() && unet != ConvVariant.VECTOR) {
            return ImageVariant.PLAIN;
        }
        boolean vectors = !halvedImages && images.contains(ImageVariant.VECTOR) && Vectors.fast();
        return vectors ? ImageVariant.VECTOR : images.contains(ImageVariant.PACKED) ? ImageVariant.PACKED : ImageVariant.PLAIN;
    }

    /** All preparations that there are. */
    List<String> all() {
        return preparations(NetworkLayout.ORIGINAL, new NetworkLayout(last(), images.contains(ImageVariant.PACKED) ? ImageVariant.PACKED : ImageVariant.PLAIN));
    }

    /** The preparations that bring a network from a layout into another, in order. @throws IllegalArgumentException if it is not reachable */
    List<String> preparations(NetworkLayout from, NetworkLayout to) {
        if (!from.leadsTo(to) || !variants.contains(to.unet()) || !images.contains(to.images())) {
            throw new IllegalArgumentException("layout " + to + " is not reachable from " + from + ", " + variants);
        }
        List<String> names = new ArrayList<>();
        for (ConvVariant next : ofLibtorch()) {
            if (to.unet() != ConvVariant.VECTOR && next.compareTo(from.unet()) > 0 && next.compareTo(to.unet()) <= 0) {
                names.add(next.preparation());
            }
        }
        if (to.images() == ImageVariant.PACKED && from.images() != ImageVariant.PACKED) {
            names.add(PolicyScript.PACK_IMAGES);
        }
        return names;
    }
}
