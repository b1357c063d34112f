package dev.dpros.metrics.dashboard;

import java.util.Set;

/** A pointer on a camera's picture that drives the robot. Called on HTTP threads; must not block for long. */
public interface PointerDrive {
    /** A page on which nothing drives. */
    PointerDrive NONE = new PointerDrive() {
        @Override
        public Set<String> cameras() {
            return Set.of();
        }

        @Override
        public void drive(String camera, double x, double y) {
            throw new IllegalStateException("no camera drives");
        }
    };

    /** The cameras on whose pictures it drives. */
    Set<String> cameras();

    /**
     * Sends the robot towards what lies at a point of the picture. The page repeats it 20 times a second while the pointer is
     * down, and stops when it is lifted: silence is letting go.
     *
     * @param camera one of {@link #cameras}
     * @param x fraction of the picture's width, 0 to 1
     * @param y fraction of its height, 0 to 1
     */
    void drive(String camera, double x, double y);
}
