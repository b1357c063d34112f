package dev.dpros.training.data;

import dev.dpros.core.DepthPixels;
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

    /**
     * Appends a cut of a picture as float32 {@code [C, height, width]} in [0, 1].
     *
     * @param rgb RGB rows; of one channel, depth, whose {@link DepthPixels#FULL_SCALE_MM} is 1
     * @param channels 3 or 1
     */
    public static void channelsFirst(byte[] rgb, int channels, int fullWidth, PixelCrop cut, ByteBuffer out) {
        if (channels == 1) {
            depth(rgb, fullWidth, cut, out);
            return;
        }
        for (int c = 0; c < 3; c++) {
            for (int y = 0; y < cut.height; y++) {
                int at = ((cut.top + y) * fullWidth + cut.left) * 3 + c;
                for (int x = 0; x < cut.width; x++, at += 3) {
                    out.putFloat(UNIT[rgb[at] & 0xff]);
                }
            }
        }
    }

    private static void depth(byte[] rows, int fullWidth, PixelCrop cut, ByteBuffer out) {
        for (int y = 0; y < cut.height; y++) {
            int at = (cut.top + y) * fullWidth + cut.left;
            for (int x = 0; x < cut.width; x++, at++) {
                out.putFloat(DepthPixels.unit(DepthPixels.mm(rows, at)));
            }
        }
    }
}
