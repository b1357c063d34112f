package dev.dpros.inference.torchscript;

/** How {@code resize_shape} is computed. Only downscaling makes a difference. */
public enum ResizeFilter {
    /**
     * As the library of the policy's origin does it: with antialiasing for LeRobot's encoder (torchvision 0.17 and later),
     * without for diffusion_policy's MultiImageObsEncoder (torchvision 0.13).
     */
    AUTO,
    /** Bilinear, four neighbours. */
    BILINEAR,
    /** Bilinear with a support that grows with the downscaling. */
    ANTIALIAS
}
