package dev.dpros.inference.torchscript;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** The operations of an image encoder, as TorchScript statements on {@code [N, C, H, W]}. */
final class ImageOps {
    private static final int FLOAT32 = 6;
    private static final int BFLOAT16 = 15;

    private final ScriptModule module;
    private final ScriptBody body;
    private final WeightStore weights;

    private final Packing packing;
    private final Arithmetic trained;
    private final boolean learning;

    /** @param packing where convolution weights are brought into oneDNN's layout, or null to use them as they are */
    ImageOps(ScriptModule module, ScriptBody body, WeightStore weights, Packing packing) {
        this(module, body, weights, packing, null, false);
    }

    private ImageOps(ScriptModule module, ScriptBody body, WeightStore weights, Packing packing, Arithmetic trained, boolean learning) {
        this.module = module;
        this.body = body;
        this.weights = weights;
        this.packing = packing;
        this.trained = trained;
        this.learning = learning;
    }

    /**
     * For a network that is trained.
     *
     * @param arithmetic of products
     * @param learning whether it crops at random and gathers statistics
     */
    static ImageOps training(ScriptModule module, ScriptBody body, WeightStore weights, Arithmetic arithmetic, boolean learning) {
        return new ImageOps(module, body, weights, null, arithmetic, learning);
    }

    /**
     * Layers on tokens.
     *
     * @param encoder what their names begin with: they are packed once
     * @param tokens of an image
     */
    TokenLayers tokens(String encoder, int tokens) {
        if (packing == null) {
            return new TrainedTokenLayers(module, weights, body, trained == null ? Arithmetic.FLOAT32 : trained, 0, learning);
        }
        ScriptBody preparation = packing.firstUse(encoder) ? packing.body() : new ScriptBody();
        return new StoredTokenLayers(module, weights, new PackedLinear(module, body, preparation, packing.variant()), packing.rows() * tokens);
    }

    /** Whether the network learns. */
    boolean learning() {
        return learning;
    }

    /**
     * The preparation that packs the weights of all encoders.
     *
     * @param body its statements
     * @param packed weights that it packs already
     * @param rows images per call to expect
     * @param variant of linear layers on tokens
     * @param halved whether convolutions, and what lies between them, are bfloat16
     */
    record Packing(ScriptBody body, Set<String> packed, int rows, ConvVariant variant, boolean halved) {
        Packing(int rows, ConvVariant variant, boolean halved) {
            this(new ScriptBody(), new HashSet<>(), rows, variant, halved);
        }

        boolean firstUse(String weight) {
            return packed.add(weight);
        }
    }

    /**
     * A variable that holds feature maps, and their dimensions.
     *
     * @param half whether its values are bfloat16
     */
    record Maps(String name, int channels, int height, int width, boolean half) {
        Maps(String name, int channels, int height, int width) {
            this(name, channels, height, width, false);
        }

        Maps withName(String other) {
            return new Maps(other, channels, height, width, half);
        }

        private Maps resized(String other, int channels, int height, int width) {
            return new Maps(other, channels, height, width, half);
        }
    }

    /** In the precision that maps have between convolutions. @param learnt whether they may be bfloat16 in training, too */
    Maps lowered(Maps in, boolean learnt) {
        boolean halved = packing == null ? learnt && trained == Arithmetic.BFLOAT16 : packing.halved();
        return halved ? new Maps(to(in, BFLOAT16), in.channels(), in.height(), in.width(), true) : in;
    }

    /** In float32. */
    Maps raised(Maps in) {
        return in.half() ? new Maps(to(in, FLOAT32), in.channels(), in.height(), in.width()) : in;
    }

    private String to(Maps in, int type) {
        return body.let("torch.to(%s, %d)", in.name(), type);
    }

    /** A convolution with the weights at {@code name}. */
    Maps conv(Maps in, String name, int out, int kernel, int stride, int padding, boolean bias) {
        String weight = parameter(name + ".weight", out, in.channels(), kernel, kernel);
        String b = bias ? parameter(name + ".bias", out) : "None";
        String y;
        if (packing == null) {
            Arithmetic precision = in.half() ? Arithmetic.BFLOAT16 : Arithmetic.FLOAT32;
            y = body.let("torch.conv2d(%1$s, %2$s, %3$s, [%4$d, %4$d], [%5$d, %5$d])", in.name(), precision.narrow(weight), precision.narrow(b),
                    stride, padding);
        } else if (kernel == 1) {
            halve(in, weight, b);
            y = pointwise(in, weight, b, out, stride);
        } else {
            y = packedConv(in, weight, b, stride, padding);
        }
        return in.resized(y, out, size(in.height(), kernel, stride, padding), size(in.width(), kernel, stride, padding));
    }

