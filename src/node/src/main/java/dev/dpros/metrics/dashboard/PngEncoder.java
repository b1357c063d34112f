package dev.dpros.metrics.dashboard;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Small RGB images as PNG (ISO 15948), unfiltered and at the fastest deflate level, for ten images a second on a
 * computer that has better things to do. One thread; memory is kept between images.
 */
final class PngEncoder {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    private static final int CHUNK_OVERHEAD = 12;
    private static final int HEADER_LENGTH = 13;

    private final Deflater deflater = new Deflater(Deflater.BEST_SPEED);
    private byte[] rows = new byte[0];
    private byte[] packed = new byte[0];

    /** One image, packed 8-bit RGB rows. */
    byte[] encode(byte[] rgb, int width, int height) {
        int row = 3 * width;
        if (rows.length != (row + 1) * height) {
            rows = new byte[(row + 1) * height]; // each row begins with filter 0
            packed = new byte[rows.length + rows.length / 1000 + 64];
        }
        for (int y = 0; y < height; y++) {
            System.arraycopy(rgb, y * row, rows, y * (row + 1) + 1, row);
        }
        deflater.reset();
        deflater.setInput(rows);
        deflater.finish();
        int length = deflater.deflate(packed);
        ByteBuffer header = ByteBuffer.allocate(HEADER_LENGTH).putInt(width).putInt(height);
        header.put((byte) 8).put((byte) 2); // 8 bits, RGB
        ByteArrayOutputStream out = new ByteArrayOutputStream(length + 64);
        out.writeBytes(SIGNATURE);
        chunk(out, "IHDR", header.array(), HEADER_LENGTH);
        chunk(out, "IDAT", packed, length);
        chunk(out, "IEND", new byte[0], 0);
        return out.toByteArray();
    }

    private static void chunk(ByteArrayOutputStream out, String type, byte[] data, int length) {
        ByteBuffer chunk = ByteBuffer.allocate(length + CHUNK_OVERHEAD);
        chunk.putInt(length).put(type.getBytes(StandardCharsets.US_ASCII)).put(data, 0, length);
        CRC32 crc = new CRC32();
        crc.update(chunk.array(), 4, length + 4);
        chunk.putInt((int) crc.getValue());
        out.writeBytes(chunk.array());
    }
}
