package dev.dpros.inference.torchscript;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** The operations of an image encoder, as TorchScript statements on {@code [N, C, H, W]}. */
final class ImageOps {
    private final ScriptModule module;
    private final ScriptBody body;
    private final WeightStore weights;

    private final Packing packing;

    /** @param packing where convolution weights are brought into oneDNN's layout, or null to use them as they are */
    ImageOps(ScriptModule module, ScriptBody body, WeightStore weights, Packing packing) {
        this.module = module;
        this.body = body;
        this.weights = weights;
        this.packing = packing;
    }

    /**
     * The method that packs the weights of all encoders.
     *
     * @param body its statements
     * @param packed weights that it packs already
     * @param rows images per call to expect
     */
    record Packing(ScriptBody body, Set<String> packed, int rows) {
        Packing(int rows) {
            this(new ScriptBody(), new HashSet<>(), rows);
        }

        boolean firstUse(String weight) {
            return packed.add(weight);
        }
    }

    /** A variable that holds feature maps, and their dimensions. */
    record Maps(String name, int channels, int height, int width) {
        Maps withName(String other) {
            return new Maps(other, channels, height, width);
        }
    }

    /** A convolution with the weights at {@code name}. */
    Maps conv(Maps in, String name, int out, int kernel, int stride, int padding, boolean bias) {
        String weight = parameter(name + ".weight", out, in.channels(), kernel, kernel);
        String b = bias ? parameter(name + ".bias", out) : "None";
        String y;
        if (packing == null) {
            y = body.let("torch.conv2d(%1$s, %2$s, %3$s, [%4$d, %4$d], [%5$d, %5$d])", in.name(), weight, b, stride, padding);
        } else if (kernel == 1) {
            y = pointwise(in, weight, b, out, stride);
        } else {
            y = packedConv(in, weight, b, stride, padding);
        }
        return new Maps(y, out, size(in.height(), kernel, stride, padding), size(in.width(), kernel, stride, padding));
    }

    /**
     * A convolution of kernel 1 as a linear layer over channels: on feature maps in the order that packed convolutions leave,
     * oneDNN 3.7 (libtorch 2.7.1) computes wrong values for it, 512 channels out, on AMD EPYC of family 26 (Zen 5).
     */
    private String pointwise(Maps in, String weight, String bias, int out, int stride) {
        String x = in.name();
        for (int dim = 2; stride > 1 && dim <= 3; dim++) {
            x = body.let("torch.slice(%s, %d, 0, %d, %d)", x, dim, dim == 2 ? in.height() : in.width(), stride);
        }
        String rows = body.let("torch.linear(torch.permute(%s, [0, 2, 3, 1]), torch.reshape(%s, [%d, %d]), %s)", x, weight, out,
                in.channels(), bias);
        return body.let("torch.permute(%s, [0, 3, 1, 2])", rows);
    }

    private String packedConv(Maps in, String weight, String bias, int stride, int padding) {
        if (packing.firstUse(weight)) {
            packing.body().line("%1$s = ops.mkldnn._reorder_convolution_weight(%1$s, [%2$d, %2$d], [%3$d, %3$d], [1, 1], 1, "
                    + "[%4$d, %5$d, %6$d, %7$d])", weight, padding, stride, packing.rows(), in.channels(), in.height(), in.width());
        }
        return body.let("ops.mkldnn._convolution_pointwise(%1$s, %2$s, %3$s, [%5$d, %5$d], [%4$d, %4$d], [1, 1], 1, %6$s)",
                in.name(), weight, bias, stride, padding, PackedLinear.NO_FUSION);
    }

    /** GroupNorm. */
    Maps groupNorm(Maps in, String name, int groups) {
        return in.withName(body.let("torch.group_norm(%s, %d, %s, %s, %s)", in.name(), groups,
                parameter(name + ".weight", in.channels()), parameter(name + ".bias", in.channels()), ScriptModule.NORM_EPS));
    }

    /** BatchNorm with the statistics of training. */
    Maps batchNorm(Maps in, String name) {
        int c = in.channels();
        return in.withName(body.let("torch.batch_norm(%s, %s, %s, %s, %s, False, 0.10000000000000001, %s, False)", in.name(),
                parameter(name + ".weight", c), parameter(name + ".bias", c), parameter(name + ".running_mean", c),
                parameter(name + ".running_var", c), ScriptModule.NORM_EPS));
    }

    /** ReLU, in place. */
    Maps relu(Maps in) {
        return in.withName(body.let("torch.relu_(%s)", in.name()));
    }

    /** Mish, in place. */
    Maps mish(Maps in) {
        return in.withName(body.let("torch.mish_(%s)", in.name()));
    }

    /** Sum, then ReLU, in place of {@code a}. */
    Maps addRelu(Maps a, Maps b) {
        return a.withName(body.let("torch.relu_(torch.add_(%s, %s))", a.name(), b.name()));
    }

    /** Maximum over 3 x 3, stride 2, padding 1. */
    Maps maxPool(Maps in) {
        String y = body.let("torch.max_pool2d(%s, [3, 3], [2, 2], [1, 1])", in.name());
        return new Maps(y, in.channels(), size(in.height(), 3, 2, 1), size(in.width(), 3, 2, 1));
    }

    String parameter(String name, int... shape) {
        return module.weight(name, weights.take(name, Arrays.stream(shape).asLongStream().toArray()));
    }

    private static int size(int in, int kernel, int stride, int padding) {
        return (in + 2 * padding - kernel) / stride + 1;
    }
}
