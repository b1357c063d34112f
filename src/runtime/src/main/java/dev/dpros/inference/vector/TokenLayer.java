package dev.dpros.inference.vector;

import dev.dpros.inference.torchscript.WeightStore;
import java.util.Arrays;

/** A linear layer on rows of tokens that follow each other. Confined to one thread; allocates nothing. */
final class TokenLayer {
    private final Product product;

    /**
     * Of a part of a matrix's rows.
     *
     * @param weight name of the matrix, {@code [whole, in]}
     * @param first of its rows
     * @param out rows
     * @param tokens that it is for
     */
    TokenLayer(WeightStore weights, String weight, String bias, int whole, int in, int first, int out, int tokens) {
        float[] matrix = weights.values(weight, whole, in);
        float[] begin = Arrays.copyOfRange(weights.values(bias, whole), first, first + out);
        product = new Product((input, output) -> matrix[(first + output) * in + input], begin, new Product.Pieces(1, in, 0),
                Product.rows(tokens, in), Product.rows(tokens, Product.padded(out)));
    }

    /** Of a whole layer, whose tensors end in {@code .weight} and {@code .bias}. */
    TokenLayer(WeightStore weights, String name, int in, int out, int tokens) {
        this(weights, name + ".weight", name + ".bias", out, in, 0, out, tokens);
    }

    /** @param y takes rows of as many values as the layer has outputs, or a few more */
    void run(float[] x, float[] y) {
        product.run(x, y);
    }
}
