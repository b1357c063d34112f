package dev.dpros.observation;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Where interleaved pixels lie in direct memory. A reusable slot of the preparation thread. */
final class PixelBuffer {
    /** Direct memory; position and limit mean nothing here. */
    ByteBuffer bytes;
    int offset;
    int width;
    int height;
    int stepBytes;
    /** Samples per pixel: 1, 3 or 4. */
    int channels;
    /** Bytes per sample: 1 or 2. */
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

    /** Whether the pixels lie within the memory. */
    boolean withinBounds() {
        return width > 0 && height > 0 && offset >= 0 && stepBytes >= rowBytes()
                && offset + (long) (height - 1) * stepBytes + rowBytes() <= bytes.capacity();
    }
}
