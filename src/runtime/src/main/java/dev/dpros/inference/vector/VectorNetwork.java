package dev.dpros.inference.vector;

/** A denoising network for one trajectory at a time, float32, without a library. Confined to one thread. */
public interface VectorNetwork {
    /**
     * One evaluation; allocates nothing.
     *
     * @param steps what the network makes of the denoising steps, from {@code step} on of this one
     * @param condition what it makes of the observations, from {@code from} on of this trajectory's; not read if it is conditioned otherwise
     * @param sample {@code [T, W]} from {@code at} on
     * @param output takes {@code [T, W]} from {@code at} on
     */
    void denoise(float[] steps, int step, float[] condition, int from, float[] sample, int at, float[] output);
}
