package dev.dpros.datasets.array;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * The rows (along the first axis) of an array of any chunk grid, read through a cache of one row of chunks; chunks that do not
 * exist hold the fill value. One thread.
 */
public final class ChunkedArray {
    /** The most bytes that a row of chunks may have. */
    public static final long MAX_CACHE_BYTES = 1L << 30;

    private final ElementType type;
    private final List<Integer> shape;
    private final List<Integer> chunks;
    private final byte[] fill;
    private final Source source;
    private int cachedChunk = -1;
    private ByteBuffer cache;

    /** Where the chunks lie. */
    @FunctionalInterface
    public interface Source {
        /**
         * Reads a chunk.
         *
         * @param index its place in the grid
         * @return its elements in C order, those beyond the array's edges included; null if it does not exist
         * @throws dev.dpros.core.InputException if it is damaged
         */
        byte[] read(int[] index);
    }

    /**
     * An array that {@link #fits}.
     *
     * @param fill the bytes of the fill value, at least of one element
     */
    public ChunkedArray(ElementType type, List<Integer> shape, List<Integer> chunks, byte[] fill, Source source) {
        this.type = type;
        this.shape = List.copyOf(shape);
        this.chunks = List.copyOf(chunks);
        this.fill = fill;
        this.source = source;
    }

    /** Whether there is memory for a row of chunks, and for one chunk. */
    public static boolean fits(ElementType type, List<Integer> shape, List<Integer> chunks) {
        return product(shape.subList(1, shape.size())) * chunks.get(0) * type.bytes() <= MAX_CACHE_BYTES
                && product(chunks) * type.bytes() <= MAX_CACHE_BYTES;
    }

    /** All sizes multiplied, or more than {@link #MAX_CACHE_BYTES} if it is more. */
    public static long product(List<Integer> sizes) {
        long product = 1;
        for (int size : sizes) {
            product = Math.min(MAX_CACHE_BYTES + 1, product * size);
        }
        return product;
    }

    /** Sizes, the number of rows first. */
    public List<Integer> shape() {
        return shape;
    }

    /** Of its elements. */
    public ElementType type() {
        return type;
    }

    /** Number of rows. */
    public int rows() {
        return shape.get(0);
    }

    /** Elements per row. */
    public int rowSize() {
        return (int) product(shape.subList(1, shape.size()));
    }

    /** Copies one row of bytes. */
    public void row(int row, byte[] out) {
        int start = load(row);
        cache.get(start * type.bytes(), out, 0, rowSize());
    }

    /** Converts one row to float32. */
    public void row(int row, float[] out, int offset) {
        int start = load(row);
        int count = rowSize();
        for (int i = 0; i < count; i++) {
            out[offset + i] = (float) type.number(cache, start + i);
        }
    }

    /** One element of a one-dimensional integer array. */
    public long integer(int row) {
        int at = load(row);
        return type.floating() ? (long) type.number(cache, at) : type.integer(cache, at);
    }

    /** One element of a row of one. */
    public double number(int row) {
        int at = load(row); // first: it makes the cache
        return type.number(cache, at);
    }

    /** Makes a row's chunks the cached ones. @return index of its first element there */
    private int load(int row) {
        int chunk = row / chunks.get(0);
        if (chunk != cachedChunk) {
            if (cache == null) {
                cache = ByteBuffer.allocate(chunks.get(0) * rowSize() * type.bytes()).order(type.order());
            }
            cachedChunk = -1;
            int[] index = new int[shape.size()];
            index[0] = chunk;
            do {
                place(index, source.read(index));
            } while (next(index));
            cachedChunk = chunk;
        }
        return row % chunks.get(0) * rowSize();
    }

    /** Goes to the next chunk of a row of chunks, the last axis first; false, and the row's first, after the last. */
    public boolean next(int[] index) {
        for (int d = index.length - 1; d >= 1; d--) {
            index[d]++;
            if ((long) index[d] * chunks.get(d) < shape.get(d)) {
                return true;
            }
            index[d] = 0;
        }
        return false;
    }

    /** Copies what of a chunk lies within the array to its place in the cache, in runs that lie together in both. */
    private void place(int[] index, byte[] chunk) {
        int[] at = new int[shape.size()];
        int axis = shape.size() - 1; // of a run; the axes after it lie in one chunk whole
        int whole = 1;
        while (axis > 0 && chunks.get(axis).equals(shape.get(axis))) {
            whole *= shape.get(axis--);
        }
        int run = whole * (axis == 0 ? chunks.get(0) : Math.min(chunks.get(axis), shape.get(axis) - index[axis] * chunks.get(axis)));
        do {
            long from = 0;
            long to = 0;
            for (int d = 0; d < at.length; d++) {
                from = from * chunks.get(d) + at[d];
                to = d == 0 ? at[d] : to * shape.get(d) + (long) index[d] * chunks.get(d) + at[d];
            }
            copy(chunk, (int) from, (int) to, run);
        } while (nextRun(index, at, axis));
    }

    private boolean nextRun(int[] index, int[] at, int axis) {
        for (int d = axis - 1; d >= 0; d--) {
            at[d]++;
            boolean inside = d == 0 || (long) index[d] * chunks.get(d) + at[d] < shape.get(d);
            if (at[d] < chunks.get(d) && inside) {
                return true;
            }
            at[d] = 0;
        }
        return false;
    }

    private void copy(byte[] chunk, int from, int to, int elements) {
        int width = type.bytes();
        if (chunk != null) {
            System.arraycopy(chunk, from * width, cache.array(), to * width, elements * width);
        } else {
            for (int i = 0; i < elements; i++) {
                System.arraycopy(fill, 0, cache.array(), (to + i) * width, width);
            }
        }
    }
}
