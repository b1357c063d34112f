package dev.dpros.datasets.zarr;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dpros.core.InputException;
import dev.dpros.datasets.array.ChunkedArray;
import dev.dpros.datasets.array.ElementType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A zarr v2 array: what its {@code .zarray} says, and its chunks, each a file. One thread. */
final class ZarrArray {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_DIMENSION = Integer.MAX_VALUE;
    /** What a file may have beyond its chunk: whatever a compressor adds to what it cannot compress. */
    private static final long MOST_OVERHEAD = 1 << 20;

    private final Path directory;
    private final String where;
    private final ElementType type;
    private final List<Integer> shape;
    private final List<Integer> chunks;
    private final ZarrCodec codec;
    private final String separator;
    private final ChunkedArray rows;

    private ZarrArray(Path directory, JsonNode meta) {
        this.directory = directory;
        where = ZarrFiles.name(directory);
        require(meta.path("zarr_format").asInt() == 2, "zarr_format", "2", meta.path("zarr_format").asText());
        require("C".equals(meta.path("order").asText()), "order", "C", meta.path("order").asText());
        require(meta.path("filters").isNull() || meta.path("filters").isMissingNode() || meta.path("filters").isEmpty(),
                "filters", "none", meta.path("filters").toString());
        type = ElementType.of(meta.path("dtype").asText());
        require(type != null, "dtype", "a number (u, i, f of 1 to 8 bytes, or b1)", meta.path("dtype").toString());
        shape = sizes("shape", meta.path("shape"), 0);
        chunks = sizes("chunks", meta.path("chunks"), 1);
        require(!shape.isEmpty() && shape.size() == chunks.size(), "chunks", "one positive size per dimension of " + shape,
                chunks.toString());
        require(ChunkedArray.fits(type, shape, chunks), "chunks", "at most 1 GB a row of chunks", chunks.toString());
        codec = ZarrCodec.of(where, meta.path("compressor"));
        boolean pictures = ElementType.U1.equals(type) && shape.size() == 4 && chunks.subList(1, 4).equals(shape.subList(1, 4))
                && (shape.get(3) == 1 || shape.get(3) == 3);
        require(pictures || !codec.ofPictures(), "compressor", "one for numbers", meta.path("compressor").path("id").asText() + ", for pictures");
        separator = separator(meta.path("dimension_separator").asText("."));
        rows = new ChunkedArray(type, shape, chunks, fill(meta.path("fill_value")), this::read);
    }

    /** Opens an array. @throws InputException if it is missing, or uses a feature that is not supported */
    static ZarrArray open(Path directory) {
        try {
            return new ZarrArray(directory, ZarrFiles.parse(directory.resolve(".zarray")));
        } catch (IOException e) {
            String first = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw new InputException(ZarrFiles.name(directory) + ": zarr array: expected a readable .zarray file, found " + first, e);
        }
    }

    /** The .zarray document of a new array, chunked along its first axis. */
    static byte[] metadata(ElementType type, List<Integer> shape, int chunkRows, ZarrCodec codec) throws IOException {
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

    /** Its rows. */
    ChunkedArray rows() {
        return rows;
    }

    /** Its directory's name. */
    String name() {
        return directory.getFileName().toString();
    }

    /** Attributes, empty if there are none. */
    JsonNode attributes() {
        return ZarrFiles.json(directory.resolve(".zattrs"));
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
                    first = count++ == 0 ? ZarrFiles.name(file) : first;
                }
            } while (rows.next(index));
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
        int length = (int) ChunkedArray.product(chunks) * type.bytes();
        try {
            return !Files.exists(file) ? null
                    : codec.decode(ZarrFiles.name(file), ZarrFiles.bytes(file, 2L * length + MOST_OVERHEAD), length, chunks);
        } catch (IOException e) {
            throw new InputException(ZarrFiles.name(file) + ": cannot be read: " + e.getMessage(), e);
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

    private void require(boolean ok, String what, String expected, String found) {
        if (!ok) {
            throw InputException.of(where, what, expected, found, "rewrite the array with zarr-python");
        }
    }
}
