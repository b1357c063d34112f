package dev.dpros.datasets.array;

import java.util.List;

/**
 * An array of colour pictures, whatever form they have: bytes or numbers, of 0 to 255 or 0 to 1, channels last or first.
 * The reference's own PushT file holds float32 of 0 to 255. One thread.
 */
public final class PictureArray {
    private static final int CHANNELS = 3;
    private static final int LEAST_SIDE = 8;
    private static final int LOOKED_AT = 32;

    private final ChunkedArray array;
    private final boolean channelsFirst;
    private final double scale;
    private final float[] row;

    private PictureArray(ChunkedArray array, boolean channelsFirst, double scale) {
        this.array = array;
        this.channelsFirst = channelsFirst;
        this.scale = scale;
        row = new float[array.rowSize()];
    }

    /** The pictures of an array, or null if it holds none. @throws dev.dpros.core.InputException if it is damaged */
    public static PictureArray of(ChunkedArray array) {
        List<Integer> shape = array.shape();
        if (shape.size() != CHANNELS + 1 || array.type().kind() == 'b') {
            return null;
        }
        boolean last = shape.get(3) == CHANNELS && shape.get(1) >= LEAST_SIDE && shape.get(2) >= LEAST_SIDE;
        boolean first = shape.get(1) == CHANNELS && shape.get(2) >= LEAST_SIDE && shape.get(3) >= LEAST_SIDE;
        if (!last && !first) {
            return null;
        }
        if (array.type().code().equals("|u1")) {
            return new PictureArray(array, !last, 1);
        }
        double largest = largest(array);
        return largest < 0 || largest > 255 ? null : new PictureArray(array, !last, array.type().floating() && largest <= 1 ? 255 : 1);
    }

    /** The largest value of some rows, spread over the array; negative if they hold anything that no picture has. */
    private static double largest(ChunkedArray array) {
        float[] row = new float[array.rowSize()];
        double largest = 0;
        int rows = Math.min(LOOKED_AT, array.rows());
        for (int i = 0; i < rows; i++) {
            array.row((int) ((long) i * array.rows() / rows), row, 0);
            for (float value : row) {
                if (!(value >= 0)) {
                    return -1;
                }
                largest = Math.max(largest, value);
            }
        }
        return largest;
    }

    public int height() {
        return array.shape().get(channelsFirst ? 2 : 1);
    }

    public int width() {
        return array.shape().get(channelsFirst ? 3 : 2);
    }

    /** Copies one picture. @param out {@code [H, W, 3]} */
    public void row(int index, byte[] out) {
        if (!channelsFirst && array.type().code().equals("|u1")) {
            array.row(index, out);
            return;
        }
        array.row(index, row, 0);
        int pixels = height() * width();
        for (int i = 0; i < row.length; i++) {
            int at = channelsFirst ? i % pixels * CHANNELS + i / pixels : i;
            out[at] = (byte) Math.max(0, Math.min(255, Math.round(row[i] * scale)));
        }
    }
}
