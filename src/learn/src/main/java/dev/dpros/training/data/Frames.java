package dev.dpros.training.data;

/** The pictures of a replay buffer, by row. Read by several threads at once. */
@FunctionalInterface
public interface Frames {
    /** Copies one picture: RGB rows, {@code [H, W, 3] uint8}. */
    void read(int row, byte[] rgb);

    /** Copies at least a picture's lines {@code from} to {@code to}, the last not included, to their places in it. */
    default void lines(int row, int from, int to, byte[] rgb) {
        read(row, rgb);
    }

    /** Pictures held in memory. */
    static Frames of(byte[][] pictures) {
        return (row, rgb) -> System.arraycopy(pictures[row], 0, rgb, 0, rgb.length);
    }
}
