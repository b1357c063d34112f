package dev.dpros.datasets.zarr;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.scalableminds.bloscjava.Blosc;
import dev.dpros.core.InputException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;

/** The compressor of a zarr array: none, zlib, gzip, blosc or, of pictures, JPEG XL for reading; blosc (zstd 5, bitshuffle) for writing. */
enum ZarrCodec {
    NONE, ZLIB, GZIP, BLOSC, JPEG_XL;

    private static final int BLOSC_HEADER_BYTES = 16;
    private static final int LEVEL = 5;

    /** The codec that an array's metadata names. @throws InputException if it is another, or what it needs is not there */
    static ZarrCodec of(String where, JsonNode compressor) {
        if (compressor.isNull() || compressor.isMissingNode()) {
            return NONE;
        }
        return switch (compressor.path("id").asText()) {
            case "zlib" -> ZLIB;
            case "gzip" -> GZIP;
            case "blosc" -> BLOSC;
            case "imagecodecs_jpegxl" -> {
                if (!JpegXl.present()) {
                    throw InputException.of(where, "compressor", "none, zlib, gzip or blosc", "imagecodecs_jpegxl and no libjxl",
                            "install it (apt-get install libjxl0.7, or a later one), or rewrite the array with blosc");
                }
                yield JPEG_XL;
            }
            default -> throw InputException.of(where, "compressor", "none, zlib, gzip, blosc or imagecodecs_jpegxl",
                    compressor.path("id").asText(), "rewrite the array with blosc");
        };
    }

    /** What an array written with this codec says of it. */
    JsonNode metadata() {
        if (this != BLOSC) {
            return JsonNodeFactory.instance.nullNode();
        }
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        return node.put("id", "blosc").put("cname", "zstd").put("clevel", LEVEL).put("shuffle", 2).put("blocksize", 0);
    }

    /** Compresses one chunk. */
    byte[] encode(byte[] chunk, int elementBytes) {
        return this == BLOSC
                ? Blosc.compress(chunk, elementBytes, Blosc.Compressor.ZSTD, LEVEL, Blosc.Shuffle.BIT_SHUFFLE)
                : chunk;
    }

    /** Whether it compresses pictures, of uint8 {@code [T, H, W, C]}, alone. */
    boolean ofPictures() {
        return this == JPEG_XL;
    }

    /** Expands one chunk. @param shape the chunk's @throws InputException if it does not hold {@code length} bytes */
    byte[] decode(String where, byte[] stored, int length, List<Integer> shape) throws IOException {
        byte[] chunk = switch (this) {
            case NONE -> stored;
            case ZLIB -> inflate(new InflaterInputStream(new ByteArrayInputStream(stored)), length);
            case GZIP -> inflate(new GZIPInputStream(new ByteArrayInputStream(stored)), length);
            case BLOSC -> blosc(where, stored, length);
            case JPEG_XL -> JpegXl.decode(where, stored, shape.get(0), shape.get(1), shape.get(2), shape.get(3));
        };
        if (chunk.length != length) {
            throw InputException.of(where, "chunk", length + " bytes", Integer.toString(chunk.length), "the file is damaged");
        }
        return chunk;
    }

    private static byte[] inflate(InputStream stream, int length) throws IOException {
        try (stream) {
            return stream.readNBytes(length);
        }
    }

    /** The sizes in the header are checked before native code sees the chunk. */
    private static byte[] blosc(String where, byte[] stored, int length) {
        ByteBuffer header = ByteBuffer.wrap(stored).order(ByteOrder.LITTLE_ENDIAN);
        boolean whole = stored.length >= BLOSC_HEADER_BYTES && header.getInt(4) == length
                && header.getInt(12) == stored.length;
        if (!whole) {
            throw InputException.of(where, "blosc chunk", "a header of " + length + " bytes in a whole file",
                    stored.length + " bytes that do not fit it", "the file is damaged");
        }
        try {
            return Blosc.decompress(stored);
        } catch (RuntimeException e) { // what the native code throws at content that does not expand
            throw new InputException(where + ": blosc chunk: expected content that expands to " + length + " bytes, found other content; "
                    + "the file is damaged", e);
        }
    }
}
