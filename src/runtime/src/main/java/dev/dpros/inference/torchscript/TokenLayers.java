package dev.dpros.inference.torchscript;

/**
 * The weights of layers that act on tokens {@code [B, T, E]}, written as TorchScript for one purpose: to be evaluated, or to be
 * trained. Each method adds statements to the body at hand and returns an expression.
 */
interface TokenLayers {
    /**
     * Rows of a linear layer.
     *
     * @param weight name of the matrix
     * @param bias name of the bias
     * @param in input values
     * @param rows rows of the whole matrix
     * @param from first row that is used
     * @param out rows that are used
     */
    record Linear(String weight, String bias, int in, int rows, int from, int out) {
        /** A whole layer, whose tensors end in {@code .weight} and {@code .bias}. */
        static Linear of(String name, int in, int out) {
            return new Linear(name + ".weight", name + ".bias", in, out, 0, out);
        }
    }

    /** The layer, and then the activation. */
    String linear(String x, Linear layer, Activation activation);

    /** A tensor as it is: a bias, an embedding. */
    String tensor(String name, long... shape);

    /** What is left after some of the elements are left out, as training does. */
    String dropout(String x, double share);

    /** The share of attention weights that are left out. */
    double attentionDropout();
}
