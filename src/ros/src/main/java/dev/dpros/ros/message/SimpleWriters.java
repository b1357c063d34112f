package dev.dpros.ros.message;

import java.nio.ByteBuffer;

/**
 * Serializes the small std_msgs that a control loop sends: Float64, Float32, Float64MultiArray (no layout), and
 * rosgraph_msgs/Clock. One thread; each call returns the one internal buffer, valid until the next; allocates only to
 * grow.
 */
public final class SimpleWriters {
    private final MessageBuffer buffer = new MessageBuffer(256);

    /** std_msgs/Float64. */
    public ByteBuffer float64(double value) {
        return buffer.begin(8).putDouble(value).flip();
    }

    /** std_msgs/Float32. */
    public ByteBuffer float32(float value) {
        return buffer.begin(4).putFloat(value).flip();
    }

    /** std_msgs/Float64MultiArray of {@code count} values, with an empty layout. */
    public ByteBuffer float64MultiArray(double[] values, int count) {
        ByteBuffer out = buffer.begin(12 + 8 * count);
        out.putInt(0).putInt(0);
        MessageBuffer.putDoubles(out, values, 0, count);
        return out.flip();
    }

    /** rosgraph_msgs/Clock. */
    public ByteBuffer clock(long stampNs) {
        ByteBuffer out = buffer.begin(8);
        WireTime.put(out, stampNs);
        return out.flip();
    }
}
