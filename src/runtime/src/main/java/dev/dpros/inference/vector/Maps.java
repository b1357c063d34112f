package dev.dpros.inference.vector;

/**
 * Feature maps, channels last, with zeros around them that nothing writes: N images of {@code [height, width, channels]}; a sequence
 * is an image of height 1 without zeros above and below it. Confined to one thread.
 */
final class Maps {
    final float[] values;
    final int channels;
    final int height;
    final int width;
    /** From one image row to the next, in values. */
    final int rowStride;
    /** Where each place begins, image by image, row by row. */
    final int[] places;
    private final int padX;
    private final int padY;
    private final int imageStride;

    private Maps(int images, int channels, int height, int width, int padY, int padX) {
        this.channels = channels;
        this.height = height;
        this.width = width;
        this.padX = padX;
        this.padY = padY;
        rowStride = (width + 2 * padX) * channels;
        imageStride = Math.multiplyExact(height + 2 * padY, rowStride);
        values = new float[Math.multiplyExact(images, imageStride)];
        places = new int[images * height * width];
        int at = 0;
        for (int image = 0; image < images; image++) {
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    places[at++] = place(image, y, x);
                }
            }
        }
    }

    /** A sequence. @param pad zeros at either end */
    static Maps sequence(int channels, int length, int pad) {
        return new Maps(1, channels, 1, length, 0, pad);
    }

    /** Images. @param pad zeros on each side */
    static Maps images(int count, int channels, int height, int width, int pad) {
        return new Maps(count, channels, height, width, pad, pad);
    }

    /** All places. */
    Norm.Rows rows() {
        return new Norm.Rows(values, places);
    }

    /** Where a place begins; those outside, as far as the zeros reach, too. */
    int place(int image, int y, int x) {
        return image * imageStride + (y + padY) * rowStride + (x + padX) * channels;
    }
}
