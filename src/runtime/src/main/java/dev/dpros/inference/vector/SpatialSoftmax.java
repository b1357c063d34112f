package dev.dpros.inference.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Expected coordinates, from -1 to 1, of each keypoint, whose map's values are logits (robomimic's base_nets.py). Maps lie channels last,
 * channels a multiple of a vector's. Confined to one thread; allocates nothing.
 */
final class SpatialSoftmax {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    /** e to it is nothing beside the largest, 1. */
    private static final float SMALL = -87;

    private final int places;
    private final int stride;
    private final float sharpness;
    private final float[] across;
    private final float[] down;
    private final float[] x;
    private final float[] y;

    /** @param stride from one place to the next: channels, padded @param temperature that logits are divided by */
    SpatialSoftmax(int height, int width, int stride, float temperature) {
        this.stride = stride;
        places = height * width;
        sharpness = 1 / temperature;
        across = new float[places];
        down = new float[places];
        for (int i = 0; i < places; i++) {
            across[i] = coordinate(i % width, width);
            down[i] = coordinate(i / width, height);
        }
        x = new float[stride];
        y = new float[stride];
    }

    private static float coordinate(int index, int count) {
        return count == 1 ? -1f : (float) (-1 + 2.0 * index / (count - 1));
    }

    /** @param out takes x then y of each of {@code keypoints}, from {@code to} on */
    void run(float[] logits, int first, int keypoints, float[] out, int to) {
        for (int c = 0; c < stride; c += SPECIES.length()) {
            FloatVector largest = FloatVector.fromArray(SPECIES, logits, first + c);
            for (int i = 1, at = first + c + stride; i < places; i++, at += stride) {
                largest = largest.max(FloatVector.fromArray(SPECIES, logits, at));
            }
            FloatVector sum = FloatVector.zero(SPECIES);
            FloatVector sumX = sum;
            FloatVector sumY = sum;
            for (int i = 0, at = first + c; i < places; i++, at += stride) {
                FloatVector share = Norm.exp(FloatVector.fromArray(SPECIES, logits, at).sub(largest).mul(sharpness).max(SMALL));
                sum = sum.add(share);
                sumX = share.fma(FloatVector.broadcast(SPECIES, across[i]), sumX);
                sumY = share.fma(FloatVector.broadcast(SPECIES, down[i]), sumY);
            }
            sumX.div(sum).intoArray(x, c);
            sumY.div(sum).intoArray(y, c);
        }
        for (int k = 0; k < keypoints; k++) {
            out[to + 2 * k] = x[k];
            out[to + 2 * k + 1] = y[k];
        }
    }
}
