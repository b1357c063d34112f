package dev.dpros.core;

import java.nio.ByteBuffer;

/**
 * Writes the fields of a message one after the other, as its definition orders them. Grows when a message is larger than any
 * before, then allocates nothing. One thread at a time.
 */
public interface MessageWriter {
    /** Begins a message; the one before is no longer valid. @return this, as of every method here that writes */
    MessageWriter begin();

    /** The message, position 0 to limit, valid until the next {@link #begin}. */
    ByteBuffer end();

    /** A text, or an array of texts, made ready by the writer's {@link MessageTypes}. */
    MessageWriter put(byte[] ready);

    /** A std_msgs/Header. @param sequence left out where headers have none */
    MessageWriter header(int sequence, long stampNs, byte[] readyFrame);

    /** An 8-bit number, or a bool. */
    MessageWriter u8(int value);

    /** A 32-bit number. */
    MessageWriter i32(int value);

    /** A 64-bit number. */
    MessageWriter i64(long value);

    /** A float32. */
    MessageWriter f32(float value);

    /** A float64. */
    MessageWriter f64(double value);

    /** A time. @param ns since the epoch */
    MessageWriter time(long ns);

    /** A duration. */
    MessageWriter duration(long ns);

    /** The number of elements of an array of variable length that follow. */
    MessageWriter count(int elements);

    /** A float64 array of variable length. */
    MessageWriter doubles(double[] values, int from, int count);

    /** A uint8 array of variable length. */
    MessageWriter bytes(byte[] values, int from, int count);

    /** The same from a buffer, which is left as it was. */
    MessageWriter bytes(ByteBuffer values, int from, int count);
}
