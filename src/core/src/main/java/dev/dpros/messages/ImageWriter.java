package dev.dpros.messages;

import dev.dpros.core.MessageTypes;
import dev.dpros.core.MessageWriter;
import java.nio.ByteBuffer;

/**
 * Serializes sensor_msgs/Image of one size and encoding. One thread; allocates nothing after construction.
 */
public final class ImageWriter {
    private final int width;
    private final int height;
    private final int stepBytes;
    private final byte[] frameId;
    private final byte[] encoding;
    private final MessageWriter out;
    private int sequence;

    /**
     * A writer of images.
     *
     * @param encoding name as in sensor_msgs/image_encodings.h, such as {@code rgb8}
     * @param pixelBytes bytes per pixel
     */
    public ImageWriter(MessageTypes types, int width, int height, String encoding, int pixelBytes, String frameId) {
        this.width = width;
        this.height = height;
        this.stepBytes = Math.multiplyExact(width, pixelBytes);
        this.frameId = types.text(frameId);
        this.encoding = types.text(encoding);
        out = types.writer(Math.addExact(12 + this.frameId.length + 8 + this.encoding.length + 9,
                Math.multiplyExact(stepBytes, height)));
    }

    /** The message of these pixels, {@code [H, W, C]} row-major; position 0 to limit, valid until the next call. */
    public ByteBuffer write(long stampNs, byte[] pixels) {
        return header(stampNs).bytes(pixels, 0, stepBytes * height).end();
    }

    /** As {@link #write(long, byte[])}, from position to limit of a buffer, which is left as it was. */
    public ByteBuffer write(long stampNs, ByteBuffer pixels) {
        return header(stampNs).bytes(pixels, pixels.position(), stepBytes * height).end();
    }

    private MessageWriter header(long stampNs) {
        return out.begin().header(sequence++, stampNs, frameId).i32(height).i32(width).put(encoding).u8(0).i32(stepBytes);
    }
}
