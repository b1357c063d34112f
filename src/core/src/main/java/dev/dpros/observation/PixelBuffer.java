package dev.dpros.observation;

import dev.dpros.core.DepthPixels;
import dev.dpros.core.ImageLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Where interleaved pixels lie in direct memory. A reusable slot of the preparation thread. */
final class PixelBuffer {
    /** Direct memory; position and limit mean nothing here. */
    @SuppressWarnings("NullAway.Init") // a slot: filled before it is read
    ByteBuffer bytes;
    int offset;
    int width;
    int height;
    int stepBytes;
    /** Samples per pixel: 1, 2 (4:2:2), 3 or 4. */
    int channels;
    /** Bytes per sample: 1 or 2; 4 of a message in metres. */
    int sampleBytes;
    boolean bigEndian;
    /** Index of red within a pixel: 0 (RGB) or 2 (BGR); 0 for one channel. */
    int red;

    /** Own memory, packed rows, grown when needed. */
    void allocate(int newWidth, int newHeight, int newChannels, int newSampleBytes) {
        int needed = Math.multiplyExact(Math.multiplyExact(newWidth, newHeight), newChannels * newSampleBytes);
        if (bytes == null || bytes.capacity() < needed) {
            bytes = ByteBuffer.allocateDirect(needed).order(ByteOrder.LITTLE_ENDIAN);
        }
        offset = 0;
        width = newWidth;
        height = newHeight;
        channels = newChannels;
        sampleBytes = newSampleBytes;
        stepBytes = newWidth * newChannels * newSampleBytes;
        bigEndian = false;
    }

    /** Bytes of one row without padding. */
    int rowBytes() {
        return width * channels * sampleBytes;
    }

    /** Points at the pixels of a raw image message; false if they do not lie within it. */
    boolean locate(ByteBuffer message, ImageLayout layout) {
        bytes = message;
        offset = layout.dataOffset;
        width = layout.width;
        height = layout.height;
        stepBytes = layout.stepBytes;
        bigEndian = layout.bigEndian;
        channels = 1;
        sampleBytes = 1;
        red = 0;
        switch (layout.encoding) {
            case RGB8 -> channels = 3;
            case BGR8 -> {
                channels = 3;
                red = 2;
            }
            case RGBA8 -> channels = 4;
            case BGRA8 -> {
                channels = 4;
                red = 2;
            }
            case YUV422, YUV422_YUY2 -> channels = 2;
            case U16C1, BAYER_RGGB16, BAYER_BGGR16, BAYER_GBRG16, BAYER_GRBG16 -> sampleBytes = 2;
            case F32C1 -> sampleBytes = 4;
            default -> { } // one byte per pixel: grey, Bayer
        }
        long row = (long) width * channels * sampleBytes;
        return width > 0 && height > 0 && !(channels == 2 && width % 2 != 0) && offset >= 0 && stepBytes >= row
                && (height - 1L) * stepBytes + row <= layout.dataLength
                && offset + (long) layout.dataLength <= message.limit();
    }

    /** Index of a pixel's first byte. */
    int at(int x, int y) {
        return offset + y * stepBytes + x * channels * sampleBytes;
    }

    /** A 16-bit pixel, unsigned. */
    int depth(int x, int y) {
        int at = at(x, y);
        int low = bytes.get(at + (bigEndian ? 1 : 0)) & 255;
        int high = bytes.get(at + (bigEndian ? 0 : 1)) & 255;
        return high << 8 | low;
    }

    /** A 32-bit pixel in metres as mm ({@link DepthPixels#ofMetres}). */
    int depthOfMetres(int x, int y) {
        int at = at(x, y);
        int bits = 0;
        for (int i = 0; i < 4; i++) {
            bits = bits << 8 | bytes.get(bigEndian ? at + i : at + 3 - i) & 255;
        }
        return DepthPixels.ofMetres(Float.intBitsToFloat(bits));
    }
}
