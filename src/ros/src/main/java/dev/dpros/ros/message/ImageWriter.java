package dev.dpros.ros.message;

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
    private final MessageBuffer buffer;
    private int sequence;

    /**
     * A writer of images.
     *
     * @param encoding name as in sensor_msgs/image_encodings.h, such as {@code rgb8}
     * @param pixelBytes bytes per pixel
     */
    public ImageWriter(int width, int height, String encoding, int pixelBytes, String frameId) {
        this.width = width;
        this.height = height;
        this.stepBytes = Math.multiplyExact(width, pixelBytes);
        this.frameId = MessageBuffer.string(frameId);
        this.encoding = MessageBuffer.string(encoding);
        buffer = new MessageBuffer(Math.addExact(12 + this.frameId.length + 8 + this.encoding.length + 9,
                Math.multiplyExact(stepBytes, height)));
    }

    /** The message of these pixels, {@code [H, W, C]} row-major; position 0 to limit, valid until the next call. */
    public ByteBuffer write(long stampNs, byte[] pixels) {
        ByteBuffer out = header(stampNs);
        return out.put(pixels, 0, stepBytes * height).flip();
    }

    /** As {@link #write(long, byte[])}, from position to limit of a buffer, which is left as it was. */
    public ByteBuffer write(long stampNs, ByteBuffer pixels) {
        ByteBuffer out = header(stampNs);
        int start = out.position();
        out.put(start, pixels, pixels.position(), stepBytes * height);
        return out.position(start + stepBytes * height).flip();
    }

    private ByteBuffer header(long stampNs) {
        ByteBuffer out = buffer.begin(0);
        MessageBuffer.putHeader(out, sequence++, stampNs, frameId);
        return out.putInt(height).putInt(width).put(encoding).put((byte) 0).putInt(stepBytes).putInt(stepBytes * height);
    }
}
