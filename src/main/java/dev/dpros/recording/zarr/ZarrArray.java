package dev.dpros.recording.zarr;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.core.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/**
 * A zarr v2 array chunked along its first axis alone, as diffusion_policy writes it. Reads rows through a cache of one
 * chunk. One thread.
 */
final class ZarrArray {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long MAX_CHUNK_BYTES = 1L << 30;

    /** Element types: numpy's names. */
    enum Type {
        U1("|u1", 1), B1("|b1", 1), I4("<i4", 4), I8("<i8", 8), F4("<f4", 4), F8("<f8", 8);

        final String code;
        final int bytes;

        Type(String code, int bytes) {
            this.code = code;
            this.bytes = bytes;
        }
    }

    private final Path directory;
    private final Type type;
    private final List<Integer> shape;
    private final int chunkRows;
    private final ZarrCodec codec;
    private final String separator;
    private int cachedChunk = -1;
    private ByteBuffer cache;

    private ZarrArray(Path directory, JsonNode meta) {
        this.directory = directory;
        require(meta.path("zarr_format").asInt() == 2, "zarr_format", "2", meta.path("zarr_format").asText());
        require("C".equals(meta.path("order").asText()), "order", "C", meta.path("order").asText());
        require(meta.path("filters").isNull() || meta.path("filters").isMissingNode() || meta.path("filters").isEmpty(),
                "filters", "none", meta.path("filters").toString());
        type = type(meta.path("dtype").asText());
        shape = ints(meta.path("shape"));
        List<Integer> chunks = ints(meta.path("chunks"));
        require(!shape.isEmpty() && shape.size() == chunks.size() && chunks.get(0) > 0, "chunks",
                "one positive size per dimension of " + shape, chunks.toString());
        for (int i = 1; i < shape.size(); i++) {
            require(chunks.get(i) >= shape.get(i), "chunks", "chunks along the first axis alone, shape " + shape,
                    chunks.toString());
        }
        chunkRows = chunks.get(0);
        require(chunkBytes() <= MAX_CHUNK_BYTES, "chunks", "at most 1 GB a chunk", chunks.toString());
        codec = ZarrCodec.of(directory.toString(), meta.path("compressor"));
        separator = meta.path("dimension_separator").asText(".");
    }

    /** Opens an array. @throws InputException if it is missing, or uses a feature that is not supported */
    static ZarrArray open(Path directory) {
        try {
            return new ZarrArray(directory, JSON.readTree(Files.readAllBytes(directory.resolve(".zarray"))));
        } catch (IOException e) {
            throw InputException.of(directory.toString(), "zarr array", "a readable .zarray file", e.getMessage(), "");
        }
    }

    /** The .zarray document of a new array. */
    static byte[] metadata(Type type, List<Integer> shape, int chunkRows, ZarrCodec codec) throws IOException {
        ObjectNode meta = JSON.createObjectNode();
        meta.put("zarr_format", 2);
        ArrayNode shapeNode = meta.putArray("shape");
        shape.forEach(shapeNode::add);
        ArrayNode chunks = meta.putArray("chunks");
        chunks.add(chunkRows);
        shape.stream().skip(1).forEach(chunks::add);
        meta.put("dtype", type.code);
        meta.set("compressor", codec.metadata());
        meta.put("fill_value", 0);
        meta.put("order", "C");
        meta.putNull("filters");
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(meta);
    }

    List<Integer> shape() {
        return shape;
    }

    Type type() {
        return type;
    }

    int rows() {
        return shape.get(0);
    }

    /** Elements per row. */
    int rowSize() {
        return shape.stream().skip(1).reduce(1, Math::multiplyExact);
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
        load(row);
        cache.get((row % chunkRows) * rowSize() * type.bytes, out, 0, rowSize());
    }

    /** Converts one row to float32. */
    void row(int row, float[] out, int offset) {
        load(row);
        int start = (row % chunkRows) * rowSize();
        for (int i = 0; i < rowSize(); i++) {
            out[offset + i] = (float) number(start + i);
        }
    }

    /** One element of a one-dimensional integer array. */
    long integer(int row) {
        load(row);
        int at = row % chunkRows;
        return type == Type.I8 ? cache.getLong(at * 8) : (long) number(at);
    }

    private double number(int element) {
        return switch (type) {
            case U1, B1 -> cache.get(element) & 0xFF;
            case I4 -> cache.getInt(element * 4);
            case I8 -> cache.getLong(element * 8);
            case F4 -> cache.getFloat(element * 4);
            case F8 -> cache.getDouble(element * 8);
        };
    }

    private void load(int row) {
        int chunk = row / chunkRows;
        if (chunk == cachedChunk) {
            return;
        }
        StringBuilder name = new StringBuilder(Integer.toString(chunk));
        IntStream.range(1, shape.size()).forEach(i -> name.append(separator).append('0'));
        Path file = directory.resolve(name.toString());
        try {
            byte[] bytes = Files.exists(file)
                    ? codec.decode(file.toString(), Files.readAllBytes(file), (int) chunkBytes())
                    : new byte[(int) chunkBytes()];
            cache = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            cachedChunk = chunk;
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private long chunkBytes() {
        return (long) chunkRows * rowSize() * type.bytes;
    }

    private Type type(String code) {
        for (Type candidate : Type.values()) {
            if (candidate.code.equals(code)) {
                return candidate;
            }
        }
        throw InputException.of(directory.toString(), "dtype", "one of |u1 |b1 <i4 <i8 <f4 <f8", code, "");
    }

    private void require(boolean ok, String what, String expected, String found) {
        if (!ok) {
            throw InputException.of(directory.toString(), what, expected, found, "rewrite the array with zarr-python");
        }
    }

    private static List<Integer> ints(JsonNode node) {
        return StreamSupport.stream(node.spliterator(), false).map(JsonNode::asInt).toList();
    }
}
