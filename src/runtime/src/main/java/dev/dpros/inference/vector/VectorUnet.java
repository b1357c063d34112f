package dev.dpros.inference.vector;

import dev.dpros.diffusion.PolicyConfig;
import dev.dpros.diffusion.PolicyDefinition;
import dev.dpros.diffusion.TrajectoryConfig.Conditioning;
import dev.dpros.diffusion.UnetConfig;
import dev.dpros.inference.torchscript.WeightStore;
import dev.dpros.inference.vector.Norm.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * ConditionalUnet1D (diffusion_policy/model/diffusion/conditional_unet1d.py, LeRobot's DiffusionConditionalUnet1d) for one trajectory at a
 * time: everything from the sample and the FiLM vectors on, whose parts of the step and of the observations come from outside.
 */
public final class VectorUnet implements VectorNetwork {
    private final UnetConfig unet;
    private final WeightStore weights;
    private final List<Runnable> layers = new ArrayList<>();
    private final Maps input;
    private final float[] result;
    private final int resultStride;
    private final boolean conditioned;
    private final int steps;
    private final int width;
    /** FiLM vectors of all blocks, in the order in which the network has them. */
    private final float[] film;
    private final float[] ones;
    private int filmAt;

    /** @throws dev.dpros.core.InputException if a tensor is missing, or of a shape that the configuration does not give */
    public VectorUnet(PolicyDefinition policy) {
        PolicyConfig config = policy.config();
        unet = config.unet();
        weights = new WeightStore(policy);
        steps = config.denoisedSteps();
        width = config.denoisedWidth();
        conditioned = config.filmConditioning() > 0;
        film = new float[filmSize()];
        ones = new float[unet.downDims().stream().max(Integer::compare).orElseThrow()];
        Arrays.fill(ones, 1);
        input = Maps.sequence(width, steps, pad());
        Maps last = body();
        int channels = last.channels;
        Maps end = Maps.sequence(channels, steps, 0);
        convNormMish(last, "unet.final_conv.0.block", channels, UnetConfig.FINAL_GROUPS,
                new Film(ones, 0, Rows.same(new float[channels], 0, steps)), end);
        resultStride = Product.padded(width);
        result = new float[steps * resultStride];
        Product out = conv(end, "unet.final_conv.1", width, 1, 1, Product.rows(steps, resultStride));
        layers.add(() -> out.run(end.values, result));
    }

    /** Whether it can be: a UNet whose channels fill vectors, conditioned by FiLM, and not too large. */
    public static boolean fits(PolicyConfig config) {
        return config.denoiser() instanceof UnetConfig unet && !config.conditionedBy(Conditioning.LOCAL) && size(config, unet) <= Vectors.MOST_VALUES
                && unet.downDims().stream().allMatch(dim -> dim % Product.PANEL == 0 && Norm.fits(dim));
    }

    /** Values of the convolutions' weights, about. */
    private static long size(PolicyConfig config, UnetConfig unet) {
        long in = config.denoisedWidth();
        long sum = 0;
        for (long out : unet.downDims()) {
            // two blocks on the way down, and at most as much on the way up
            sum += 2L * unet.kernelSize() * (in * out + 5 * out * out);
            in = out;
        }
        return sum;
    }

    @Override
    public void denoise(float[] stepTable, int step, float[] condition, int from, float[] sample, int at, float[] output) {
        for (int i = 0; i < film.length; i++) {
            film[i] = stepTable[step + i] + (conditioned ? condition[from + i] : 0);
        }
        System.arraycopy(sample, at, input.values, input.places[0], steps * width);
        for (Runnable layer : layers) {
            layer.run();
        }
        for (int t = 0; t < steps; t++) {
            System.arraycopy(result, t * resultStride, output, at + t * width, width);
        }
    }

    private int filmSize() {
        List<Integer> dims = unet.downDims();
        int last = dims.size() - 1;
        int blocks = 2 * dims.get(last);
        for (int i = 0; i <= last; i++) {
            blocks += 2 * dims.get(i) + (i < last ? 2 * dims.get(i) : 0);
        }
        return unet.filmScale() ? 2 * blocks : blocks;
    }

    private int pad() {
        return Math.max(1, unet.kernelSize() / 2);
    }

    private Maps body() {
        List<Integer> dims = unet.downDims();
        int levels = dims.size();
        Maps x = input;
        List<Maps> skips = new ArrayList<>();
        for (int i = 0; i < levels; i++) {
            String name = "unet.down_modules." + i;
            x = block(block(x, name + ".0", dims.get(i)), name + ".1", dims.get(i));
            skips.add(x);
            x = i < levels - 1 ? downsampled(x, name + ".2") : x;
        }
        int deepest = dims.get(levels - 1);
        x = block(block(x, "unet.mid_modules.0", deepest), "unet.mid_modules.1", deepest);
        for (int i = 0; i < levels - 1; i++) {
            String name = "unet.up_modules." + i;
            int out = dims.get(levels - 2 - i);
            x = block(block(joined(x, skips.get(levels - 1 - i)), name + ".0", out), name + ".1", out);
            x = upsampled(x, name + ".2");
        }
        return x;
    }

    private Maps block(Maps in, String name, int out) {
        Maps middle = Maps.sequence(out, in.width, pad());
        Maps end = Maps.sequence(out, in.width, pad());
        int film = filmAt;
        filmAt += unet.filmScale() ? 2 * out : out;
        Rows shift = Rows.same(this.film, unet.filmScale() ? film + out : film, in.width);
        convNormMish(in, name + ".conv1.block", out, unet.nGroups(), new Film(unet.filmScale() ? this.film : ones, unet.filmScale() ? film : 0, shift),
                middle);
        Rows residual = in.rows();
        if (in.channels != out) {
            residual = new Rows(new float[in.width * Product.padded(out)], Product.rows(in.width, Product.padded(out)));
            Product product = conv(in, name + ".residual_conv", out, 1, 1, residual.places());
            float[] values = residual.values();
            layers.add(() -> product.run(in.values, values));
        }
        convNormMish(middle, name + ".conv2.block", out, unet.nGroups(), new Film(ones, 0, residual), end);
        return end;
    }

    /** What follows Mish: a factor for each channel, and rows that are added. */
    private record Film(float[] factors, int at, Rows plus) {}

    private void convNormMish(Maps in, String name, int out, int groups, Film then, Maps end) {
        int length = in.width;
        int stride = Product.padded(out);
        Product product = conv(in, name + ".0", out, unet.kernelSize(), 1, Product.rows(length, stride));
        Norm norm = new Norm(weights.values(name + ".1.weight", out), weights.values(name + ".1.bias", out), groups);
        float[] rows = new float[length * stride];
        Rows to = end.rows();
        layers.add(() -> {
            product.run(in.values, rows);
            norm.measure(rows, 0, length, stride);
            norm.mish(rows, 0, stride, length, then.factors, then.at, then.plus, to, 0);
        });
    }

    private Maps downsampled(Maps in, String name) {
        Maps out = Maps.sequence(in.channels, in.width / 2, pad());
        Product product = conv(in, name, in.channels, 3, 2, out.places);
        layers.add(() -> product.run(in.values, out.values));
        return out;
    }

    /**
     * A transposed convolution of kernel 4 and stride 2: steps 2j and 2j + 1 of the result, which follow each other in memory, see
     * steps j - 1, j, j + 1, through the weights 3, 1 and none, and none, 2 and 0.
     */
    private Maps upsampled(Maps in, String name) {
        int c = in.channels;
        Maps out = Maps.sequence(c, 2 * in.width, pad());
        float[] w = weights.values(name + ".weight", c, c, 4);
        float[] once = weights.values(name + ".bias", c);
        float[] bias = new float[2 * c];
        System.arraycopy(once, 0, bias, 0, c);
        System.arraycopy(once, 0, bias, c, c);
        int[][] taps = {{3, 1, -1}, {-1, 2, 0}};
        int[] from = new int[in.width];
        int[] to = new int[in.width];
        for (int j = 0; j < in.width; j++) {
            from[j] = in.place(0, 0, j - 1);
            to[j] = out.places[2 * j];
        }
        Product product = new Product((input, output) -> {
            int tap = taps[output / c][input / c];
            return tap < 0 ? 0 : w[(input % c * c + output % c) * 4 + tap];
        }, bias, new Product.Pieces(1, 3 * c, 0), from, to);
        layers.add(() -> product.run(in.values, out.values));
        return out;
    }

    private Maps joined(Maps a, Maps b) {
        Maps out = Maps.sequence(a.channels + b.channels, a.width, pad());
        layers.add(() -> {
            for (int t = 0; t < a.width; t++) {
                System.arraycopy(a.values, a.places[t], out.values, out.places[t], a.channels);
                System.arraycopy(b.values, b.places[t], out.values, out.places[t] + a.channels, b.channels);
            }
        });
        return out;
    }

    private Product conv(Maps in, String name, int out, int kernel, int stride, int... to) {
        float[] w = weights.values(name + ".weight", out, in.channels, kernel);
        int[] from = new int[to.length];
        for (int t = 0; t < from.length; t++) {
            from[t] = in.place(0, 0, t * stride - kernel / 2);
        }
        int c = in.channels;
        return new Product((input, output) -> w[(output * c + input % c) * kernel + input / c], weights.values(name + ".bias", out),
                new Product.Pieces(1, kernel * c, 0), from, to);
    }
}
