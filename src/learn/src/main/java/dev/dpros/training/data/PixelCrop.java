package dev.dpros.training.data;

import java.nio.ByteBuffer;

/**
 * A rectangle of a picture.
 *
 * @param top first row
 * @param left first column
 * @param height rows
 * @param width columns
 */
public record PixelCrop(int top, int left, int height, int width) {
    private static final float[] UNIT = new float[256];

    static {
        for (int i = 0; i < UNIT.length; i++) {
            UNIT[i] = i / 255f;
        }
    }

    /** Appends a cut of RGB rows as float32 {@code [3, height, width]} in [0, 1]. */
    public static void channelsFirst(byte[] rgb, int fullWidth, PixelCrop cut, ByteBuffer out) {
        for (int c = 0; c < 3; c++) {
            for (int y = 0; y < cut.height; y++) {
                int at = ((cut.top + y) * fullWidth + cut.left) * 3 + c;
                for (int x = 0; x < cut.width; x++, at += 3) {
                    out.putFloat(UNIT[rgb[at] & 0xff]);
                }
            }
        }
    }
}
