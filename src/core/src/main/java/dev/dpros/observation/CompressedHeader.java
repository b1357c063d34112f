package dev.dpros.observation;

import java.nio.ByteBuffer;

/**
 * Reads size, depth and colours of a JPEG or PNG image from its first bytes, so that memory for it is bounded before the decoder sees
 * it. JPEG: ITU T.81 B.2; PNG: ISO 15948 11.2.2. One thread; allocates nothing.
 */
public final class CompressedHeader {
    private static final int PNG_SIGNATURE_HIGH = 0x89504E47;
    private static final int PNG_SIGNATURE_LOW = 0x0D0A1A0A;
    private static final int PNG_WIDTH_AT = 16;

    private int width;
    private int height;
    private int bits;
    private boolean colour;

    /** Width in pixels, after a successful {@link #parse}. */
    public int width() {
        return width;
    }

    /** Height in pixels, after a successful {@link #parse}. */
    public int height() {
        return height;
    }

    /** Bits per sample, after a successful {@link #parse}. */
    int bits() {
        return bits;
    }

    /** Whether the picture has colours, after a successful {@link #parse}. */
    boolean colour() {
        return colour;
    }

    /** Finds the size; false if the bytes are neither JPEG nor PNG, or end before it. */
    public boolean parse(ByteBuffer bytes, int offset, int length) {
        int end = offset + length;
        if (length >= 26 && bigEndian(bytes, offset, 4) == PNG_SIGNATURE_HIGH
                && bigEndian(bytes, offset + 4, 4) == PNG_SIGNATURE_LOW) {
            width = bigEndian(bytes, offset + PNG_WIDTH_AT, 4);
            height = bigEndian(bytes, offset + PNG_WIDTH_AT + 4, 4);
            bits = bytes.get(offset + PNG_WIDTH_AT + 8) & 255;
            colour = (bytes.get(offset + PNG_WIDTH_AT + 9) & 2) != 0; // true colour, or a palette of colours
            return width > 0 && height > 0;
        }
        if (length < 4 || bigEndian(bytes, offset, 2) != 0xFFD8) {
            return false;
        }
        return parseJpeg(bytes, offset + 2, end);
    }

    private boolean parseJpeg(ByteBuffer bytes, int start, int end) {
        int at = start;
        while (at + 10 <= end) {
            if ((bytes.get(at) & 255) != 0xFF) {
                return false;
            }
            int marker = bytes.get(at + 1) & 255;
            if (marker == 0xFF) { // fill byte
                at++;
                continue;
            }
            if (startOfFrame(marker)) {
                height = bigEndian(bytes, at + 5, 2);
                width = bigEndian(bytes, at + 7, 2);
                bits = bytes.get(at + 4) & 255;
                colour = bytes.get(at + 9) > 1;
                return width > 0 && height > 0;
            }
            boolean standalone = marker == 0x01 || marker >= 0xD0 && marker <= 0xD8;
            at += standalone ? 2 : 2 + Math.max(2, bigEndian(bytes, at + 2, 2));
        }
        return false;
    }

    private static boolean startOfFrame(int marker) {
        return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    }

    private static int bigEndian(ByteBuffer bytes, int at, int count) {
        int value = 0;
        for (int i = 0; i < count; i++) {
            value = value << 8 | bytes.get(at + i) & 255;
        }
        return value;
    }
}
