package dev.dpros.inference.vector;

/** A convolution of N images whose results are rows, not yet maps: {@code stride} values for each place. Confined to one thread. */
final class Convolution {
    final Maps in;
    final int channels;
    final int height;
    final int width;
    final int stride;
    final float[] rows;
    final Product product;
    private final int images;

    /**
     * @param kernels {@code [out, in, kernel, kernel]}
     * @param bias of each output
     * @param padding at most the zeros around {@code in}
     */
    Convolution(int images, Maps in, float[] kernels, float[] bias, int kernel, int step, int padding) {
        this.images = images;
        this.in = in;
        channels = bias.length;
        height = (in.height + 2 * padding - kernel) / step + 1;
        width = (in.width + 2 * padding - kernel) / step + 1;
        stride = Product.padded(channels);
        int count = images * height * width;
        rows = new float[count * stride];
        int[] from = new int[count];
        for (int i = 0; i < count; i++) {
            from[i] = in.place(i / (height * width), i / width % height * step - padding, i % width * step - padding);
        }
        int c = in.channels;
        product = new Product((input, output) -> kernels[(output * c + input % c) * kernel * kernel + input / c], bias,
                new Product.Pieces(kernel, kernel * c, in.rowStride), from, Product.rows(count, stride));
    }

    /** Maps for the results. @param pad zeros on each side */
    Maps maps(int pad) {
        return Maps.images(images, channels, height, width, pad);
    }
}
