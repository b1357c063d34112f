package dev.dpros.inference;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * What a camera's encoder made of the frames of its last windows. A frame is in several of them where chunks follow each other faster than
 * the grid, and twice in one where the camera is slower than it or an episode begins. A frame is known by all its pixels. Confined to one thread.
 */
final class EncodedFrames {
    /** So many of them: a camera of 30 Hz on a grid of 10 Hz shows a frame a second time three windows later. */
    private static final int WINDOWS = 4;

    private final int steps;
    private final float[][] pixels;
    private final float[][] features;
    private int oldest;

    /** The camera's. */
    interface Encoder {
        /** Features {@code [count, D]} of the frames from {@code first} on. */
        float[] encode(int first, int count);
    }

    /** @param steps To, frames of a window */
    EncodedFrames(int steps) {
        this.steps = steps;
        pixels = new float[WINDOWS * steps][];
        features = new float[pixels.length][];
    }

    /**
     * Features {@code [To, D]}.
     *
     * @param window {@code [To, C, H, W]}
     * @param alike whether frames have the same features together as each by itself, to the bit: then a window of which none is known is
     *     encoded at once, which is faster; others are encoded one by one, so that features do not depend on what was known
     */
    float[] features(float[] window, boolean alike, Encoder encoder) {
        if (alike && IntStream.range(0, steps).noneMatch(step -> place(window, step) >= 0)) {
            float[] all = encoder.encode(0, steps);
            int width = all.length / steps;
            for (int step = 0; step < steps; step++) {
                remember(window, step, Arrays.copyOfRange(all, step * width, (step + 1) * width));
            }
            return all;
        }
        float[] all = null;
        for (int step = 0; step < steps; step++) {
            int known = place(window, step);
            float[] frame = known >= 0 ? features[known] : remember(window, step, encoder.encode(step, 1));
            all = all == null ? new float[steps * frame.length] : all;
            System.arraycopy(frame, 0, all, step * frame.length, frame.length);
        }
        return all;
    }

    private int place(float[] window, int step) {
        int size = window.length / steps;
        for (int i = 0; i < pixels.length; i++) {
            if (features[i] != null && Arrays.equals(window, step * size, (step + 1) * size, pixels[i], 0, size)) {
                return i;
            }
        }
        return -1;
    }

    private float[] remember(float[] window, int step, float[] made) {
        int size = window.length / steps;
        pixels[oldest] = pixels[oldest] == null ? new float[size] : pixels[oldest];
        System.arraycopy(window, step * size, pixels[oldest], 0, size);
        features[oldest] = made;
        oldest = (oldest + 1) % pixels.length;
        return made;
    }

    void forget() {
        Arrays.fill(features, null);
    }
}
