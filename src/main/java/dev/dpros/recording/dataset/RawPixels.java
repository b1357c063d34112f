package dev.dpros.recording.dataset;

import dev.dpros.core.ImageLayout;
import java.nio.ByteBuffer;

/** Uncompressed pixels to RGB rows. Stateless. */
final class RawPixels {
    private RawPixels() {}

    /** RGB rows {@code [H, W, 3]}, or null if the encoding is not an uncompressed 8-bit one. */
    static byte[] rgb(ByteBuffer message, ImageLayout at) {
        return switch (at.encoding) {
            case RGB8 -> convert(message, at, 3, 0, 1, 2);
            case BGR8 -> convert(message, at, 3, 2, 1, 0);
            case RGBA8 -> convert(message, at, 4, 0, 1, 2);
            case BGRA8 -> convert(message, at, 4, 2, 1, 0);
            case MONO8 -> convert(message, at, 1, 0, 0, 0);
            default -> null;
        };
    }

    private static byte[] convert(ByteBuffer message, ImageLayout at, int pixel, int r, int g, int b) {
        byte[] rgb = new byte[Math.multiplyExact(3, Math.multiplyExact(at.width, at.height))];
        int rowBytes = at.width * 3;
        byte[] row = new byte[at.width * pixel];
        for (int y = 0; y < at.height; y++) {
            message.get(at.dataOffset + y * at.stepBytes, row);
            if (pixel == 3 && r == 0) {
                System.arraycopy(row, 0, rgb, y * rowBytes, rowBytes);
                continue;
            }
            int out = y * rowBytes;
            for (int i = 0; i < row.length; i += pixel) {
                rgb[out++] = row[i + r];
                rgb[out++] = row[i + g];
                rgb[out++] = row[i + b];
            }
        }
        return rgb;
    }
}
