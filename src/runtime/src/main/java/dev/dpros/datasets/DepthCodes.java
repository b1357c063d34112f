package dev.dpros.datasets;

import dev.dpros.core.DepthPixels;
import java.util.Objects;

/**
 * How distances are told in 12 bits, as LeRobot 0.6 does (datasets/depth_utils.py of its version 0.6.1): code 0 is the least depth and 4095
 * the most, what lies outside is clipped, and between them the steps are equal, or equal in log(depth + shift). All arithmetic is in
 * float32 where LeRobot's is. Immutable; any thread.
 */
public final class DepthCodes {
    /** The largest code. */
    public static final int LARGEST = 4095;
    /** What LeRobot takes where a data set says nothing. Its code 0 is 10 mm: with it, pixels without a distance get one. */
    public static final DepthCodes LEROBOT = new DepthCodes(0.01, 10, 3.5, true);
    /** For data sets of our own: LeRobot's, but from 0 on, so that 0, nothing seen, stays 0. Steps of 1.2 mm at the camera, 4.5 mm at 10 m. */
    public static final DepthCodes OWN = new DepthCodes(0, 10, 3.5, true);
    private static final float MM = 1000;

    private final double minM;
    private final double maxM;
    private final double shiftM;
    private final boolean log;
    private final char[] millimetres = new char[LARGEST + 1];
    private final short[] codes = new short[DepthPixels.MAX_MM + 1];

    /**
     * Codes.
     *
     * @param minM depth of code 0, m
     * @param maxM depth of code 4095, m
     * @param shiftM added before the logarithm, m
     * @param log whether the steps are equal in the logarithm
     * @throws IllegalArgumentException if no depth is told by them
     */
    public DepthCodes(double minM, double maxM, double shiftM, boolean log) {
        if (!(minM < maxM && Math.abs(minM) < Float.MAX_VALUE && Math.abs(maxM) < Float.MAX_VALUE && Math.abs(shiftM) < Float.MAX_VALUE)
                || log && !(minM + shiftM > 0)) {
            throw new IllegalArgumentException("depth codes: expected depth_min < depth_max, and depth_min + shift > 0 with use_log, found depth_min "
                    + minM + ", depth_max " + maxM + ", shift " + shiftM + ", use_log " + log);
        }
        this.minM = minM;
        this.maxM = maxM;
        this.shiftM = shiftM;
        this.log = log;
        for (int code = 0; code <= LARGEST; code++) {
            millimetres[code] = (char) decoded(code);
        }
        for (int mm = 0; mm < codes.length; mm++) {
            codes[mm] = (short) encoded(mm);
        }
    }

    private int decoded(int code) {
        double low = log ? Math.log(minM + shiftM) : minM;
        double high = log ? Math.log(maxM + shiftM) : maxM;
        float metres = code * (float) ((high - low) / LARGEST) + (float) low;
        if (log) {
            metres = (float) Math.exp(metres) - (float) shiftM;
        }
        metres = Math.min(Math.max(metres, (float) minM), (float) maxM);
        return (int) Math.min(Math.max(Math.rint(metres * MM), 0), DepthPixels.MAX_MM);
    }

    private int encoded(int mm) {
        float low = (float) (minM * MM);
        float high = (float) (maxM * MM);
        float share;
        if (log) {
            float shift = (float) (shiftM * MM);
            double least = Math.log(low + shift);
            share = ((float) Math.log(mm + shift) - (float) least) / (float) (Math.log(high + shift) - least);
        } else {
            share = (mm - low) / (high - low);
        }
        double code = Math.rint(share * LARGEST);
        return code > 0 ? (int) Math.min(code, LARGEST) : 0; // the logarithm of what is not positive is none
    }

    /** The depth of a code, mm, to the nearest. @param code 0 to {@link #LARGEST} */
    public int mm(int code) {
        return millimetres[code];
    }

    /** The code of a depth. @param mm 0 to 65535 */
    public int code(int mm) {
        return codes[mm];
    }

    /** Depth of code 0, m. */
    public double minM() {
        return minM;
    }

    /** Depth of code 4095, m. */
    public double maxM() {
        return maxM;
    }

    /** What is added before the logarithm, m. */
    public double shiftM() {
        return shiftM;
    }

    /** Whether the steps are equal in the logarithm. */
    public boolean log() {
        return log;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DepthCodes of && minM == of.minM && maxM == of.maxM && shiftM == of.shiftM && log == of.log;
    }

    @Override
    public int hashCode() {
        return Objects.hash(minM, maxM, shiftM, log);
    }

    @Override
    public String toString() {
        return minM + " to " + maxM + " m in 4096 " + (log ? "logarithmic steps, shifted by " + shiftM + " m" : "equal steps");
    }
}
