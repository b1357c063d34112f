package dev.dpros.datasets.zarr;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.core.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A zarr v2 array of any chunk grid. Reads rows (along the first axis) through a cache of one row of chunks; chunks that do
 * not exist hold the fill value, as zarr has it. One thread.
 */
final class ZarrArray {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long MAX_CACHE_BYTES = 1L << 30;
    private static final int MAX_DIMENSION = Integer.MAX_VALUE;

    private final Path directory;
    private final ZarrType type;
    private final List<Integer> shape;
    private final List<Integer> chunks;
    private final ZarrCodec codec;
    private final String separator;
    private final byte[] fill;
    private int cachedChunk = -1;
    private ByteBuffer cache;

    private ZarrArray(Path directory, JsonNode meta) {
        this.directory = directory;
        require(meta.path("zarr_format").asInt() == 2, "zarr_format", "2", meta.path("zarr_format").asText());
        require("C".equals(meta.path("order").asText()), "order", "C", meta.path("order").asText());
        require(meta.path("filters").isNull() || meta.path("filters").isMissingNode() || meta.path("filters").isEmpty(),
                "filters", "none", meta.path("filters").toString());
        type = ZarrType.of(meta.path("dtype").asText());
        require(type != null, "dtype", "a number (u, i, f of 1 to 8 bytes, or b1)", meta.path("dtype").toString());
        shape = sizes("shape", meta.path("shape"), 0);
        chunks = sizes("chunks", meta.path("chunks"), 1);
        require(!shape.isEmpty() && shape.size() == chunks.size(), "chunks", "one positive size per dimension of " + shape,
                chunks.toString());
        require(product(shape.subList(1, shape.size())) * chunks.get(0) * type.bytes() <= MAX_CACHE_BYTES
                && product(chunks) * type.bytes() <= MAX_CACHE_BYTES, "chunks", "at most 1 GB a row of chunks", chunks.toString());
        codec = ZarrCodec.of(directory.toString(), meta.path("compressor"));
        separator = separator(meta.path("dimension_separator").asText("."));
        fill = fill(meta.path("fill_value"));
    }

    /** Opens an array. @throws InputException if it is missing, or uses a feature that is not supported */
    static ZarrArray open(Path directory) {
        try {
            return new ZarrArray(directory, JSON.readTree(Files.readAllBytes(directory.resolve(".zarray"))));
        } catch (IOException e) {
            String first = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw new InputException(directory + ": zarr array: expected a readable .zarray file, found " + first, e);
        }
    }

    /** The .zarray document of a new array, chunked along its first axis. */
    static byte[] metadata(ZarrType type, List<Integer> shape, int chunkRows, ZarrCodec codec) throws IOException {
        ObjectNode meta = JSON.createObjectNode();
        meta.put("zarr_format", 2);
        ArrayNode shapeNode = meta.putArray("shape");
        shape.forEach(shapeNode::add);
        ArrayNode chunks = meta.putArray("chunks");
        chunks.add(chunkRows);
        shape.stream().skip(1).forEach(chunks::add);
        meta.put("dtype", type.code());
        meta.set("compressor", codec.metadata());
        meta.put("fill_value", 0);
        meta.put("order", "C");
        meta.putNull("filters");
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(meta);
    }

    List<Integer> shape() {
        return shape;
    }

    /** Its directory's name. */
    String name() {
        return directory.getFileName().toString();
    }

    ZarrType type() {
        return type;
    }

    int rows() {
        return shape.get(0);
    }

    /** Elements per row. */
    int rowSize() {
        return (int) product(shape.subList(1, shape.size()));
    }

    /** Attributes, empty if there are none. */
    JsonNode attributes() {
        Path file = directory.resolve(".zattrs");
        try {
            return Files.exists(file) ? JSON.readTree(Files.readAllBytes(file)) : JSON.createObjectNode();
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** Copies one row of bytes. */
    void row(int row, byte[] out) {
        int start = load(row);
        cache.get(start * type.bytes(), out, 0, rowSize());
    }

    /** Converts one row to float32. */
    void row(int row, float[] out, int offset) {
        int start = load(row);
        int count = rowSize();
        for (int i = 0; i < count; i++) {
            out[offset + i] = (float) type.number(cache, start + i);
        }
    }

    /** One element of a one-dimensional integer array. */
    long integer(int row) {
        int at = load(row);
        return type.floating() ? (long) type.number(cache, at) : type.integer(cache, at);
    }

    /** One element of a row of one. */
    double number(int row) {
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
                place(index, read(index));
            } while (next(index));
            cachedChunk = chunk;
        }
        return row % chunks.get(0) * rowSize();
    }

