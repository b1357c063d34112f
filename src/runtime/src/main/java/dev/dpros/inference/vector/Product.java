package dev.dpros.inference.vector;

import dev.dpros.core.Clock;
import dev.dpros.core.SystemClock;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Rows times a matrix plus a bias, float32, sums of each output in the order of the inputs: a convolution, whose rows lie in its input
 * itself, in pieces (a kernel of height h has h of them), which may overlap. Four rows and two vectors of outputs at a time stay in
 * registers, eight where a CPU has 32 of them; weights lie in the order in which they are read. Where they are read again for further
 * rows, they are brought into the second cache some time before: a core that changes between reading and computing waits for memory each
 * time, since it does not look far enough ahead. Confined to one thread; allocates nothing.
 */
final class Product {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    /** Outputs come in so many: what a row of the result needs is a multiple. */
    static final int PANEL = 2 * LANES;
    private static final int ROWS = 4;
    /** Inputs whose weights, of one panel, stay in the fastest cache while all rows are multiplied: 32 kB. */
    private static final int PART = (1 << 15) / (PANEL * Float.BYTES);
    /** Weights that are brought nearer at once: 128 kB. */
    private static final int AHEAD = 1 << 15;
    /** Values of a cache's line on most CPUs. */
    private static final int LINE = 16;
    /** AVX-512: 32 registers. */
    private static final boolean EIGHT = LANES == 16;
    private static final int AT_ONCE = 2 * ROWS;
    private static final double LEAST_OPERATIONS_PER_NS = 2;

    private final float[] weights;
    private final float[] bias;
    private final Pieces pieces;
    private final int[] from;
    private final int[] to;
    /** Keeps the compiler from leaving out what is only read to be near. */
    private float touched;

    /**
     * How a row lies in memory.
     *
     * @param count its pieces
     * @param length values of each
     * @param stride from one to the next
     */
    record Pieces(int count, int length, int stride) {}

    /** The value that input {@code input} of a row contributes to an output. */
    interface Matrix {
        /** @param input from 0 to pieces * length - 1 @param output from 0 on */
        float at(int input, int output);
    }

    /**
     * Takes the weights over.
     *
     * @param bias of each output
     * @param from where each row begins
     * @param to where its result begins
     */
    Product(Matrix matrix, float[] bias, Pieces pieces, int[] from, int[] to) {
        this.pieces = pieces;
        this.from = filled(from);
        this.to = filled(to);
        this.bias = new float[padded(bias.length)];
        System.arraycopy(bias, 0, this.bias, 0, bias.length);
        int inputs = pieces.count * pieces.length;
        weights = new float[Math.multiplyExact(inputs, this.bias.length)];
        int at = 0;
        for (int panel = 0; panel < this.bias.length; panel += PANEL) {
            for (int input = 0; input < inputs; input++) {
                for (int output = panel; output < panel + PANEL; output++) {
                    weights[at++] = output < bias.length ? matrix.at(input, output) : 0;
                }
            }
        }
    }

    /** Where rows begin that follow each other. */
    static int[] rows(int count, int stride) {
        int[] rows = new int[count];
        for (int i = 0; i < count; i++) {
            rows[i] = i * stride;
        }
        return rows;
    }

    /** So many outputs are computed where {@code outputs} are asked for. */
    static int padded(int outputs) {
        return (outputs + PANEL - 1) / PANEL * PANEL;
    }

    /** A multiple of four: the last row is computed again, as often as need be. */
    private static int[] filled(int... rows) {
        int[] full = new int[(rows.length + ROWS - 1) / ROWS * ROWS];
        for (int i = 0; i < full.length; i++) {
            full[i] = rows[Math.min(i, rows.length - 1)];
        }
        return full;
    }

    /** Computes. */
    void run(float[] input, float[] output) {
        run(input, output, from.length);
    }

    /** Computes the first {@code rows}, to the same numbers as with all. */
    void run(float[] input, float[] output, int rows) {
        int part = rows > ROWS ? PART : pieces.length;
        int near = 0;
        for (int panel = 0, w = 0; panel < bias.length; panel += PANEL) {
            for (int piece = 0; piece < pieces.count; piece++) {
                for (int k = 0; k < pieces.length; k += part) {
                    int length = Math.min(part, pieces.length - k);
                    if (rows > AT_ONCE && near <= w) {
                        near = Math.min(weights.length, w + Math.max(AHEAD, length * PANEL));
                        touched = touch(weights, w, near);
                    }
                    part(input, piece * pieces.stride + k, length, w, panel, piece + k == 0, output, rows);
                    w += length * PANEL;
                }
            }
        }
    }

