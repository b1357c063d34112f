package dev.dpros.observation;

/** How an image of another size becomes the policy's. Resampling is bilinear (OpenCV INTER_LINEAR, no antialiasing). */
public enum Fit {
    /** Another size is an error. */
    EXACT,
    /** Width and height are scaled independently. */
    STRETCH,
    /** Scaled to fit inside, centred on black. */
    LETTERBOX,
    /** The largest centred part of the policy's aspect ratio, scaled. */
    CROP
}
