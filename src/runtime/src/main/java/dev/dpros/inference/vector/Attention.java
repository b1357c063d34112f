package dev.dpros.inference.vector;

import java.util.Arrays;

/** Attention of several heads of one sequence. Keys and values are brought into the products' order anew each time. Confined to one thread. */
final class Attention {
    private final int rows;
    private final int columns;
    private final int heads;
    private final int size;
    private final int ahead;
    private final float scale;
    private final float[] keys;
    private final float[] values;
    private final float[] scores;
    private final float[] attended;
    private final int scoreStride;
    private final int sizeStride;
    private final float[] zeros;

    /**
     * @param rows that attend
     * @param columns attended to
     * @param size of a head
     * @param ahead how many columns after its own index a row sees; as many as there are: all
     */
    Attention(int rows, int columns, int heads, int size, int ahead) {
        this.rows = rows;
        this.columns = columns;
        this.heads = heads;
        this.size = size;
        this.ahead = ahead;
        scale = (float) (1 / Math.sqrt(size));
        scoreStride = Product.padded(columns);
        sizeStride = Product.padded(size);
        keys = new float[scoreStride * size];
        values = new float[sizeStride * columns];
        scores = new float[rows * scoreStride];
        attended = new float[rows * sizeStride];
        zeros = new float[Product.PANEL];
    }

    /**
     * @param query rows, {@code queryStride} from one to the next, head after head
     * @param memory rows, {@code memoryStride} from one to the next, with the keys from {@code keyAt} on and the values from {@code valueAt} on
     * @param out takes rows of all heads, one after the other, the first at {@code outAt}
     */
    void run(float[] query, int queryAt, int queryStride, float[] memory, int keyAt, int valueAt, int memoryStride, float[] out, int outAt) {
        for (int head = 0; head < heads; head++) {
            int offset = head * size;
            pack(memory, keyAt + offset, memoryStride);
            packValues(memory, valueAt + offset, memoryStride);
            multiply(query, queryAt + offset, queryStride, size, keys, scores, scoreStride);
            for (int row = 0; row < rows; row++) {
                int visible = Math.min(columns, row + 1 + ahead);
                Tokens.softmax(scores, row * scoreStride, visible, scale);
                Arrays.fill(scores, row * scoreStride + visible, (row + 1) * scoreStride, 0);
            }
            multiply(scores, 0, scoreStride, columns, values, attended, sizeStride);
            for (int row = 0; row < rows; row++) {
                System.arraycopy(attended, row * sizeStride, out, outAt + row * heads * size + offset, size);
            }
        }
    }

    private void pack(float[] memory, int at, int stride) {
        int panel = Product.PANEL;
        for (int column = 0; column < columns; column++) {
            int to = column / panel * panel * size + column % panel;
            int from = at + column * stride;
            for (int i = 0; i < size; i++) {
                keys[to + i * panel] = memory[from + i];
            }
        }
    }

    private void packValues(float[] memory, int at, int stride) {
        int panel = Product.PANEL;
        for (int first = 0; first < size; first += panel) {
            for (int column = 0; column < columns; column++) {
                System.arraycopy(memory, at + column * stride + first, values, (first * columns) + column * panel, Math.min(panel, size - first));
            }
        }
    }

    /** Rows times a matrix in panels, without a bias. */
    private void multiply(float[] x, int at, int stride, int inputs, float[] matrix, float[] y, int yStride) {
        for (int panel = 0; panel < yStride; panel += Product.PANEL) {
            for (int row = 0; row < rows; row += 4) {
                int b = Math.min(row + 1, rows - 1);
                int c = Math.min(row + 2, rows - 1);
                int d = Math.min(row + 3, rows - 1);
                Product.multiply(x, at + row * stride, at + b * stride, at + c * stride, at + d * stride, inputs, matrix, panel * inputs,
                        zeros, 0, 0, 0, 0, y, row * yStride + panel, b * yStride + panel, c * yStride + panel, d * yStride + panel);
            }
        }
    }
}
