package dev.dpros.core;

import java.nio.ByteBuffer;

/**
 * Finds the pixels in a serialized image message ({@code sensor_msgs/Image} or {@code CompressedImage}). Allocates
 * nothing; reports errors by status. One thread.
 */
public interface ImageReader {
    /**
     * Fills {@code out} with where and what the pixels are.
     *
     * @param message as the transport put it into its slot, position 0 to limit; not modified
     * @return false if the message is malformed: lengths that do not fit, an unknown encoding, a step too small
     */
    boolean read(ByteBuffer message, ImageLayout out);

    /** What kind of image a message holds and what is wrong with its lengths, for people. Allocates. */
    String describe(ByteBuffer message);

    /** What can become a feature of so many channels (1 or 3), for people. Allocates. */
    String supported(int channels);
}
