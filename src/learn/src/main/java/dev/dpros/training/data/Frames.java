package dev.dpros.training.data;

/** The pictures of a replay buffer, by row. Read by several threads at once. */
@FunctionalInterface
public interface Frames {
    /** Copies one picture: RGB rows, {@code [H, W, 3] uint8}. */
    void read(int row, byte[] rgb);

    /** Pictures held in memory. */
    static Frames of(byte[][] pictures) {
        return (row, rgb) -> System.arraycopy(pictures[row], 0, rgb, 0, rgb.length);
    }
}