    /** What {@code length} inputs of the first {@code rows} add to one panel of outputs. */
    private void part(float[] x, int offset, int length, int w, int panel, boolean first, float[] y, int rows) {
        int row = 0;
        for (; EIGHT && row + AT_ONCE <= rows; row += AT_ONCE) {
            eight(x, row, offset, length, w, panel, first, y);
        }
        for (; row < rows; row += ROWS) {
            int a = to[row] + panel;
            int b = to[row + 1] + panel;
            int c = to[row + 2] + panel;
            int d = to[row + 3] + panel;
            multiply(x, from[row] + offset, from[row + 1] + offset, from[row + 2] + offset, from[row + 3] + offset, length, weights, w,
                    first ? bias : y, first ? panel : a, first ? panel : b, first ? panel : c, first ? panel : d, y, a, b, c, d);
        }
    }

    /** Reads a value of each line of the cache. */
    private static float touch(float[] w, int from, int to) {
        float a = 0;
        float b = 0;
        int i = from;
        for (; i + LINE < to; i += 2 * LINE) {
            a += w[i];
            b += w[i + LINE];
        }
        return a + b;
    }

    /** As {@link #multiply}, of the eight rows from {@code row} on. */
    private void eight(float[] x, int row, int offset, int length, int w, int panel, boolean first, float[] y) {
        float[] begin = first ? bias : y;
        int a1 = to[row] + panel;
        int b1 = to[row + 1] + panel;
        int c1 = to[row + 2] + panel;
        int d1 = to[row + 3] + panel;
        int e1 = to[row + 4] + panel;
        int f1 = to[row + 5] + panel;
        int g1 = to[row + 6] + panel;
        int h1 = to[row + 7] + panel;
        FloatVector aLow = FloatVector.fromArray(SPECIES, begin, first ? panel : a1);
        FloatVector aHigh = FloatVector.fromArray(SPECIES, begin, (first ? panel : a1) + LANES);
        FloatVector bLow = FloatVector.fromArray(SPECIES, begin, first ? panel : b1);
        FloatVector bHigh = FloatVector.fromArray(SPECIES, begin, (first ? panel : b1) + LANES);
        FloatVector cLow = FloatVector.fromArray(SPECIES, begin, first ? panel : c1);
        FloatVector cHigh = FloatVector.fromArray(SPECIES, begin, (first ? panel : c1) + LANES);
        FloatVector dLow = FloatVector.fromArray(SPECIES, begin, first ? panel : d1);
        FloatVector dHigh = FloatVector.fromArray(SPECIES, begin, (first ? panel : d1) + LANES);
        FloatVector eLow = FloatVector.fromArray(SPECIES, begin, first ? panel : e1);
        FloatVector eHigh = FloatVector.fromArray(SPECIES, begin, (first ? panel : e1) + LANES);
        FloatVector fLow = FloatVector.fromArray(SPECIES, begin, first ? panel : f1);
        FloatVector fHigh = FloatVector.fromArray(SPECIES, begin, (first ? panel : f1) + LANES);
        FloatVector gLow = FloatVector.fromArray(SPECIES, begin, first ? panel : g1);
        FloatVector gHigh = FloatVector.fromArray(SPECIES, begin, (first ? panel : g1) + LANES);
        FloatVector hLow = FloatVector.fromArray(SPECIES, begin, first ? panel : h1);
        FloatVector hHigh = FloatVector.fromArray(SPECIES, begin, (first ? panel : h1) + LANES);
        int a = from[row] + offset;
        int b = from[row + 1] + offset;
        int c = from[row + 2] + offset;
        int d = from[row + 3] + offset;
        int e = from[row + 4] + offset;
        int f = from[row + 5] + offset;
        int g = from[row + 6] + offset;
        int h = from[row + 7] + offset;
        for (int k = 0, at = w; k < length; k++, at += PANEL) {
            FloatVector low = FloatVector.fromArray(SPECIES, weights, at);
            FloatVector high = FloatVector.fromArray(SPECIES, weights, at + LANES);
            FloatVector value = FloatVector.broadcast(SPECIES, x[a + k]);
            aLow = value.fma(low, aLow);
            aHigh = value.fma(high, aHigh);
            value = FloatVector.broadcast(SPECIES, x[b + k]);
            bLow = value.fma(low, bLow);
            bHigh = value.fma(high, bHigh);
            value = FloatVector.broadcast(SPECIES, x[c + k]);
            cLow = value.fma(low, cLow);
            cHigh = value.fma(high, cHigh);
            value = FloatVector.broadcast(SPECIES, x[d + k]);
            dLow = value.fma(low, dLow);
            dHigh = value.fma(high, dHigh);
            value = FloatVector.broadcast(SPECIES, x[e + k]);
            eLow = value.fma(low, eLow);
            eHigh = value.fma(high, eHigh);
            value = FloatVector.broadcast(SPECIES, x[f + k]);
            fLow = value.fma(low, fLow);
            fHigh = value.fma(high, fHigh);
            value = FloatVector.broadcast(SPECIES, x[g + k]);
            gLow = value.fma(low, gLow);
            gHigh = value.fma(high, gHigh);
            value = FloatVector.broadcast(SPECIES, x[h + k]);
            hLow = value.fma(low, hLow);
            hHigh = value.fma(high, hHigh);
        }
        aLow.intoArray(y, a1);
        aHigh.intoArray(y, a1 + LANES);
        bLow.intoArray(y, b1);
        bHigh.intoArray(y, b1 + LANES);
        cLow.intoArray(y, c1);
        cHigh.intoArray(y, c1 + LANES);
        dLow.intoArray(y, d1);
        dHigh.intoArray(y, d1 + LANES);
        eLow.intoArray(y, e1);
        eHigh.intoArray(y, e1 + LANES);
        fLow.intoArray(y, f1);
        fHigh.intoArray(y, f1 + LANES);
        gLow.intoArray(y, g1);
        gHigh.intoArray(y, g1 + LANES);
        hLow.intoArray(y, h1);
        hHigh.intoArray(y, h1 + LANES);
    }