    /** Adds, once, that the weights are bfloat16 where the maps are. */
    private void halve(Maps in, String weight, String bias) {
        if (in.half() && packing.firstUse(weight)) {
            if (!bias.equals("None")) {
                packing.body().line("%1$s = torch.to(%1$s, %2$d)", bias, BFLOAT16);
            }
            packing.body().line("%1$s = torch.to(%1$s, %2$d)", weight, BFLOAT16);
        }
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
        // two dimensions: more would be a product for each image
        String rows = body.let("torch.linear(torch.reshape(torch.permute(%s, [0, 2, 3, 1]), [-1, %d]), torch.reshape(%s, [%d, %d]), %s)", x,
                in.channels(), weight, out, in.channels(), bias);
        String maps = body.let("torch.reshape(%s, [-1, %d, %d, %d])", rows, size(in.height(), 1, stride, 0), size(in.width(), 1, stride, 0), out);
        return body.let("torch.permute(%s, [0, 3, 1, 2])", maps);
    }

    private String packedConv(Maps in, String weight, String bias, int stride, int padding) {
        boolean first = !packing.packed().contains(weight);
        halve(in, weight, bias);
        packing.firstUse(weight);
        if (first) {
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

    /** BatchNorm with the statistics of training; while those are gathered, with the batch's own. */
    Maps batchNorm(Maps in, String name) {
        int c = in.channels();
        String mean = name + ".running_mean";
        String variance = name + ".running_var";
        return in.withName(body.let("torch.batch_norm(%s, %s, %s, %s, %s, %s, 0.10000000000000001, %s, False)", in.name(),
                parameter(name + ".weight", c), parameter(name + ".bias", c), module.statistic(mean, weights.take(mean, c)),
                module.statistic(variance, weights.take(variance, c)), learning && module.gathers(mean) ? "True" : "False",
                ScriptModule.NORM_EPS));
    }

    /** A rectangle of each image, at a place of its own. */
    Maps randomCrop(Maps in, int height, int width) {
        String tops = body.let("torch.randint(0, %d, [torch.size(%s, 0)])", in.height() - height + 1, in.name());
        String lefts = body.let("torch.randint(0, %d, [torch.size(%s, 0)])", in.width() - width + 1, in.name());
        String cuts = body.let("annotate(List[Tensor], [])");
        body.line("for i in range(torch.size(%s, 0)):", in.name());
        body.line("  _0 = torch.append(%s, torch.narrow(torch.narrow(torch.select(%s, 0, i), 1, int(torch.select(%s, 0, i)), %d), 2, "
                + "int(torch.select(%s, 0, i)), %d))", cuts, in.name(), tops, height, lefts, width);
        return new Maps(body.let("torch.stack(%s)", cuts), in.channels(), height, width);
    }

    /** ReLU, in place. */
    Maps relu(Maps in) {
        return in.withName(body.let("torch.relu_(%s)", in.name()));
    }

    /** Mish, in place unless it is trained. */
    Maps mish(Maps in) {
        return in.withName(trained == null ? body.let("torch.mish_(%s)", in.name()) : TrainedMish.of(body, in.name()));
    }

    /** Sum, then ReLU, in place of {@code a}. */
    Maps addRelu(Maps a, Maps b) {
        return a.withName(body.let("torch.relu_(torch.add_(%s, %s))", a.name(), b.name()));
    }

    /** Maximum over 3 x 3, stride 2, padding 1. */
    Maps maxPool(Maps in) {
        String y = body.let("torch.max_pool2d(%s, [3, 3], [2, 2], [1, 1])", in.name());
        return in.resized(y, in.channels(), size(in.height(), 3, 2, 1), size(in.width(), 3, 2, 1));
    }

    String parameter(String name, int... shape) {
        return module.weight(name, weights.take(name, Arrays.stream(shape).asLongStream().toArray()));
    }

    private static int size(int in, int kernel, int stride, int padding) {
        return (in + 2 * padding - kernel) / stride + 1;
    }
}
