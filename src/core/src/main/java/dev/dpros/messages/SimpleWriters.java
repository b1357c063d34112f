package dev.dpros.messages;

import dev.dpros.core.MessageTypes;
import dev.dpros.core.MessageWriter;
import java.nio.ByteBuffer;

/**
 * Serializes the small std_msgs that a control loop sends: Float64, Float32, Float64MultiArray (no layout), and
 * rosgraph_msgs/Clock. One thread; each call returns the one internal buffer, valid until the next; allocates only to
 * grow.
 */
public final class SimpleWriters {
    private final MessageWriter out;

    /** Writers of a middleware's messages. */
    public SimpleWriters(MessageTypes types) {
        out = types.writer(256);
    }

    /** std_msgs/Float64. */
    public ByteBuffer float64(double value) {
        return out.begin().f64(value).end();
    }

    /** std_msgs/Float32. */
    public ByteBuffer float32(float value) {
        return out.begin().f32(value).end();
    }

    /** std_msgs/Float64MultiArray of {@code count} values, with an empty layout. */
    public ByteBuffer float64MultiArray(double[] values, int count) {
        return out.begin().count(0).i32(0).doubles(values, 0, count).end();
    }

    /** rosgraph_msgs/Clock. */
    public ByteBuffer clock(long stampNs) {
        return out.begin().time(stampNs).end();
    }
}