    /** The next chunk of the row, the last axis first; false after the last. */
    private boolean next(int[] index) {
        for (int d = index.length - 1; d >= 1; d--) {
            index[d]++;
            if ((long) index[d] * chunks.get(d) < shape.get(d)) {
                return true;
            }
            index[d] = 0;
        }
        return false;
    }

    /** One line on chunks without a file, or empty. They hold the fill value; a lost file cannot be told from it. */
    String missing() {
        String first = "";
        int count = 0;
        int[] index = new int[shape.size()];
        for (; (long) index[0] * chunks.get(0) < shape.get(0); index[0]++) {
            do {
                Path file = file(index);
                if (!Files.exists(file)) {
                    first = count++ == 0 ? file.toString() : first;
                }
            } while (next(index));
        }
        return count == 0 ? "" : first + ": expected a chunk, found no file (" + count + " of this array): its rows are read as the"
                + " fill value; if that is meant, write the array with write_empty_chunks=True";
    }

    private Path file(int[] index) {
        StringBuilder name = new StringBuilder(Integer.toString(index[0]));
        for (int d = 1; d < index.length; d++) {
            name.append(separator).append(index[d]);
        }
        return directory.resolve(name.toString());
    }

    /** The bytes of a chunk, or null if it does not exist. */
    private byte[] read(int[] index) {
        Path file = file(index);
        try {
            return Files.exists(file) ? codec.decode(file.toString(), Files.readAllBytes(file), (int) product(chunks) * type.bytes())
                    : null;
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read: " + e.getMessage(), e);
        }
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

    /** The bytes of the fill value; null, which says that it does not matter, is zero. */
    private byte[] fill(JsonNode value) {
        ByteBuffer bytes = ByteBuffer.allocate(8).order(type.order());
        if (value.isNull() || value.isMissingNode()) {
            return bytes.array();
        }
        double number = switch (value.asText()) {
            case "NaN" -> Double.NaN;
            case "Infinity" -> Double.POSITIVE_INFINITY;
            case "-Infinity" -> Double.NEGATIVE_INFINITY;
            case "true" -> 1;
            default -> value.asDouble();
        };
        boolean plain = number == 0;
        require(plain || !type.floating() || type.bytes() > 2, "fill_value", "0 for float16", value.toString());
        if (type.floating() && type.bytes() == 8) {
            bytes.putDouble(0, number);
        } else if (type.floating()) {
            bytes.putFloat(0, (float) number);
        } else {
            long integer = (long) number;
            switch (type.bytes()) {
                case 1 -> bytes.put(0, (byte) integer);
                case 2 -> bytes.putShort(0, (short) integer);
                case 4 -> bytes.putInt(0, (int) integer);
                default -> bytes.putLong(0, integer);
            }
        }
        return Arrays.copyOf(bytes.array(), type.bytes());
    }

    private String separator(String text) {
        require(text.equals(".") || text.equals("/"), "dimension_separator", "'.' or '/'", "'" + text + "'");
        return text;
    }

    private List<Integer> sizes(String what, JsonNode node, int least) {
        List<Integer> sizes = new ArrayList<>();
        for (JsonNode size : node) {
            require(size.canConvertToInt() && size.asInt() >= least, what, "whole numbers from " + least + " to " + MAX_DIMENSION,
                    size.toString());
            sizes.add(size.asInt());
        }
        return List.copyOf(sizes);
    }

    private static long product(List<Integer> sizes) {
        long product = 1;
        for (int size : sizes) {
            product = Math.min(MAX_CACHE_BYTES + 1, product * size);
        }
        return product;
    }

    private void require(boolean ok, String what, String expected, String found) {
        if (!ok) {
            throw InputException.of(directory.toString(), what, expected, found, "rewrite the array with zarr-python");
        }
    }
}
