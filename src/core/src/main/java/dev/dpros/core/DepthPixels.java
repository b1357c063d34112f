package dev.dpros.core;

/**
 * Depth pictures as data sets hold them: of each pixel the distance in mm as a 16-bit number without sign, the low byte first; 0 where
 * the camera saw nothing. A policy sees them in [0, 1]. Stateless.
 */
public final class DepthPixels {
    /** What becomes 1, mm; farther pixels too. */
    public static final int FULL_SCALE_MM = 10_000;
    /** Bytes of a pixel. */
    public static final int BYTES = 2;
    /** The largest distance, mm. */
    public static final int MAX_MM = 65_535;
    private static final int NEAR = 255;
    private static final int FAR = 40;

    private DepthPixels() {}

    /** Bytes of a camera's picture. @param camera {@code [3, H, W]}, or {@code [1, H, W]} of depth */
    public static int frameBytes(FeatureSpec camera) {
        return camera.shape().get(0) == 1 ? Math.multiplyExact(BYTES, camera.size()) : camera.size();
    }

    /** A pixel, mm. @param pixel number of it, row by row */
    public static int mm(byte[] rows, int pixel) {
        return rows[2 * pixel] & 255 | (rows[2 * pixel + 1] & 255) << 8;
    }

    /** Puts a pixel. @param mm 0 to {@link #MAX_MM} */
    public static void put(byte[] rows, int pixel, int mm) {
        rows[2 * pixel] = (byte) mm;
        rows[2 * pixel + 1] = (byte) (mm >> 8);
    }

    /** A distance in metres to the nearest mm; 0 for what is none: below 0, not a number, infinite. */
    public static int ofMetres(float metres) {
        return metres > 0 && metres < Float.POSITIVE_INFINITY ? (int) Math.min(MAX_MM, Math.rint(metres * 1000.0)) : 0;
    }

    /** What a policy sees of a distance, as the running node has it by default: {@link #FULL_SCALE_MM} is 1. */
    public static float unit(int mm) {
        return Math.min(1f, mm / (float) FULL_SCALE_MM);
    }

    /**
     * A picture for people: the nearest pixel white, the farthest dark, black where there is no distance.
     *
     * @param rows {@code [H, W]}, mm
     * @return RGB rows, {@code [H, W, 3]}
     */
    public static byte[] shown(byte[] rows) {
        int near = MAX_MM;
        int far = 0;
        int pixels = rows.length / BYTES;
        for (int i = 0; i < pixels; i++) {
            int mm = mm(rows, i);
            near = mm > 0 ? Math.min(near, mm) : near;
            far = Math.max(far, mm);
        }
        byte[] rgb = new byte[3 * pixels];
        for (int i = 0; i < pixels; i++) {
            int mm = mm(rows, i);
            int level = mm == 0 ? 0 : far == near ? NEAR : NEAR - (NEAR - FAR) * (mm - near) / (far - near);
            rgb[3 * i] = (byte) level;
            rgb[3 * i + 1] = (byte) level;
            rgb[3 * i + 2] = (byte) level;
        }
        return rgb;
    }
}
