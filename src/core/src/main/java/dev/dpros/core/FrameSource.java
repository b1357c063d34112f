package dev.dpros.core;

/** The newest raw image of a camera, for dashboards. Called from one thread at a time; may allocate; does not block. */
public interface FrameSource {
    /** The camera's short name. */
    String name();

    /**
     * Copies the newest frame out.
     *
     * @param out receives it; its number tells whether it is a new one
     * @return false if there is none yet, or it cannot be shown
     */
    boolean latest(CameraFrame out);
}
