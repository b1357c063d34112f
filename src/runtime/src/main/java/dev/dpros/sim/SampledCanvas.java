package dev.dpros.sim;

import java.util.Arrays;

/**
 * A 512 x 512 canvas of which only the pixels are kept that a bilinear reduction to 96 x 96 reads: two of every 16/3
 * rows and columns. Draws integer-grid primitives by the rules of pygame 2.1 (midpoint circles, Bresenham lines with
 * axis-parallel thickness, even-odd scan lines) and reduces as OpenCV's INTER_LINEAR does on bytes (11-bit weights).
 * Colours are 0xRRGGBB. Not thread-safe; allocates nothing after construction.
 */
final class SampledCanvas {
    /** Side of the full canvas in px. */
    static final int FULL = 512;
    /** Side of the reduced image in px. */
    static final int REDUCED = 96;

    private static final int SAMPLES = 2 * REDUCED;
    private static final int WEIGHT_ONE = 2048;
    private static final int LARGEST_POLYGON = 8;
    /** Full coordinate to its sample row or column, or -1. */
    private static final int[] SAMPLE_OF = new int[FULL];
    /** Number of samples before a full coordinate. */
    private static final int[] SAMPLES_BEFORE = new int[FULL + 1];
    /** Weight of the second sample of each reduced row or column. */
    private static final int[] WEIGHT = new int[REDUCED];

    static {
        Arrays.fill(SAMPLE_OF, -1);
        double scale = (double) FULL / REDUCED;
        for (int i = 0; i < REDUCED; i++) {
            float position = (float) ((i + 0.5) * scale - 0.5);
            int first = (int) position;
            SAMPLE_OF[first] = 2 * i;
            SAMPLE_OF[first + 1] = 2 * i + 1;
            WEIGHT[i] = (int) Math.rint((position - first) * WEIGHT_ONE);
        }
        for (int i = 0; i < FULL; i++) {
            SAMPLES_BEFORE[i + 1] = SAMPLES_BEFORE[i] + (SAMPLE_OF[i] >= 0 ? 1 : 0);
        }
    }

    private final int[] pixels = new int[SAMPLES * SAMPLES];
    private final int[] crossings = new int[LARGEST_POLYGON];

    void fill(int color) {
        Arrays.fill(pixels, color);
    }

    void copyFrom(SampledCanvas other) {
        System.arraycopy(other.pixels, 0, pixels, 0, pixels.length);
    }

    /** The samples that have a colour: a stencil for {@link #stamp}. */
    int[] stencil(int color) {
        int[] found = new int[pixels.length];
        int count = 0;
        for (int i = 0; i < pixels.length; i++) {
            if (pixels[i] == color) {
                found[count++] = i;
            }
        }
        return Arrays.copyOf(found, count);
    }

    /** Colours the samples of a stencil. */
    void stamp(int[] stencil, int color) {
        for (int i : stencil) {
            pixels[i] = color;
        }
    }

    /** Half-widths of the rows of a filled circle: rows {@code y - k} and {@code y + k - 1} span {@code half[k]}. */
    static int[] circle(int radius) {
        int[] half = new int[radius + 1];
        int y = radius;
        int error = 1 - radius;
        for (int x = 1; x <= y; x++) {
            if (error >= 0) {
                y--;
                error -= 2 * y;
            }
            error += 2 * x + 1;
            if (error >= 0) {
                half[y] = Math.max(half[y], x);
            }
            half[x] = Math.max(half[x], y);
        }
        return half;
    }

    /** Fills a circle made by {@link #circle(int)}. */
    void fillCircle(int x, int y, int[] half, int color) {
        for (int k = 1; k < half.length; k++) {
            if (half[k] > 0) {
                span(x - half[k], x + half[k] - 1, y - k, color);
                span(x - half[k], x + half[k] - 1, y + k - 1, color);
            }
        }
    }

    /** Fills a polygon, its border included. */
    void fillPolygon(int[] xs, int[] ys, int count, int color) {
        int top = ys[0];
        int bottom = ys[0];
        for (int i = 1; i < count; i++) {
            top = Math.min(top, ys[i]);
            bottom = Math.max(bottom, ys[i]);
        }
        if (top == bottom) {
            fillFlat(xs, count, top, color);
            return;
        }
        for (int y = Math.max(top, 0); y <= Math.min(bottom, FULL - 1); y++) {
            if (SAMPLE_OF[y] >= 0) {
                int crossed = cross(xs, ys, count, y, y == bottom);
                sortCrossings(crossed);
                for (int i = 0; i + 1 < crossed; i += 2) {
                    span(crossings[i], crossings[i + 1], y, color);
                }
            }
        }
        // a flat edge that ends the inside from above is not met by the scan
        for (int i = 0; i < count; i++) {
            int before = i == 0 ? count - 1 : i - 1;
            if (ys[i] == ys[before] && top < ys[i] && ys[i] < bottom) {
                span(Math.min(xs[i], xs[before]), Math.max(xs[i], xs[before]), ys[i], color);
            }
        }
    }

    /** A line whose ends are cut parallel to an axis; {@code width} counts across its shorter extent. */
    void thickLine(int x1, int y1, int x2, int y2, int width, int color) {
        int dx = Math.abs(x2 - x1);
        int dy = Math.abs(y2 - y1);
        boolean steep = dx <= dy;
        int major = steep ? dy : dx;
        int minor = steep ? dx : dy;
        int stepX = x1 < x2 ? 1 : -1;
        int stepY = y1 < y2 ? 1 : -1;
        int before = (width - 1) / 2;
        int after = width / 2;
        int error = major / 2;
        int x = x1;
        int y = y1;
        for (int i = 0; i <= major; i++) {
            if (steep) {
                span(x - before, x + after, y, color);
            } else {
                for (int row = y - before; row <= y + after; row++) {
                    span(x, x, row, color);
                }
            }
            boolean aside = error < minor;
            x += !steep || aside ? stepX : 0;
            y += steep || aside ? stepY : 0;
            error += aside ? major - minor : -minor;
        }
    }

