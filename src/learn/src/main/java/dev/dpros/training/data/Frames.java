package dev.dpros.training.data;

import dev.dpros.core.DepthPixels;
import dev.dpros.core.FeatureSpec;

/** The pictures of a replay buffer, by row. Read by several threads at once. */
@FunctionalInterface
public interface Frames {
    /** Copies one picture: RGB rows, {@code [H, W, 3] uint8}; of one channel, depth ({@link DepthPixels}). */
    void read(int row, byte[] rgb);

    /** Bytes of a camera's picture. @param camera {@code [3, H, W]}, or {@code [1, H, W]} of depth */
    static int bytes(FeatureSpec camera) {
        return DepthPixels.frameBytes(camera);
    }

    /** Pictures held in memory. */
    static Frames of(byte[][] pictures) {
        return (row, rgb) -> System.arraycopy(pictures[row], 0, rgb, 0, rgb.length);
    }
}
