package dev.dpros.observation;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Turns interleaved pixels of the final size into {@code float32 [C, H, W]} in [0, 1], and keeps their bytes for the
 * content checks. One thread; allocates only when the pixel format changes.
 */
final class ChwConverter {
    private static final float[] UNIT = new float[256];

    static {
        for (int i = 0; i < 256; i++) {
            UNIT[i] = i / 255f;
        }
    }

    private final int channels;
    private final int pixels;
    private final float depthMax;
    private byte[] current = new byte[0];
    private byte[] previous = new byte[0];
    private double deviation;
    private boolean repeated;

    /**
     * A converter for images {@code [channels, height, width]}.
     *
     * @param depthMax 16-bit value that becomes 1.0
     */
    ChwConverter(int channels, int height, int width, int depthMax) {
        this.channels = channels;
        pixels = height * width;
        this.depthMax = depthMax;
    }

    /** Writes the image; also finds out whether it repeats the one before and how much contrast it has. */
    void convert(PixelBuffer source, float[] out) {
        byte[] bytes = load(source);
        if (source.sampleBytes == 2) {
            convertDepth(bytes, source.bigEndian, out);
        } else if (source.channels == 1) {
            convertGrey(bytes, out);
        } else {
            convertColour(bytes, source.channels, source.red, out);
        }
        repeated = Arrays.equals(current, previous);
    }

    /** Whether the last two images were equal, byte by byte. */
    boolean repeated() {
        return repeated;
    }

    /** Standard deviation of the last image's brightness, grey levels of 255. */
    double deviation() {
        return deviation;
    }

    private byte[] load(PixelBuffer source) {
        byte[] recycled = previous;
        previous = current;
        int row = source.rowBytes();
        int needed = row * source.height;
        current = recycled.length == needed ? recycled : new byte[needed];
        ByteBuffer bytes = source.bytes;
        if (source.stepBytes == row) {
            bytes.get(source.offset, current, 0, needed);
        } else {
            for (int y = 0; y < source.height; y++) {
                bytes.get(source.offset + y * source.stepBytes, current, y * row, row);
            }
        }
        return current;
    }

    private void convertColour(byte[] bytes, int stride, int red, float[] out) {
        int blue = 2 - red;
        long sum = 0;
        long squares = 0;
        for (int i = 0, at = 0; i < pixels; i++, at += stride) {
            int r = bytes[at + red] & 255;
            int g = bytes[at + 1] & 255;
            int b = bytes[at + blue] & 255;
            // OpenCV's RGB to grey: 0.299, 0.587, 0.114 in 15-bit fixed point
            int grey = (r * 9798 + g * 19235 + b * 3735 + (1 << 14)) >> 15;
            sum += grey;
            squares += (long) grey * grey;
            if (channels == 1) {
                out[i] = UNIT[grey];
            } else {
                out[i] = UNIT[r];
                out[pixels + i] = UNIT[g];
                out[2 * pixels + i] = UNIT[b];
            }
        }
        setDeviation(sum, squares);
    }

    private void convertGrey(byte[] bytes, float[] out) {
        long sum = 0;
        long squares = 0;
        for (int i = 0; i < pixels; i++) {
            int grey = bytes[i] & 255;
            sum += grey;
            squares += (long) grey * grey;
            out[i] = UNIT[grey];
        }
        replicate(out);
        setDeviation(sum, squares);
    }

    private void convertDepth(byte[] bytes, boolean bigEndian, float[] out) {
        int low = bigEndian ? 1 : 0;
        long sum = 0;
        long squares = 0;
        for (int i = 0; i < pixels; i++) {
            int depth = bytes[2 * i + low] & 255 | (bytes[2 * i + 1 - low] & 255) << 8;
            float value = Math.min(1f, depth / depthMax);
            out[i] = value;
            int level = (int) (value * 255);
            sum += level;
            squares += (long) level * level;
        }
        replicate(out);
        setDeviation(sum, squares);
    }

    private void replicate(float[] out) {
        for (int c = 1; c < channels; c++) {
            System.arraycopy(out, 0, out, c * pixels, pixels);
        }
    }

    private void setDeviation(long sum, long squares) {
        double mean = (double) sum / pixels;
        deviation = Math.sqrt(Math.max(0, (double) squares / pixels - mean * mean));
    }
}