    /** An antialiased line of width 1 between pixel centres, blended over what is there. */
    void smoothLine(int x1, int y1, int x2, int y2, int color) {
        boolean steep = Math.abs(x2 - x1) < Math.abs(y2 - y1);
        int fromU = steep ? y1 : x1;
        int fromV = steep ? x1 : y1;
        int toU = steep ? y2 : x2;
        int toV = steep ? x2 : y2;
        if (toU < fromU) {
            int u = fromU;
            fromU = toU;
            toU = u;
            int v = fromV;
            fromV = toV;
            toV = v;
        }
        blend(fromU, fromV, steep, color, 1);
        if (toU == fromU) {
            return;
        }
        blend(toU, toV, steep, color, 1);
        float slope = (float) (toV - fromV) / (toU - fromU);
        float v = fromV + slope;
        for (int u = fromU + 1; u < toU; u++) {
            int whole = (int) Math.floor(v);
            float share = v - whole;
            blend(u, whole, steep, color, 1 - share);
            if (share > 0) {
                blend(u, whole + 1, steep, color, share);
            }
            v += slope;
        }
    }

    /** Writes the reduced image, row-major RGB, to {@code out[offset .. offset + 3 * 96 * 96 - 1]}. */
    void reduce(byte[] out, int offset) {
        int o = offset;
        for (int row = 0; row < REDUCED; row++) {
            int upper = 2 * row * SAMPLES;
            int lower = upper + SAMPLES;
            int lowerWeight = WEIGHT[row];
            for (int column = 0; column < REDUCED; column++) {
                int p00 = pixels[upper + 2 * column];
                int p01 = pixels[upper + 2 * column + 1];
                int p10 = pixels[lower + 2 * column];
                int p11 = pixels[lower + 2 * column + 1];
                if (p00 == p01 && p00 == p10 && p00 == p11) {
                    out[o] = (byte) (p00 >> 16);
                    out[o + 1] = (byte) (p00 >> 8);
                    out[o + 2] = (byte) p00;
                } else {
                    int weight = WEIGHT[column];
                    for (int c = 0; c < 3; c++) {
                        int shift = 16 - 8 * c;
                        int a = mix(p00 >> shift & 0xFF, p01 >> shift & 0xFF, weight);
                        int b = mix(p10 >> shift & 0xFF, p11 >> shift & 0xFF, weight);
                        out[o + c] = (byte) mixRows(a, b, lowerWeight);
                    }
                }
                o += 3;
            }
        }
    }

    private static int mix(int a, int b, int weight) {
        return a * (WEIGHT_ONE - weight) + b * weight;
    }

    private static int mixRows(int a, int b, int weight) {
        return ((WEIGHT_ONE - weight) * (a >> 4) >> 16) + (weight * (b >> 4) >> 16) + 2 >> 2;
    }

    private void fillFlat(int[] xs, int count, int y, int color) {
        int left = xs[0];
        int right = xs[0];
        for (int i = 1; i < count; i++) {
            left = Math.min(left, xs[i]);
            right = Math.max(right, xs[i]);
        }
        span(left, right, y, color);
    }

    private int cross(int[] xs, int[] ys, int count, int y, boolean last) {
        int crossed = 0;
        for (int i = 0; i < count; i++) {
            int j = i == 0 ? count - 1 : i - 1;
            int a = ys[j] < ys[i] ? j : i;
            int b = a == i ? j : i;
            if (ys[a] != ys[b] && y >= ys[a] && (y < ys[b] || last && y == ys[b])) {
                crossings[crossed++] = (y - ys[a]) * (xs[b] - xs[a]) / (ys[b] - ys[a]) + xs[a];
            }
        }
        return crossed;
    }

    private void sortCrossings(int count) {
        for (int i = 1; i < count; i++) {
            int value = crossings[i];
            int j = i;
            for (; j > 0 && crossings[j - 1] > value; j--) {
                crossings[j] = crossings[j - 1];
            }
            crossings[j] = value;
        }
    }

    private void span(int x1, int x2, int y, int color) {
        if (y < 0 || y >= FULL || SAMPLE_OF[y] < 0 || x2 < 0 || x1 >= FULL) {
            return;
        }
        int row = SAMPLE_OF[y] * SAMPLES;
        int from = SAMPLES_BEFORE[Math.max(x1, 0)];
        int to = SAMPLES_BEFORE[Math.min(x2 + 1, FULL)];
        for (int i = row + from; i < row + to; i++) {
            pixels[i] = color;
        }
    }

    private void blend(int u, int v, boolean swapped, int color, float share) {
        int x = swapped ? v : u;
        int y = swapped ? u : v;
        if (x < 0 || y < 0 || x >= FULL || y >= FULL || SAMPLE_OF[x] < 0 || SAMPLE_OF[y] < 0) {
            return;
        }
        int at = SAMPLE_OF[y] * SAMPLES + SAMPLE_OF[x];
        int below = pixels[at];
        int mixed = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
            int value = (int) (share * (color >> shift & 0xFF) + (1 - share) * (below >> shift & 0xFF));
            mixed |= (value & 0xFF) << shift;
        }
        pixels[at] = mixed;
    }
}