    /**
     * Four rows a to d, to two vectors of outputs each. Rows that are the same give the same: all are read before one is written. One
     * loop alone: C2 keeps vectors in registers around one, but not around two, one within the other (JDK 17).
     *
     * @param length inputs
     * @param w a panel's weights, input by input, from {@code weightAt} on
     * @param begin what is added to, at {@code a0} to {@code d0}
     * @param y takes the results, at {@code a1} to {@code d1}
     */
    static void multiply(float[] x, int a, int b, int c, int d, int length, float[] w, int weightAt,
            float[] begin, int a0, int b0, int c0, int d0, float[] y, int a1, int b1, int c1, int d1) {
        FloatVector aLow = FloatVector.fromArray(SPECIES, begin, a0);
        FloatVector aHigh = FloatVector.fromArray(SPECIES, begin, a0 + LANES);
        FloatVector bLow = FloatVector.fromArray(SPECIES, begin, b0);
        FloatVector bHigh = FloatVector.fromArray(SPECIES, begin, b0 + LANES);
        FloatVector cLow = FloatVector.fromArray(SPECIES, begin, c0);
        FloatVector cHigh = FloatVector.fromArray(SPECIES, begin, c0 + LANES);
        FloatVector dLow = FloatVector.fromArray(SPECIES, begin, d0);
        FloatVector dHigh = FloatVector.fromArray(SPECIES, begin, d0 + LANES);
        for (int k = 0, at = weightAt; k < length; k++, at += PANEL) {
            FloatVector low = FloatVector.fromArray(SPECIES, w, at);
            FloatVector high = FloatVector.fromArray(SPECIES, w, at + LANES);
            FloatVector value = FloatVector.broadcast(SPECIES, x[a + k]);
            aLow = value.fma(low, aLow);
            aHigh = value.fma(high, aHigh);
            value = FloatVector.broadcast(SPECIES, x[b + k]);
            bLow = value.fma(low, bLow);
            bHigh = value.fma(high, bHigh);
            value = FloatVector.broadcast(SPECIES, x[c + k]);
            cLow = value.fma(low, cLow);
            cHigh = value.fma(high, cHigh);
            value = FloatVector.broadcast(SPECIES, x[d + k]);
            dLow = value.fma(low, dLow);
            dHigh = value.fma(high, dHigh);
        }
        aLow.intoArray(y, a1);
        aHigh.intoArray(y, a1 + LANES);
        bLow.intoArray(y, b1);
        bHigh.intoArray(y, b1 + LANES);
        cLow.intoArray(y, c1);
        cHigh.intoArray(y, c1 + LANES);
        dLow.intoArray(y, d1);
        dHigh.intoArray(y, d1 + LANES);
    }

    /** Runs a small product until it is as fast as vectors are. @return whether it was in that time */
    static boolean compiled(long patienceNs) {
        int inputs = 256;
        Product product = new Product((i, o) -> 1, new float[PANEL], new Pieces(1, inputs, 0), new int[ROWS], new int[] {0, PANEL, 2 * PANEL, 3 * PANEL});
        float[] x = new float[inputs];
        float[] y = new float[ROWS * PANEL];
        Clock clock = new SystemClock();
        double operations = 2.0 * ROWS * PANEL * inputs;
        long startNs = clock.monotonicNs();
        long beginNs = startNs;
        while (beginNs - startNs < patienceNs) {
            product.run(x, y);
            long endNs = clock.monotonicNs();
            if (operations / (endNs - beginNs) > LEAST_OPERATIONS_PER_NS) {
                return true;
            }
            beginNs = endNs;
        }
        return false;
    }
}
